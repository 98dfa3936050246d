"""A-pose NPZ files: what is read, and what is said of what cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

import retarget
from retarget import roles, smpl
from retarget.errors import FileReadError, RetargetError, UsageError
from support.data import shared
from support.generated import mirrored

A_POSE = smpl.SMPLH_A_POSE
PARENTS = [roles.HUMANOID.index(p) if (p := roles.PARENT[r]) else -1 for r in roles.HUMANOID]


def offsets_of(positions):
    offsets = positions.copy()
    offsets[1:] -= positions[PARENTS[1:]]
    return offsets


def write(path, positions=A_POSE, names=roles.ORIGINAL_NAMES, **changes):
    arrays = {
        "J_ABSOLUTE": positions,
        "SMPL_OFFSETS": offsets_of(positions) if len(positions) == 52 else positions,
        "JOINT_NAMES": np.array(names),
    } | changes
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})
    return path


def rest(rig):
    return rig.skeleton.rest.positions[:, 0]


BLENDER = Rotation.from_matrix([[1, 0, 0], [0, 0, -1], [0, 1, 0]])  # +Y up to Z-up, facing -Y


@pytest.mark.parametrize(
    "turn",
    [
        Rotation.identity(),
        BLENDER,
        Rotation.from_euler("z", 180, degrees=True) * BLENDER,
        Rotation.from_euler("z", 90, degrees=True) * BLENDER,
        Rotation.from_euler("y", -90, degrees=True),
        Rotation.from_euler("x", 180, degrees=True),
    ],
)
def test_any_axes_and_facing_come_out_up_and_forward(tmp_path, turn):
    rig = retarget.load_rig(write(tmp_path / "a.npz", turn.apply(A_POSE.copy())))
    assert np.abs(rest(rig) - A_POSE).max() < 1e-9
    assert rig.floor == 0
    assert rig.warnings == ()


@pytest.mark.parametrize(
    ("turn", "faces"),
    [
        (Rotation.from_euler("y", 40, degrees=True), "40° off +Z, towards +X"),
        (Rotation.from_euler("y", -130, degrees=True), "40° off -X, towards -Z"),
        (Rotation.from_euler("z", 30, degrees=True) * BLENDER, "30° off -Y, towards +X"),
    ],
)
def test_a_body_off_its_axes_is_turned_and_told(tmp_path, turn, faces):
    path = write(tmp_path / "a.npz", turn.apply(mirrored()))  # its hips are level, to the degree
    rig = retarget.load_rig(path)
    hips = rest(rig)[1] - rest(rig)[2]
    assert abs(hips[2]) < 1e-9 < hips[0]
    assert rig.warnings == (f"{path}: the body faces {faces}; it is turned to +Z.",)


def test_names_and_order_are_the_files(tmp_path):
    order = [0, *reversed(range(1, 52))]
    names = [roles.ORIGINAL_NAMES[j] for j in order]
    path = write(tmp_path / "a.npz", A_POSE[order], names, SMPL_OFFSETS=offsets_of(A_POSE)[order])
    rig = retarget.load_rig(path)
    assert set(rig.skeleton.names) == set(names)
    for j, name in enumerate(rig.skeleton.names):
        assert np.allclose(rest(rig)[j], A_POSE[roles.ORIGINAL_NAMES.index(name)])
        parent = rig.skeleton.parents[j]
        wanted = roles.PARENT[rig.roles[name]]
        assert (rig.roles[rig.skeleton.names[parent]] if parent >= 0 else None) == wanted
    assert rig.warnings == ()


def test_an_order_that_has_parents_first_is_kept_as_it_is(tmp_path):
    # Depth first: another order than SMPL-H's, but one that needs no change.
    depth_first = sorted(range(52), key=_line)
    names = [roles.ORIGINAL_NAMES[j] for j in depth_first]
    path = write(
        tmp_path / "a.npz", A_POSE[depth_first], names, SMPL_OFFSETS=offsets_of(A_POSE)[depth_first]
    )
    assert list(retarget.load_rig(path).skeleton.names) == names


def _line(j):
    line = [j]
    while PARENTS[line[-1]] >= 0:
        line.append(PARENTS[line[-1]])
    return line[::-1]


def test_smplx_spelling_and_a_body_without_fingers(tmp_path):
    rig = retarget.load_rig(
        write(tmp_path / "a.npz", A_POSE[:22], roles.HUMANOID[:22], SMPL_OFFSETS=np.zeros((22, 3)))
    )
    assert rig.skeleton.names == roles.HUMANOID[:22]
    assert "SMPL_OFFSETS" in rig.warnings[0]


def test_zero_pose_is_smpls_t_pose(tmp_path):
    """The generated axes make identity rotations mean SMPL's T-pose, limbs and fingers alike."""
    rig = retarget.load_rig(write(tmp_path / "a.npz"))
    zero = np.zeros((52, 3))
    for j, parent in enumerate(rig.skeleton.parents):
        offset = rig.skeleton.rest_translations[j]
        zero[j] = offset + (zero[parent] if parent >= 0 else 0)
    t_pose = smpl.SMPLH_T_POSE
    for a in range(52):
        for b in [c for c, p in enumerate(PARENTS) if p == a]:
            if roles.HUMANOID[a].endswith(("hip", "knee", "shoulder", "elbow", "1", "2")):
                d, e = zero[b] - zero[a], t_pose[b] - t_pose[a]
                if not roles.HUMANOID[a].startswith("spine"):
                    off = d / np.linalg.norm(d) - e / np.linalg.norm(e)
                    assert np.degrees(np.linalg.norm(off)) < 1e-3, roles.HUMANOID[a]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"J_ABSOLUTE": None}, r"J_ABSOLUTE missing.*It holds: SMPL_OFFSETS, JOINT_NAMES"),
        ({"SMPL_OFFSETS": None, "JOINT_NAMES": None}, "SMPL_OFFSETS, JOINT_NAMES missing"),
        ({"J_ABSOLUTE": A_POSE[:51]}, r"J_ABSOLUTE must be .*\(52, 3\).*\(51, 3\)"),
        ({"J_ABSOLUTE": A_POSE.T}, r"\(3, 52\)"),
        ({"J_ABSOLUTE": A_POSE.astype(str)}, "J_ABSOLUTE must be numbers"),
        ({"SMPL_OFFSETS": np.zeros((52, 4))}, "SMPL_OFFSETS must be"),
        ({"J_ABSOLUTE": np.where(A_POSE[7] == A_POSE, np.nan, A_POSE)}, "NaN .*L_Ankle"),
        ({"SMPL_OFFSETS": np.full((52, 3), np.inf)}, "SMPL_OFFSETS holds NaN or infinity"),
        ({"JOINT_NAMES": np.arange(52)}, "JOINT_NAMES must be a list of strings"),
        ({"JOINT_NAMES": np.array([["a"]])}, "JOINT_NAMES must be a list"),
        ({"JOINT_NAMES": np.array(["x"] * 99)}, "99 joints"),
        ({"JOINT_NAMES": np.array(roles.ORIGINAL_NAMES, object)}, "JOINT_NAMES must be"),
        ({"J_ABSOLUTE": np.zeros((52, 3))}, "stands along no axis"),
        (
            {"J_ABSOLUTE": Rotation.from_euler("x", 45, degrees=True).apply(A_POSE.copy())},
            "stands along no axis",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, told):
    path = write(tmp_path / "bad.npz", **change)
    with pytest.raises(RetargetError, match=f"(?s)bad.npz.*{told}"):
        retarget.load_rig(path)


