"""The characters as targets, variations that Blender makes of them, and what a clip of one is."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
from scipy.spatial.transform import Rotation

import retarget
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import position_errors, rotation_errors
from retarget.testing.glb import read_glb
from retarget.testing.oracle import world_of_rest, world_of_tracks
from retarget_blender.apose_blend import APoseBlend
from retarget_blender.character import CharacterFbx
from support.data import shared

VARY = Path(__file__).parent / "vary.py"

NAMES = ("mixamo", "game_engine")
FPS, RATE = 59.94, (2997, 50.0)
POSITION, ROTATION = 1e-4, 0.02
"""Metres and degrees that a bake may be off."""


def given(name, suffix):
    """A character's file."""
    return shared(f"characters/makehuman_{name}.{suffix}")


def varied(session, path, made, *what, **more):
    """Let Blender change a character, and return where it saved it."""
    job = {"script": str(VARY), "path": str(path), "made": str(made), "what": what, **more}
    session.run(job, what=f"varying {path}", seconds=300)
    return made


def rig_at(path, **options):
    """The rig of a character's file."""
    options = Options(**options)
    source = {".blend": APoseBlend, ".fbx": CharacterFbx}.get(path.suffix)
    return source().load(str(path), options) if source else retarget.load_rig(path, options=options)


def truth(clip):
    """World matrices (J, F, 4, 4) of a clip, and (J, 4, 4) at rest, in the world of its file."""
    skeleton, back = clip.rig.skeleton, np.eye(4)
    back[:3, :3] = Rotation.from_quat(clip.rig.asset.turn).inv().as_matrix()
    world = world_of_tracks(skeleton, clip.rotations, clip.root_translations)
    return back @ world, back @ world_of_rest(skeleton)


def unscaled(transforms):
    """Without the scale that an armature in centimetres has."""
    scaled = transforms.copy()
    scaled[..., :3, :3] /= np.linalg.norm(scaled[..., :3, :3], axis=-2, keepdims=True)
    return scaled


def assert_moves_as(clip, world, rest):
    """Joints stand and turn away from rest as in the clip; on frame 0 they are at rest."""
    assert_stands_as(clip, world, rest)
    assert np.abs(unscaled(world)[:, 0] - unscaled(rest)).max() < 2e-5


def assert_stands_as(clip, world, rest):
    """Joints stand and turn away from rest as in the clip."""
    wanted, wanted_rest = truth(clip)
    world, rest = unscaled(world), unscaled(rest)
    assert position_errors(rest, wanted_rest).max() < POSITION
    assert position_errors(world, wanted).max() < POSITION
    turns = world @ np.linalg.inv(rest)[:, None]
    assert rotation_errors(turns, wanted @ np.linalg.inv(wanted_rest)[:, None]).max() < ROTATION


def clip_of(rig):
    return smooth_clip(rig, frames=10, fps=FPS)


def still_of(rig):
    """A clip of one frame, which is not at rest."""
    clip = clip_of(rig)
    frame = slice(5, 6)
    return attrs.evolve(
        clip,
        rotations=clip.rotations[:, frame],
        root_translations=clip.root_translations[frame],
    )


@attrs.frozen
class Moves:
    """What a GLB's joints do, as a naive walk finds it."""

    world: np.ndarray
    rest: np.ndarray


def moves_of(path, clip):
    """World matrices (J, F, 4, 4) of a GLB's joints on the clip's frames, and at rest."""
    file = read_glb(path)
    nodes = clip.rig.asset.gltf.json["nodes"]
    skin = next(s for s in file.document["skins"] if s["name"] == clip.rig.asset.armature)
    joint_of = {file.document["nodes"][joint]["name"]: joint for joint in skin["joints"]}
    joints = [joint_of[nodes[node]["name"]] for node in clip.rig.asset.nodes]
    return file.sample(clip.times())[joints], file.rest()[joints]
