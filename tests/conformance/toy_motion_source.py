"""A correct source of a toy layout in the manner of AMASS, its every step open to be got wrong.

The layout: an NPZ of `angles (F, 3 J)` axis-angle in radians, `trans (F, 3)` counted from where the
body model's origin is, so that the pelvis stands at J0 + trans, and `rate`; Z-up, SMPL-H joints.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from retarget import smpl
from retarget.errors import NotAMotionError, RetargetError
from retarget.npz import Npz
from retarget.testing import MotionSourceTests
from retarget.values import Motion, Source

Y_UP_FROM_Z_UP = Rotation.from_matrix([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
KEYS = {"angles", "trans", "rate"}


class Toy:
    """Correct. The wrong ones each override one step."""

    suffixes = (".npz",)

    def sniff(self, path):
        try:
            return self.open(path).members.keys() >= KEYS
        except RetargetError:
            return False

    def open(self, path):
        return Npz.open(path)

    def load(self, path, options):
        file = self.open(path)
        if not file.members.keys() >= KEYS:
            raise NotAMotionError(f"{path}: not of the toy layout.")
        skeleton = self.skeleton()
        angles = self.read(file, "angles")
        local = self.rotations(angles.reshape(len(angles), len(skeleton), 3))
        tracks = np.swapaxes(self.turned(local), 0, 1)
        root = self.root(self.read(file, "trans"), skeleton)
        end = self.limit(options)
        return Motion(
            skeleton=skeleton,
            fps=self.rate(float(self.read(file, "rate")), options),
            rotations=self.signs(tracks)[:, :end],
            root_translations=root[:end],
            source=self.source(path),
        )

    def read(self, file, key):
        return np.array(file.read(key))

    def skeleton(self):
        return smpl.smplh()

    def rotations(self, angles):
        """(F, J, 4) from (F, J, 3)."""
        return Rotation.from_rotvec(angles.reshape(-1, 3)).as_quat().reshape(*angles.shape[:2], 4)

    def turned(self, local):
        local = local.copy()
        local[:, 0] = (Y_UP_FROM_Z_UP * Rotation.from_quat(local[:, 0])).as_quat()
        return local

    def root(self, trans, skeleton):
        return Y_UP_FROM_Z_UP.apply(trans + skeleton.rest_translations[0])

    def signs(self, tracks):
        tracks = tracks.copy()
        for frame in range(1, tracks.shape[1]):
            dots = (tracks[:, frame] * tracks[:, frame - 1]).sum(axis=-1)
            tracks[dots < 0, frame] *= -1
        return tracks

    def limit(self, options):
        return options.frame_limit

    def rate(self, stored, options):
        return options.source_fps or stored

    def source(self, path):
        return Source(path=path, kind="toy layout", up="z")


class Kit(MotionSourceTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def make(self):
        return self.made()

    def skeleton(self):
        return smpl.smplh()

    def write(self, path, truth):
        z_up = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        local = truth.rotations.copy()
        local[:, 0] = z_up @ local[:, 0]
        angles = Rotation.from_matrix(local.reshape(-1, 3, 3)).as_rotvec()
        pelvis = truth.root_positions @ z_up.T
        with path.open("wb") as file:
            np.savez(
                file,
                angles=angles.reshape(truth.frames, -1),
                trans=pelvis - smpl.SMPLH_T_POSE[0],
                rate=truth.fps,
            )

    def other_layouts(self, folder):
        path = folder / "near_poses.npz"
        np.savez(path, angles=np.zeros((9, 156)), trans=np.zeros((9, 3)))
        return [path]
