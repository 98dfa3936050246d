"""Says in one sentence why a file is not a motion, for the files that lie beside motions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.errors import FileReadError
from retarget.listing import listed
from retarget.npz import Npz
from retarget_motion import headers
from retarget_motion.recognise import CODEC_JOINTS, CODEC_VERSIONS, MATRIX_JOINTS, POSES, layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_NEAR = {
    "poses": f"(frames, {' or '.join(map(str, POSES))})",
    "root_orient": "(frames, 3) beside 'pose_body' (frames, 63)",
    "pose_body": "(frames, 63) beside 'root_orient' (frames, 3)",
    "global_orient": "(frames, 3) beside 'body_pose' (frames, 63 or 69)",
    "body_pose": "(frames, 63 or 69) beside 'global_orient' (frames, 3)",
    "local_rotations": f"(frames, {' or '.join(map(str, MATRIX_JOINTS))}, 3, 3)",
    "bodyPose": "(frames, 22, 3) beside 'smplVersion'",
}
"""Arrays that would make a motion, and the shape they would need, in numbers."""

_MOTION_SUFFIXES = (".npz", ".smpl")
"""A damaged file of such a name was meant to be a motion; any other is just another file."""

_SKELETON = ("J_ABSOLUTE", "SMPL_OFFSETS")
_ROBOT = ("joint_pos", "joint_vel", "dof_pos", "qpos")
_SHAPE = ("betas", "shapeParameters")
_LISTED = 6
"""How many arrays a message lists; enough to know the file by."""


def why_not(path: Path) -> str | None:
    """Return why the file is no motion, without its name, or None where a source reads it.

    Raises:
        FileReadError: the file is named like a motion, but damaged or not even there in full.

    """
    try:
        return sentence(Npz.open(path))
    except FileReadError as error:
        if path.suffix.lower() in _MOTION_SUFFIXES:
            raise
        return str(error).removeprefix(f"{path}: ")


def sentence(npz: Npz) -> str | None:
    """Return why an NPZ file is no motion, or None where a source reads it.

    Raises:
        FileReadError: the file is damaged.

    """
    if layout_of(npz) is not None:
        return None
    return _other_body(npz) or _near_motion(npz) or _not_near(npz)


def _other_body(npz: Npz) -> str | None:
    version = headers.scalar(npz, "smplVersion")
    if "bodyPose" not in npz or not isinstance(version, int) or version in CODEC_JOINTS:
        return None
    name = CODEC_VERSIONS.get(version, "unknown")
    known = ", ".join(CODEC_VERSIONS[v] for v in CODEC_JOINTS)
    return (
        f"is of the body model {name} (smplVersion {version}, bodyPose "
        f"{npz.shape('bodyPose')}); of .smpl files {known} are read."
    )


def _near_motion(npz: Npz) -> str | None:
    for key, needed in _NEAR.items():
        if key in npz:
            if npz.members[key].pickled:
                return f"has {key!r} pickled, and retarget never unpickles."
            return f"has {headers.describe(npz, key)}, where a motion has {needed} numbers."
    return None


def _not_near(npz: Npz) -> str:
    """Return the first sentence that fits; the more a sentence knows, the earlier it stands."""
    keys = tuple(npz.members)
    shape = [key for key in (*_SHAPE, "gender") if key in npz]
    alone = headers.describe(npz, keys[0]) if len(keys) == 1 else ""
    robot = [key for key in _ROBOT if key in npz]
    pickled = [key for key in keys if npz.members[key].pickled]
    sentences = (
        (not keys, "holds no arrays."),
        (
            len(pickled) == len(keys),
            f"holds pickled objects alone ({_names(pickled)}), and retarget never unpickles.",
        ),
        (
            "markers_latent" in npz,
            "is a stage-I file: a body shape and where its markers sit, but no poses.",
        ),
        (bool({*_SHAPE} & {*keys}), f"holds a body shape ({_names(shape)}) but no poses."),
        ("smplVersion" in npz, "is a .smpl file without poses: a body, but no motion."),
        (
            bool({*_SKELETON} & {*keys}),
            "is a skeleton in its rest pose, without motion; give it as --target.",
        ),
        (
            bool(robot),
            f"holds the joints of a robot ({_names(robot)}), not the rotations of a body.",
        ),
        (bool(alone), f"holds one array, {alone}, and nothing that makes it poses."),
        (True, f"holds no poses that a source knows; its arrays are {_names(keys)}."),
    )
    return next(sentence for fits, sentence in sentences if fits)


def _names(keys: Sequence[str]) -> str:
    return listed(keys, _LISTED)
