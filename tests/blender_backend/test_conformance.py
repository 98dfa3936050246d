"""The Blender backend passes the kit's checks of an exporter.

Blender's bones point along the limb, so their rest frames are not the rig's. What a file says is
brought to the rig's own rest frames before it is judged; places and turns from rest stay as stored.
"""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from retarget.options import Options
from retarget.testing import ExporterTests
from retarget.testing.exporter_motion import each_rig
from retarget.testing.oracle import world_of_rest


class Blender(ExporterTests):
    backend = None

    @pytest.fixture(autouse=True)
    def use(self, exporter):
        type(self).backend = exporter

    def make(self):
        return self.backend

    @each_rig
    def test_the_skin_is_bound_at_rest(self, rig, tmp_path):
        """As the kit's, but Blender's own bone matrices are up to 2e-5 off a rotation.

        That is where a bone points almost straight forward, as a toe does.
        """
        file = self.exported(rig, tmp_path).file
        assert set(file.inverse_binds) == set(self.exported(rig, tmp_path).names)
        for name, inverse in file.inverse_binds.items():
            error = np.abs(file.rest[file.names.index(name)] @ inverse - np.eye(4)).max()
            assert error <= 5e-5, name

    def export_and_read(self, clip, folder):
        done = super().export_and_read(clip, folder)
        return attrs.evolve(done, file=in_rest_frames(done.file, done.joints, clip.rig.skeleton))


def in_rest_frames(file, joints, skeleton):
    """The file with the joints' frames turned, the same at all times, to rest as the rig's do."""
    turn = np.tile(np.eye(4), (len(file.names), 1, 1))
    stored, wanted = file.rest[joints, :3, :3], world_of_rest(skeleton)[:, :3, :3]
    turn[joints, :3, :3] = np.swapaxes(stored, 1, 2) @ wanted
    inverse = {name: turn[file.names.index(name)].T for name in file.inverse_binds}
    return attrs.evolve(
        file,
        world=file.world @ turn[:, None],
        rest=file.rest @ turn,
        between=file.between @ turn[:, None],
        inverse_binds={name: inverse[name] @ bind for name, bind in file.inverse_binds.items()},
    )


class TestMannequin(Blender):
    options = Options(mesh="mannequin")


class TestBare(Blender):
    options = Options(mesh="none")
