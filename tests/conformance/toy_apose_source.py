"""A correct source of toy targets, its every step open to be got wrong.

The layout: an NPZ of `names (J,)` in smplx's spelling and `joints (J, 3)` in metres, Z-up, facing
-Y, standing on z = 0.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retarget import roles, smpl
from retarget.errors import MatchError, NotAMotionError, RetargetError
from retarget.npz import Npz
from retarget.testing import APoseSourceTests
from retarget.values import Rig, Skeleton

KEYS = {"names", "joints"}


class Toy:
    """Correct. The wrong ones each override one step."""

    def sniff(self, spec):
        try:
            return self.open(spec).members.keys() >= KEYS
        except (RetargetError, ValueError):
            return False

    def open(self, spec):
        return Npz.open(Path(spec))

    def load(self, spec, _options):
        file = self.open(spec)
        if not file.members.keys() >= KEYS:
            raise NotAMotionError(f"{spec}: no toy target.")
        names = [str(name) for name in self.read(file, "names")]
        positions = self.turned(np.array(self.read(file, "joints")))
        given = self.roles(names)
        self.require(spec, given)
        return Rig(
            name="toy",
            skeleton=self.skeleton(names, positions),
            roles=given,
            floor=self.floor(positions),
        )

    def read(self, file, key):
        return file.read(key)

    def turned(self, positions):
        x, y, z = positions.T
        return np.stack([x, z, -y], axis=1)

    def roles(self, names):
        return {name: name for name in names}

    def require(self, spec, given):
        missing = [role for role in roles.REQUIRED if role not in given.values()]
        if missing:
            raise MatchError(f"{spec}: no joint for {', '.join(missing)}.")

    def skeleton(self, names, positions):
        parents = [names.index(roles.PARENT[n]) if roles.PARENT[n] else -1 for n in names]
        return Skeleton(
            names=names,
            parents=parents,
            rest_translations=self.offsets(positions, parents),
            rest_rotations=np.tile([0, 0, 0, 1], (len(names), 1)),
        )

    def offsets(self, positions, parents):
        offsets = positions.copy()
        offsets[1:] -= positions[parents[1:]]
        return offsets

    def floor(self, _positions):
        return 0.0


class Kit(APoseSourceTests):
    """The kit over the toy named by `made`."""

    made = Toy

    def make(self):
        return self.made()

    def spec(self, folder):
        x, y, z = smpl.SMPLH_A_POSE.T
        path = folder / "toy.npz"
        np.savez(path, names=np.array(roles.HUMANOID), joints=np.stack([x, -z, y], axis=1))
        return str(path)

    def expected(self):
        return dict(zip(roles.HUMANOID, smpl.SMPLH_A_POSE, strict=True))

    def refused(self, folder):
        path = folder / "kneeless.npz"
        names = [role for role in roles.HUMANOID if role != "left_knee"]
        np.savez(path, names=np.array(names), joints=np.zeros((51, 3)))
        return {str(path): "left_knee"}
