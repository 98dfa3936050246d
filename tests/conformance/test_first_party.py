"""The first-party plugins pass the kit as any third party's would."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import retarget_apose
import retarget_gltf
import retarget_motion
from retarget import roles, smpl
from retarget.fk import NumpyFK
from retarget.options import Options
from retarget.testing import APoseSourceTests, ExporterTests, FKSolverTests, MotionSourceTests

# Solvers


class TestNumpyFK(FKSolverTests):
    def make(self):
        return NumpyFK()


# Motion sources

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
"""Turns the pipeline's axes into those of AMASS."""


def rotvecs(truth, *, turn=None):
    """(F, J, 3) axis-angle, the root's turned into the axes of the file."""
    local = truth.rotations.copy()
    if turn is not None:
        local[:, 0] = turn @ local[:, 0]
    return Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec().reshape(*local.shape[:2], 3)


def with_rows(angles, at, count):
    """Insert joints that no role has, turned so that reading them as others shows."""
    return np.insert(angles, [at] * count, 0.3, axis=1)


def amass(truth):
    return {
        "poses": rotvecs(truth, turn=Z_UP).reshape(truth.frames, 156),
        "trans": truth.root_positions @ Z_UP.T - smpl.SMPLH_T_POSE[0],
        "mocap_framerate": truth.fps,
        "gender": "female",
        "betas": np.linspace(-1, 1, 16),
        "dmpls": np.zeros((truth.frames, 8)),
    }


def smplx_stage_ii(truth):
    angles = with_rows(rotvecs(truth, turn=Z_UP), 22, 3)  # jaw and eyes
    return {
        "poses": angles.reshape(truth.frames, 165),
        "trans": truth.root_positions @ Z_UP.T - smpl.SMPLX_T_POSE[0],
        "mocap_frame_rate": truth.fps,
        "gender": "neutral",
        "betas": np.zeros(16),
        "surface_model_type": "smplx",
    }


def smplx_split(truth):
    angles = rotvecs(truth, turn=Z_UP)
    return {
        "root_orient": angles[:, 0],
        "pose_body": angles[:, 1:22].reshape(truth.frames, 63),
        "pose_hand": angles[:, 22:].reshape(truth.frames, 90),
        "trans": truth.root_positions @ Z_UP.T - smpl.SMPLX_T_POSE[0],
        "mocap_frame_rate": truth.fps,
        "gender": "neutral",
        "betas": np.zeros(16),
    }


def smpl24(truth):
    return {
        "poses": with_rows(rotvecs(truth), 22, 2).reshape(truth.frames, 72),  # whole hands
        "trans": truth.root_positions - smpl.SMPLH_T_POSE[0],
        "fps": truth.fps,
    }


def smplx_python(truth):
    angles = rotvecs(truth)
    return {
        "global_orient": angles[:, 0],
        "body_pose": angles[:, 1:22].reshape(truth.frames, 63),
        "left_hand_pose": angles[:, 22:37].reshape(truth.frames, 45),
        "right_hand_pose": angles[:, 37:].reshape(truth.frames, 45),
        "transl": truth.root_positions - smpl.SMPLX_T_POSE[0],
        "fps": truth.fps,
    }


def matrices(truth):
    hidden = np.tile(Rotation.from_rotvec([0.3, 0, 0]).as_matrix(), (truth.frames, 3, 1, 1))
    body, hands = truth.rotations[:, :22], truth.rotations[:, 22:]
    return {
        "local_rotations": np.concatenate([body, hidden, hands], axis=1),
        "global_translations": truth.root_positions - smpl.SMPLX_T_POSE[0],
        "fps": truth.fps,
    }


def smpl_codec(truth):
    angles = rotvecs(truth)
    return {
        "smplVersion": 2,
        "gender": 0,
        "bodyPose": angles[:, :22],
        "leftHandPose": angles[:, 22:37],
        "rightHandPose": angles[:, 37:],
        "bodyTranslation": truth.root_positions - smpl.SMPLX_T_POSE[0],
        "frameRate": truth.fps,
    }


