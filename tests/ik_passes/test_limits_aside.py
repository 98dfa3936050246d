"""A hinge that is bent aside and past straight: what it loses aside goes to its flexion, evenly."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from retarget_ik.limits import LimitsParameters, limit
from retarget_ik.limits_table import Ranges

KNEE = Ranges(1, (-30, 150), (-30, 30), (-20, 20), hinge=(0, 1))
"""It flexes about X and gives 20 degrees aside."""


def test_a_hinge_bent_aside_goes_on_evenly_from_hyperextension_to_flexion():
    """60 degrees aside with -10 to 10 of flexion: straight, it stays as bent; else more or less."""
    flexion, aside = np.arange(-10.0, 10.5, 0.5), 60.0
    vectors = np.stack([flexion, 0 * flexion, np.full(len(flexion), aside)], axis=1)
    turns = Rotation.from_rotvec(np.radians(vectors)).as_quat()
    after, beyond = limit(turns, KNEE, LimitsParameters(margin=0, softness=0))
    assert beyond.all()
    found = np.degrees(Rotation.from_quat(after).as_rotvec())
    lost = np.sqrt(aside**2 - 20**2)
    expected = np.where(flexion > 0, np.hypot(flexion, lost), flexion + lost)
    np.testing.assert_allclose(found[:, 2], 20, atol=1e-6)
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-6)
    steps = np.diff(found[:, 0])
    assert (steps > 0).all()
    assert steps.max() <= 0.5 + 1e-6