@pytest.mark.parametrize(
    ("swap", "told"),
    [
        ({"L_Knee": "L_Hip"}, "named twice: L_Hip"),
        ({"L_Knee": "left_hip"}, "two names for the same joint.*L_Hip.*left_hip"),
        ({"L_Knee": "Tail", "Head": "Horn"}, "unknown joints: Tail, Horn"),
    ],
)
def test_wrong_names_are_named(tmp_path, swap, told):
    names = [swap.get(n, n) for n in roles.ORIGINAL_NAMES]
    with pytest.raises(RetargetError, match=told):
        retarget.load_rig(write(tmp_path / "bad.npz", names=names))


def test_missing_required_joints_are_named_in_both_spellings(tmp_path):
    keep = [j for j, r in enumerate(roles.HUMANOID) if r not in ("left_knee", "right_elbow")]
    path = write(
        tmp_path / "bad.npz",
        A_POSE[keep],
        [roles.ORIGINAL_NAMES[j] for j in keep],
        SMPL_OFFSETS=np.zeros((50, 3)),
    )
    with pytest.raises(RetargetError, match=r"L_Knee \(left_knee\), R_Elbow \(right_elbow\)"):
        retarget.load_rig(path)


def test_odd_bodies_are_told(tmp_path):
    big = retarget.load_rig(write(tmp_path / "cm.npz", A_POSE * 100))
    assert "metres" in big.warnings[0]
    mirrored = retarget.load_rig(write(tmp_path / "m.npz", A_POSE * [-1, 1, 1]))
    assert any("backwards" in w for w in mirrored.warnings)
    stretched = write(tmp_path / "s.npz", SMPL_OFFSETS=offsets_of(A_POSE) * 1.1)
    assert "SMPL_OFFSETS differ" in retarget.load_rig(stretched).warnings[0]


