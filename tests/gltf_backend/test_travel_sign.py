"""Travel on a root joint that turns round and round: its keys never flip their sign."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget
from retarget.testing.glb import read_glb
from retarget.values import RootMotion
from support.generated import clip_of
from support.stick_figure import stick_figure

FRAMES = 40


@pytest.mark.parametrize("degrees", [720, -900])
def test_a_body_that_turns_round_twice_is_never_a_full_turn_between_two_keys(tmp_path, degrees):
    """Importers blend components: between q and -q that is a spin within one frame."""
    hero = stick_figure()
    armature = hero.node("Armature")
    hero.json["nodes"].append(
        {"name": "Root", "children": hero.json["nodes"][armature]["children"]}
    )
    root = len(hero.json["nodes"]) - 1
    hero.json["nodes"][armature]["children"] = [root]
    hero.json["skins"][0]["joints"].append(root)
    hero.set_inverse_bind(0, np.concatenate([hero.inverse_bind(0), np.eye(4)[None]]))
    rig = retarget.load_rig(hero.save(tmp_path / "hero.glb"))
    assert rig.asset.root_joint == root
    angles = np.radians(np.linspace(0, degrees, FRAMES))
    yaw = Rotation.from_rotvec(angles[:, None] * [0.0, 1.0, 0.0])
    quats = yaw.as_quat(canonical=True)
    assert ((quats[1:] * quats[:-1]).sum(axis=1) < 0).any()
    travel = RootMotion(rotations=quats, translations=np.zeros((FRAMES, 3)))
    clip = attrs.evolve(clip_of(rig, FRAMES), root_motion=travel)
    retarget.export(clip, tmp_path / "out.glb")
    file = read_glb(tmp_path / "out.glb")
    keys = file.tracks[root, "rotation"].values
    assert len(keys) == FRAMES
    assert (keys[1:] * keys[:-1]).sum(axis=1).min() > 0
    turned = Rotation.from_quat(keys).inv() * yaw
    assert turned.magnitude().max() < 1e-5