class Layout(MotionSourceTests):
    """An NPZ layout: what it is called, the body it stands on, and the arrays it holds."""

    name = ""
    body = staticmethod(smpl.smplx)
    arrays = staticmethod(dict)

    def make(self):
        offers = {offer.name: offer for offer in retarget_motion.retarget_motion_sources()}
        return offers[self.name].load()

    def skeleton(self):
        return self.body()

    def write(self, path, truth):
        with path.open("wb") as file:
            np.savez(file, **self.arrays(truth))

    def other_layouts(self, folder):
        paths = []
        for other in Layout.__subclasses__():
            if other.name != self.name:
                paths.append(folder / f"{other.__name__}{self.make().suffixes[0]}")
                other().write(paths[-1], other().truth(frames=3))
        return paths


class TestAmass(Layout):
    name, body, arrays = "amass", staticmethod(smpl.smplh), staticmethod(amass)


class TestSmplXStageII(Layout):
    name, arrays = "smplx", staticmethod(smplx_stage_ii)


class TestSmplXSplit(Layout):
    name, arrays = "smplx", staticmethod(smplx_split)


class TestSmpl24(Layout):
    name, body, arrays = "smpl24", staticmethod(smpl.smpl), staticmethod(smpl24)


class TestSmplXPython(Layout):
    name, arrays = "smplx-python", staticmethod(smplx_python)


class TestMatrices(Layout):
    name, arrays = "matrices", staticmethod(matrices)


class TestSmplCodec(Layout):
    name, arrays = "smpl", staticmethod(smpl_codec)


class TestNoRate(Layout):
    name, body = "amass", staticmethod(smpl.smplh)
    stores_fps = False

    @staticmethod
    def arrays(truth):
        stored = amass(truth)
        return {key: stored[key] for key in ("poses", "trans")}


# A-pose sources


def target(name):
    offers = {offer.name: offer for offer in retarget_apose.retarget_apose_sources()}
    return offers[name].load()


class TestDefaultTarget(APoseSourceTests):
    reads_files = False

    def make(self):
        return target("default")

    def spec(self, folder):  # noqa: ARG002 - a name needs no file
        return "default"

    def expected(self):
        return dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True))


class TestAPoseNpz(APoseSourceTests):
    def make(self):
        return target("npz")

    def spec(self, folder):
        return self.write(folder / "target.npz", roles.ORIGINAL_NAMES, smpl.SMPLH_A_POSE * 1.1)

    def expected(self):
        return dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE * 1.1, strict=True))

    def refused(self, folder):
        kneeless = [name for name in roles.ORIGINAL_NAMES if name != "L_Knee"]
        rows = [roles.ORIGINAL_NAMES.index(name) for name in kneeless]
        strange = ["Tentacle", *roles.ORIGINAL_NAMES[1:]]
        nan = smpl.SMPLH_A_POSE.copy()
        nan[7] = np.nan
        return {
            self.write(folder / "a.npz", kneeless, smpl.SMPLH_A_POSE[rows]): "left_knee",
            self.write(folder / "b.npz", strange, smpl.SMPLH_A_POSE): "Tentacle",
            self.write(folder / "c.npz", roles.ORIGINAL_NAMES, nan): "L_Ankle",
        }

    def write(self, path, names, positions):
        """Store it as the original project does: Z-up, facing -Y."""
        x, y, z = positions.T
        stored = np.stack([x, -z, y], axis=1)
        parents = np.array([0, *smpl.smplh().parents[1:]])[: len(stored)]
        np.savez(
            path,
            J_ABSOLUTE=stored,
            SMPL_OFFSETS=stored - stored[parents],
            JOINT_NAMES=np.array(names),
        )
        return str(path)


# Exporters


class Gltf(ExporterTests):
    def make(self):
        (offer,) = retarget_gltf.retarget_exporters()
        return offer.load()


class TestGltfMannequin(Gltf):
    options = Options(mesh="mannequin")


class TestGltfCube(Gltf):
    options = Options(mesh="cube")


class TestGltfBare(Gltf):
    options = Options(mesh="none")


@pytest.mark.parametrize("kit", [TestAmass, TestNoRate])
def test_every_layout_is_held_against_every_other(kit, tmp_path):
    assert len(kit().other_layouts(tmp_path)) == 6
