"""A clip out of nothing: somebody walks, turns round, comes back, stops and waves.

The clip has the layout of an AMASS SMPL-H file and moves the mean SMPL+H body. Inside, all is in
the conventions of `retarget.values`; the last step turns it to the Z-up of AMASS.

    footsteps -> gait -> trunk, feet -> legs
              greeting -> arms, hands
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retarget import quaternions as quat
from retarget import roles
from retarget.demo.arms import arm
from retarget.demo.body import BONE, SIGN, X
from retarget.demo.feet import tread
from retarget.demo.footsteps import plan
from retarget.demo.gait import walk
from retarget.demo.greeting import greet
from retarget.demo.hands import hand
from retarget.demo.legs import leg
from retarget.demo.rotations import to_rotvec
from retarget.demo.trunk import carry
from retarget.errors import RetargetError
from retarget.npz_writing import write_npz
from retarget.output import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SECONDS = 10.0
"""The whole story; in a longer clip the person then stands and breathes."""

LOOK_AHEAD, ARM_LAG = 0.3, 0.06
"""Seconds by which the eyes are ahead of the feet, and the arms behind them."""

Z_UP = quat.from_rotvec(np.pi / 2 * X)
"""(4,) turns +Y up, +Z forward into AMASS' +Z up, -Y forward."""


def make_clip(*, seconds: float = SECONDS, fps: float = 120.0) -> dict[str, NDArray[Any]]:
    """Return the arrays of the clip by their AMASS names.

    `poses` (F, 156) rotation vectors of the 52 joints, `trans` (F, 3) metres, both float64 and
    Z-up, with the floor at height 0; `mocap_framerate`, `gender`, `betas` (16,), `dmpls` (F, 8).
    The person ends at the origin, facing -Y as the T-pose does.

    Raises:
        RetargetError: a length without frames, or a frame rate that is none.

    """
    if not (fps > 0 and np.isfinite(fps) and np.isfinite(seconds) and round(seconds * fps) > 0):
        raise RetargetError(f"A demo clip of {seconds} s at {fps} frames/s would hold no frames.")
    t = np.arange(round(seconds * fps)) / fps
    steps = plan()
    now, ahead, behind = (walk(steps, t + shift) for shift in (0, LOOK_AHEAD, -ARM_LAG))
    greeting = greet(t)
    trunk = carry(t, now, ahead, greeting)
    pose = dict(trunk.rotations)
    for side in roles.SIDES:
        greets = side == "right"
        raised = greeting.raised * greets
        swing = -SIGN[side] * behind.leading * (1 - raised)
        pose |= leg(side, trunk, now.yaw, tread(steps, side, t))
        pose |= arm(side, swing, raised, greeting.sway * greets)
        pose |= hand(side, swing, raised, greeting.ripple * greets)
    pose["pelvis"] = quat.multiply(Z_UP, pose["pelvis"])
    return {
        "poses": np.hstack([to_rotvec(pose[role]) for role in roles.HUMANOID]),
        "trans": quat.rotate(Z_UP, trunk.position) - BONE["pelvis"],
        "mocap_framerate": np.array(float(fps)),
        "gender": np.array("neutral"),
        "betas": np.zeros(16),
        "dmpls": np.zeros((len(t), 8)),
    }


def write_clip(path: Path, *, seconds: float = SECONDS, fps: float = 120.0) -> Path:
    """Write the clip of `make_clip` as an uncompressed NPZ file and return its path.

    Folders are made as needed. No date is written: the same call makes the same clip.

    Raises:
        RetargetError: as `make_clip`, or the file cannot be written.

    """
    refuse(path, overwrite=True)
    write_npz(path, make_clip(seconds=seconds, fps=fps))
    return path
