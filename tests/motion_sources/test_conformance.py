"""Every source passes the conformance kit that third parties use, as any other plugin must."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

import retarget_motion
from motion_sources import synthetic
from retarget import smpl
from retarget.testing import MotionSourceTests


def source_of(layout):
    return synthetic.SOURCE.get(layout, layout)


class Layout:
    """Writes the kit's truth as `synthetic.arrays` lays it out, in the axes of `up`."""

    layout: str
    body = staticmethod(smpl.smplh)
    up = "y"

    def make(self):
        providers = retarget_motion.retarget_motion_sources()
        return next(p.load() for p in providers if p.name == source_of(self.layout))

    def skeleton(self):
        return self.body()

    def write(self, path, truth):
        flat = Rotation.from_matrix(truth.rotations.reshape(-1, 3, 3)).as_rotvec()
        vectors = np.zeros((truth.frames, 52, 3))
        vectors[:, : len(truth.skeleton)] = flat.reshape(truth.frames, -1, 3)
        pelvis = truth.skeleton.rest_translations[0]
        in_file = synthetic.in_axes(self.up, vectors, truth.root_positions - pelvis, pelvis)
        arrays = synthetic.arrays(self.layout, *in_file)
        with path.open("wb") as file:
            np.savez(file, **arrays, **self.said(truth))

    def said(self, truth):
        return {"fps": truth.fps}

    def other_layouts(self, folder):
        paths = []
        for layout in synthetic.LAYOUTS:
            if source_of(layout) != source_of(self.layout):
                paths.append(folder / f"{layout}.npz")
                arrays = synthetic.arrays(layout, synthetic.rotvecs(), synthetic.trans())
                np.savez(paths[-1], **arrays)
        return paths


class TestAmass(Layout, MotionSourceTests):
    layout = "amass"
    up = "z"

    def said(self, truth):
        return {"mocap_framerate": truth.fps, "gender": "female"}


class TestSmplX(Layout, MotionSourceTests):
    layout = "smplx"
    body = staticmethod(smpl.smplx)


class TestSplitKeys(Layout, MotionSourceTests):
    layout = "split"
    body = staticmethod(smpl.smplx)
    up = "-z"


class TestSmpl24(Layout, MotionSourceTests):
    layout = "smpl24"
    body = staticmethod(smpl.smpl)
    up = "-y"


class TestPythonKeysOfSmplX(Layout, MotionSourceTests):
    layout = "python63"
    body = staticmethod(smpl.smplx)


class TestPythonKeysOfSmpl(Layout, MotionSourceTests):
    layout = "python69"
    body = staticmethod(smpl.smpl)
    up = "-y"


class TestMatrices(Layout, MotionSourceTests):
    layout = "matrices"
    body = staticmethod(smpl.smplx)
    up = "z"


class TestSmplCodec(Layout, MotionSourceTests):
    layout = "smpl"
    body = staticmethod(smpl.smplx)
