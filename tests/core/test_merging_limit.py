"""`--limit` of clips that are merged: what is no motion takes the place of none that is."""

from __future__ import annotations

import attrs
import pytest

from retarget.batch import merge_all
from retarget.pipeline import Pipeline
from support.commands import clip
from support.plugins import ToyExporter, offer, toy_plugins, written


class Last(ToyExporter):
    """Writes the last clip and counts the frames of all."""

    def export_all(self, clips, path, options):
        taken = list(clips)
        result = self.export(taken[-1], path, options)
        return attrs.evolve(result, frames=sum(one.frames for one in taken))


@pytest.mark.parametrize(
    ("limit", "statuses"),
    [
        (1, ["skipped", "skipped", "done"]),
        (2, ["skipped", "skipped", "done", "failed"]),
        (3, ["skipped", "skipped", "done", "failed", "done"]),
        (None, ["skipped", "skipped", "done", "failed", "done", "done"]),
    ],
)
def test_the_limit_counts_motions_alone(tmp_path, limit, statuses):
    """Good ones and such as fail; no more is read than asked for."""
    texts = ["dear diary", "dear diary", "toy 4 30", "toy rotten", "toy 5 30", "toy 6 30"]
    paths = [clip(tmp_path / f"{n}.npz", text) for n, text in enumerate(texts)]
    made = Pipeline.prepare(backend="last", plugins=toy_plugins(exporters=[offer("last", Last())]))
    told = []
    merge_all(made, paths, tmp_path / "all.glb", tell=told.append, limit=limit)
    assert [outcome.status for outcome in told] == statuses
    last = max(n for n, status in enumerate(statuses) if status == "done")
    assert written(tmp_path / "all.glb")["name"] == str(last)
