"""Every layout against an oracle: 4x4 matrices in the axes of the file, then turned as a whole."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from motion_sources import synthetic
from retarget import roles, smpl
from retarget.options import Options
from support import oracle

PARENTS = [-1 if p is None else roles.HUMANOID.index(p) for p in roles.PARENT.values()]


def t_pose(layout):
    return smpl.SMPLX_T_POSE if layout in synthetic.SMPLX_BODIES else smpl.SMPLH_T_POSE


def file_world(vectors, translations, rest):
    """World matrices (F, J, 4, 4) as SMPL poses a body: about J0, then moved by trans."""
    joints = vectors.shape[1]
    local = [[oracle.rotvec_matrix(v) for v in frame] for frame in vectors]
    offsets = np.array([rest[j] - rest[PARENTS[j]] for j in range(joints)])
    return oracle.forward(PARENTS[:joints], offsets, local, translations + rest[0])


def motion_world(motion):
    tracks = np.swapaxes(motion.rotations, 0, 1)
    local = [[oracle.quat_matrix(q) for q in frame] for frame in tracks]
    skeleton = motion.skeleton
    return oracle.forward(
        skeleton.parents, skeleton.rest_translations, local, motion.root_translations
    )


def write_motion(write, layout, up, frames=7):
    vectors, translations = synthetic.in_axes(
        up, synthetic.rotvecs(frames), synthetic.trans(frames), t_pose(layout)[0]
    )
    path = write(**synthetic.arrays(layout, vectors, translations))
    return path, vectors, translations


@pytest.mark.parametrize("up", synthetic.TO_Y_UP)
@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_every_joint_stands_where_the_file_puts_it(write, load, layout, up):
    path, vectors, translations = write_motion(write, layout, up)

    motion = load(path, up=up)

    joints = 22 if layout in synthetic.FINGERLESS else 52
    assert motion.skeleton.names == roles.HUMANOID[:joints]
    expected = file_world(vectors[:, :joints], translations, t_pose(layout))
    turn = np.eye(4)
    turn[:3, :3] = synthetic.TO_Y_UP[up]
    np.testing.assert_allclose(motion_world(motion), turn @ expected, atol=3e-6)
    assert motion.source.up_decided_by == "user"


@pytest.mark.parametrize("up", ["z", "-y", "-z"])
@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_a_file_and_its_y_up_twin_are_one_motion(tmp_path, load, layout, up):
    motions = []
    for axis in ("y", up):
        path = tmp_path / f"{axis}.npz"
        vectors, translations = synthetic.in_axes(
            axis, synthetic.rotvecs(), synthetic.trans(), t_pose(layout)[0]
        )
        np.savez(path, **synthetic.arrays(layout, vectors, translations))
        motions.append(load(path))
        assert motions[-1].source.up == axis
        assert motions[-1].source.up_decided_by == "motion"
    twin, motion = motions
    dots = np.abs(np.sum(motion.rotations * twin.rotations, axis=-1))
    np.testing.assert_allclose(dots, 1, atol=1e-6)
    np.testing.assert_allclose(motion.root_translations, twin.root_translations, atol=1e-6)


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_tracks_keep_the_contract(write, load, layout):
    motion = load(write_motion(write, layout, "z")[0])
    assert motion.rotations.dtype == motion.root_translations.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1, atol=1e-6)
    steps = np.sum(motion.rotations[:, 1:] * motion.rotations[:, :-1], axis=-1)
    assert (steps > 0).all()
    assert not motion.rotations.flags.writeable


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.astype(np.float32),
        lambda a: a.astype(">f8"),
        np.asfortranarray,
        lambda a: a.reshape(len(a), -1, 3) if a.ndim == 2 and a.shape[1] > 3 else a,
    ],
    ids=["float32", "big-endian", "fortran", "joints-by-three"],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
def test_however_the_arrays_are_stored(write, load, layout, save, change):
    vectors, translations = synthetic.rotvecs(1100), synthetic.trans(1100)  # several blocks
    arrays = synthetic.arrays(layout, vectors, translations)
    plain = load(write(**arrays))

    changed = {key: change(a) if np.ndim(a) else a for key, a in arrays.items()}
    motion = load(write(save, **changed))

    np.testing.assert_allclose(motion.rotations, plain.rotations, atol=1e-6)
    np.testing.assert_allclose(motion.root_translations, plain.root_translations, atol=1e-3)


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
@pytest.mark.parametrize("limit", [1, 3, 600, 10_000])
def test_frame_limit_takes_the_first_frames(write, load, layout, limit):
    arrays = synthetic.arrays(layout, synthetic.rotvecs(700), synthetic.trans(700))
    path = write(**arrays)
    motion, whole = load(path, frame_limit=limit, up="y"), load(path, up="y")
    assert motion.frames == min(limit, 700)
    np.testing.assert_array_equal(motion.rotations, whole.rotations[:, :limit])
    np.testing.assert_array_equal(motion.root_translations, whole.root_translations[:limit])


def test_split_arrays_go_before_poses(write, load):
    arrays = synthetic.arrays("split", synthetic.rotvecs(), synthetic.trans())
    expected = load(write(**arrays))
    motion = load(write(**arrays, poses=np.zeros((7, 165)), pose_foot=np.zeros((7, 0))))
    np.testing.assert_array_equal(motion.rotations, expected.rotations)


def test_split_arrays_without_hands_are_a_body(write, load):
    arrays = synthetic.arrays("split", synthetic.rotvecs(), synthetic.trans())
    del arrays["pose_hand"]
    motion = load(write(**arrays))
    assert motion.skeleton.names == roles.HUMANOID[:22]
    assert motion.source.hands == "none"


def test_one_hand_alone(write, load):
    arrays = synthetic.arrays("python63", synthetic.rotvecs(), synthetic.trans())
    both = load(write(**arrays))
    del arrays["left_hand_pose"]
    motion = load(write(**arrays))
    assert motion.skeleton.names == roles.HUMANOID[:22] + roles.HUMANOID[37:]
    np.testing.assert_array_equal(motion.rotations[22:], both.rotations[37:])
    thumb = motion.skeleton.index["right_thumb1"]
    assert motion.skeleton.names[motion.skeleton.parents[thumb]] == "right_wrist"


@pytest.mark.parametrize("key", ["left_hand_pose", "right_hand_pose"])
def test_hands_in_pca_are_left_out_with_a_word(write, load, key):
    arrays = synthetic.arrays("python63", synthetic.rotvecs(), synthetic.trans())
    motion = load(write(**arrays | {key: np.zeros((7, 6))}))
    assert len(motion.skeleton) == 37
    assert any(key in w and "PCA" in w and "(7, 6)" in w for w in motion.warnings)


@pytest.mark.parametrize("joints", [22, 24, 52, 55])
def test_matrices_of_every_count(write, load, joints):
    arrays = synthetic.arrays("matrices", synthetic.rotvecs(), synthetic.trans())
    full = arrays["local_rotations"]
    expected = load(write(**arrays))
    keep = [*range(22), *range(25, 55)] if joints == 52 else range(joints)
    motion = load(write(**arrays | {"local_rotations": full[:, keep]}))
    n = 52 if joints > 24 else 22
    assert len(motion.skeleton) == n
    np.testing.assert_array_equal(motion.rotations, expected.rotations[:n])


@pytest.mark.parametrize(("version", "joints", "table"), [(0, 24, "H"), (1, 22, "H"), (2, 22, "X")])
def test_smpl_files_name_their_body_model(write, load, version, joints, table):
    arrays = synthetic.arrays("smpl", synthetic.rotvecs(), synthetic.trans())
    body = np.concatenate([arrays["bodyPose"], np.zeros((7, 2, 3))], axis=1)[:, :joints]
    motion = load(write(**arrays | {"smplVersion": np.int32(version), "bodyPose": body}))
    rest = smpl.SMPLX_T_POSE if table == "X" else smpl.SMPLH_T_POSE
    np.testing.assert_array_equal(motion.skeleton.rest_translations[0], rest[0])


@pytest.mark.parametrize(
    ("layout", "forced", "joints"),
    [
        ("amass", "smplx", 52),
        ("smplx", "amass", 52),
        ("smplx", "smpl24", 22),
        ("amass", "smpl24", 22),
        ("smpl24", "smplx", 22),
    ],
)
def test_a_source_can_be_forced_on_poses_of_another_width(
    write, load, sources, layout, forced, joints
):
    path = write(**synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans()))
    motion = sources[forced].load(path, Options(up="y"))
    assert len(motion.skeleton) == joints
    own = load(path, up="y").rotations
    np.testing.assert_array_equal(motion.rotations, own[:joints])
    pelvis = smpl.SMPLX_T_POSE[0] if forced == "smplx" else smpl.SMPLH_T_POSE[0]
    np.testing.assert_allclose(motion.root_translations, synthetic.trans() + pelvis, atol=1e-6)


def test_memory_stays_near_the_tracks(write, load):
    frames = 6000
    arrays = synthetic.arrays("amass", synthetic.rotvecs(frames), synthetic.trans(frames))
    path = write(**arrays, mocap_framerate=120.0, betas=np.zeros(16))
    load(path, frame_limit=10)  # imports
    tracemalloc.start()
    motion = load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.4 * (motion.rotations.nbytes + motion.root_translations.nbytes)