def test_a_body_that_does_not_stand_at_zero_has_its_own_floor(tmp_path):
    low = A_POSE - [0, 1.2, 0]
    rig = retarget.load_rig(write(tmp_path / "low.npz", low))
    assert rig.floor == pytest.approx(low[:, 1].min() - 0.02)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"\x93NUMPY"])
def test_other_files_are_not_claimed(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(FileReadError, match=r"a\.npz: .*NPZ"):
        retarget.load_rig(path)


@given(st.binary(max_size=200))
def test_hostile_bytes_raise_nothing_but_told_errors(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("x") / "a.npz"
    path.write_bytes(b"PK\x03\x04" + content)
    with pytest.raises(RetargetError):
        retarget.load_rig(path)


def test_default_target_is_the_original_projects():
    z_up = np.load(shared("data/skeletons/A-Pose.npz"))
    rig = retarget.load_rig()
    assert list(rig.skeleton.names) == z_up["JOINT_NAMES"].tolist()
    wanted = np.stack([z_up["J_ABSOLUTE"][:, i] for i in (0, 2, 1)], 1) * [1, 1, -1]
    assert np.abs(rest(rig) - wanted).max() < 1e-6


@pytest.mark.parametrize(
    "name",
    [
        "A-Pose",
        "target_reference_other_proportions",
        "smplh_neutral_tpose",
        "smplx_proportions_yup",
    ],
)
def test_real_targets_keep_every_bone_length(name):
    path = shared(f"data/skeletons/{name}.npz")
    positions = np.load(path)["J_ABSOLUTE"]
    rig = retarget.load_rig(path)
    t_posed = name in ("smplh_neutral_tpose", "smplx_proportions_yup")
    assert [("T-pose" in warning) for warning in rig.warnings] == [True] * t_posed
    own = np.linalg.norm(rig.skeleton.rest_translations[1:], axis=1)
    wanted = np.linalg.norm(positions[1:] - positions[PARENTS[1:]], axis=1)
    assert np.abs(own - wanted).max() < 1e-9
    up = rest(rig)[rig.skeleton.index["Head"]] - rest(rig)[0]
    toes = rest(rig)[rig.skeleton.index["L_Foot"]] - rest(rig)[rig.skeleton.index["L_Ankle"]]
    assert up.argmax() == 1
    assert toes.argmax() == 2


def test_an_npz_that_is_no_target_says_what_it_holds(tmp_path):
    np.savez(tmp_path / "walk.npz", poses=np.zeros((2, 156)), trans=np.zeros((2, 3)))
    with pytest.raises(UsageError, match=r"is no A-pose file: .*It holds: poses, trans"):
        retarget.load_rig(tmp_path / "walk.npz")
