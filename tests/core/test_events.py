"""Onlookers: told the facts in order, and never in the way."""

from __future__ import annotations

import sys

from retarget.hookspecs import hookimpl
from retarget.options import Options
from retarget.pipeline import Pipeline
from support.plugins import toy_plugins


class Onlooker:
    def __init__(self):
        self.seen = []

    @hookimpl
    def retarget_motion_loaded(self, motion):
        self.seen.append(("motion_loaded", motion))

    @hookimpl
    def retarget_rig_loaded(self, rig):
        self.seen.append(("rig_loaded", rig))

    @hookimpl
    def retarget_clip_retargeted(self, motion, clip):  # in another order than the hook's
        self.seen.append(("clip_retargeted", clip, motion))

    @hookimpl
    def retarget_clip_exported(self, result):  # of the hook's two, the one it wants
        self.seen.append(("clip_exported", result))


def test_onlookers_are_told_the_facts_in_the_order_of_events(tmp_path):
    (tmp_path / "walk.npz").write_text("toy 4 30")
    onlooker = Onlooker()
    pipeline = Pipeline.prepare(plugins=toy_plugins(onlooker), options=Options(fps=60))
    result = pipeline.convert(tmp_path / "walk.npz", tmp_path / "out.glb")
    events = [event for event, *_ in onlooker.seen]
    assert events == ["rig_loaded", "motion_loaded", "clip_retargeted", "clip_exported"]
    (_, rig), (_, loaded), (_, clip, source), (_, exported) = onlooker.seen
    assert rig is pipeline.retargeter.rig is clip.rig
    assert (loaded.frames, loaded.fps) == (4, 30)  # as it was read
    assert source is loaded
    assert (clip.frames, clip.fps) == (7, 60)  # as it was written
    assert (exported.path, exported.frames) == (result.path, 7)


class Grumbler:
    def _grumble(self, what):
        raise ValueError(f"I dislike the {what}")

    @hookimpl
    def retarget_motion_loaded(self):
        self._grumble("motion")

    @hookimpl
    def retarget_rig_loaded(self):
        self._grumble("rig")

    @hookimpl
    def retarget_clip_retargeted(self):
        self._grumble("clip")

    @hookimpl
    def retarget_clip_exported(self):
        sys.exit(7)


def test_an_onlooker_that_raises_becomes_a_warning_and_the_others_look_on(tmp_path):
    (tmp_path / "walk.npz").write_text("toy 4 30 mine")
    onlooker = Onlooker()
    pipeline = Pipeline.prepare(plugins=toy_plugins(Grumbler(), onlooker))
    result = pipeline.convert(tmp_path / "walk.npz", tmp_path / "out.glb")
    assert len(onlooker.seen) == 4
    assert result.path.is_file()
    warnings = "\n".join(result.warnings)
    assert "mine" in result.warnings
    assert len(result.warnings) == 5
    for what in ("motion", "rig", "clip"):
        assert f"Plugin extra1: retarget_{what}_" in warnings
        assert f"failed (ValueError: I dislike the {what})." in warnings
    assert "retarget_clip_exported failed (SystemExit: 7)." in warnings
