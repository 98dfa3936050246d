"""The real clips: what each is taken for, and why its neighbours are not motions."""

from __future__ import annotations

import numpy as np
import pytest

from retarget.errors import FileReadError
from support.data import shared

NO_RATE = "no frame rate"
MOTIONS = {
    # path: (source, kind, joints, frames, fps, up, decided by, hands, gender, betas, warning)
    "amass/A1_-_Stand_poses.npz": (
        ("amass", "AMASS SMPL-H", 52, 360, 120, "z", "layout", "constant", "female", 16, None)
    ),
    "amass/amass_sample.npz": (
        ("amass", "AMASS SMPL-H", 52, 601, 120, "z", "layout", "animated", "male", 16, None)
    ),
    "smplx/apose_to_catwalk_001.npz": (
        ("amass", "SMPL-H poses", 52, 399, 60, "y", "motion", "constant", None, None, NO_RATE)
    ),
    "smplx/apose_to_handsFront_smplx.npz": (
        ("smplx", "SMPL-X poses", 52, 34, 60, "y", "motion", "animated", None, 10, NO_RATE)
    ),
    "smplx/armswing_matrices.npz": (
        *("matrices", "rotation matrices, 55 joints", 52, 573, 60),
        *("y", "motion", "animated", None, None, NO_RATE),
    ),
    "smpl24/aist_demo.npz": (
        ("smpl24", "SMPL-24 poses", 22, 320, 60, "-y", "motion", "none", None, None, NO_RATE)
    ),
    "smpl24/anim_nerf_train.npz": (
        *("smplx-python", "smplx-python SMPL", 22, 114, 60),
        *("-y", "motion", "none", None, 10, NO_RATE),
    ),
    "smpl_codec/Dance_03_w_hands.smpl": (
        ("smpl", ".smpl SMPL-X", 52, 605, 24, "y", "motion", "animated", "neutral", 20, None)
    ),
    "smpl_codec/squat_ow.smpl": (
        ("smpl", ".smpl SMPL-X", 52, 130, 60, "y", "motion", "constant", "male", 10, None)
    ),
    "variants/stand_stageii.npz": (
        ("smplx", "SMPL-X stage II", 52, 120, 120, "z", "layout", "constant", "female", 16, None)
    ),
    "variants/stand_gender_bytes_fps_noninteger_poses.npz": (
        ("amass", "AMASS SMPL-H", 52, 120, 120, "z", "layout", "constant", "female", 16, None)
    ),
    "variants/stand_no_fps_no_gender_poses.npz": (
        ("amass", "SMPL-H poses", 52, 120, 60, "z", "motion", "constant", None, None, NO_RATE)
    ),
}

NOT_MOTIONS = {
    "variants/shape.npz": "holds a body shape (betas, gender) but no poses.",
    "variants/female_stagei.npz": "is a stage-I file",
    "not_motion/robot_named_like_02_04_stageii.npz": "holds the joints of a robot",
    "not_motion/pickled_romp_output.npz": "holds pickled objects alone (results)",
    "not_motion/body_pose_rnd.npz": "holds one array, 'data' (1, 1, 21, 3) float32",
    "smpl_codec/smplcodec__avatar_skel.smpl": "is of the body model SKEL",
    "smpl_codec/smplcodec__default.smpl": "is a .smpl file without poses",
    "skeletons/A-Pose.npz": "is a skeleton in its rest pose",
    "regressors/J_regressor_h36m.npy": "not an NPZ file",
}


@pytest.mark.parametrize("name", MOTIONS)
def test_motions_are_taken_for_what_they_are(sources, load, name):
    path = shared(f"data/{name}")
    taker, kind, joints, frames, fps, up, decided, hands, gender, betas, warning = MOTIONS[name]

    assert [n for n, s in sources.items() if s.sniff(path)] == [taker]
    motion = load(path)

    source = motion.source
    assert (source.kind, len(motion.skeleton), motion.frames) == (kind, joints, frames)
    assert (motion.fps, source.hands, source.gender) == (fps, hands, gender)
    assert (source.up, source.up_decided_by) == (up, decided)
    assert source.ground_at_zero == (decided == "layout")
    assert (None if source.betas is None else len(source.betas)) == betas
    assert source.path == path
    if warning is None:
        assert motion.warnings == ()
    else:
        (said,) = motion.warnings
        assert warning in said


@pytest.mark.parametrize("name", NOT_MOTIONS)
def test_neighbours_are_refused_in_one_sentence(sources, name):
    path = shared(f"data/{name}")
    assert not any(source.sniff(path) for source in sources.values())
    (why,) = {source.why_not(path) for source in sources.values()}
    assert why.startswith(NOT_MOTIONS[name])


def test_a_pointer_is_a_motion_that_is_missing_not_a_neighbour(sources):
    path = shared("data/not_motion/lfs_pointer_C3_-_Run_stageii.npz")
    for source in sources.values():
        assert not source.sniff(path)
        with pytest.raises(FileReadError, match=r"git-LFS pointer.*git lfs pull"):
            source.why_not(path)


@pytest.mark.parametrize("name", ["amass/A1_-_Stand_poses.npz", "variants/stand_stageii.npz"])
def test_a_standing_body_stands_on_the_floor(load, name):
    """Feet near 0 and hips at hip height: so J0 was added, and upright."""
    motion = load(shared(f"data/{name}"))
    height = motion.root_translations[:, 1]
    rest = np.cumsum(motion.skeleton.rest_translations[[0, 1, 4, 7, 10]], axis=0)[:, 1]
    leg = rest[0] - rest[-1]
    np.testing.assert_allclose(height - leg, 0, atol=0.06)


def test_stage_two_and_its_smplh_twin_move_alike(load):
    """Two releases of one recording, fitted separately: the pelvis tracks run side by side."""
    smplh = load(shared("data/amass/A1_-_Stand_poses.npz"), frame_limit=120)
    smplx = load(shared("data/variants/stand_stageii.npz"))
    apart = smplh.root_translations - smplx.root_translations
    assert np.linalg.norm(apart, axis=1).max() < 0.15
