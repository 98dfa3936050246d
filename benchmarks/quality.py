"""What each pass does to the quality of a clip: figures before and after, as Markdown tables.

    uv run python benchmarks/quality.py [--clips FOLDER] [--characters FOLDER] > table.md

Every clip goes onto every target: without a pass, then after each further pass of `floor`, `feet`
and `hands` that is installed. Clips and characters that are not on this machine are left out, and
said to be; the demo's clip and the built-in target always are. What the figures mean:
docs/check.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np

import retarget
from retarget import demo
from retarget.checking import METRICS, Report, measure_clip
from retarget.checking.summary import summary_of
from retarget.errors import RetargetError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retarget.values import Motion, Rig

SHARED = Path(__file__).resolve().parents[2] / "shared"

CLIPS = (
    "amass/amass_sample.npz",
    "amass/A1_-_Stand_poses.npz",
    "smplx/apose_to_catwalk_001.npz",
    "smpl24/aist_demo.npz",
)

PASSES = ("floor", "feet", "hands")
"""In the order in which they are applied."""

FIGURES = (
    "slip",
    "drift",
    "drift_max",
    "float_p95",
    "penetration_p95",
    "contact_f1",
    "leg_direction",
    "leg_direction_max",
    "untouched_direction_max",
    "knee_acceleration_ratio",
    "snap",
    "jerk_ratio",
    "jerk_added",
    "hand_hand",
    "hand_body",
    "touch_recall",
    "frame0_error",
    "bone_length",
)


def clips(folder: Path, scratch: Path) -> Iterator[Motion]:
    """Yield the clips that are there."""
    for path in (demo.write_clip(scratch / "demo.npz"), *(folder / name for name in CLIPS)):
        if path.exists():
            yield retarget.load_motion(path)
        else:
            print(f"{path} is not there; left out.", file=sys.stderr)


def targets(data: Path, characters: Path) -> Iterator[Rig]:
    """Yield the targets that are there."""
    default = retarget.load_rig()
    yield default
    yield with_legs(default, "child (legs x 0.6)", thigh=0.6, shin=0.6)
    yield with_legs(default, "long legs (thigh x 1.15, shin x 1.35)", thigh=1.15, shin=1.35)
    for path in (
        data / "skeletons/target_reference_other_proportions.npz",
        characters / "makehuman_mixamo.glb",
        characters / "makehuman_game_engine.glb",
    ):
        try:
            yield attrs.evolve(retarget.load_rig(path), name=path.stem)
        except RetargetError as error:
            print(f"left out: {error}", file=sys.stderr)


def with_legs(rig: Rig, name: str, *, thigh: float, shin: float) -> Rig:
    """Return the rig with longer or shorter legs, standing on the same floor."""
    offsets = np.array(rig.skeleton.rest_translations)
    lowest = rig.skeleton.rest.positions[:, 0, 1].min()
    for side in ("left", "right"):
        offsets[rig.joint_of_role[f"{side}_knee"]] *= thigh
        offsets[rig.joint_of_role[f"{side}_ankle"]] *= shin
    changed = attrs.evolve(rig.skeleton, rest_translations=offsets)
    raised = offsets.copy()
    raised[0, 1] += lowest - changed.rest.positions[:, 0, 1].min()
    skeleton = attrs.evolve(rig.skeleton, rest_translations=raised)
    return attrs.evolve(rig, name=name, skeleton=skeleton)


def stages() -> list[tuple[str, ...]]:
    """Return the lists of passes to compare: none, then one more each of those installed."""
    plugins = retarget.Plugins()
    installed: list[str] = []
    for name in PASSES:
        try:
            plugins.pass_(name)
        except RetargetError as error:
            print(f"left out: {error}", file=sys.stderr)
        else:
            installed.append(name)
    return [tuple(installed[:count]) for count in range(len(installed) + 1)]


def measured(rig: Rig, motion: Motion, passes: tuple[str, ...]) -> Report:
    """Put a clip onto a target and measure it."""
    plugins = retarget.Plugins()
    chosen = {name: plugins.pass_(name) for name in passes}
    clip = retarget.Retargeter(rig, passes=chosen).retarget(motion)
    return measure_clip(clip, motion, frame0="replace")


def row(name: str, values: list[float | None]) -> str:
    """Return one row of a table."""
    cells = ("" if value is None else _number(value) for value in values)
    return f"| {name} | {' | '.join(cells)} |"


def _listed(passes: tuple[str, ...]) -> str:
    return ", ".join(passes) or "none"


def _number(value: float) -> str:
    return "0" if abs(value) < 5e-4 else f"{value:.3g}"


def main() -> int:
    """Print one table per target; return 1 where a clip could not be put onto it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, default=SHARED / "data")
    parser.add_argument("--characters", type=Path, default=SHARED / "characters")
    asked = parser.parse_args()
    failed = 0
    compared = stages()
    every: dict[tuple[str, ...], list[Report]] = {passes: [] for passes in compared}
    heads = [f"{name} {METRICS[name].unit}".strip() for name in FIGURES]
    with tempfile.TemporaryDirectory() as scratch:
        motions = list(clips(asked.clips, Path(scratch)))
        for rig in targets(asked.clips, asked.characters):
            print(f"## {rig.name}\n\n| clip, passes | {' | '.join(heads)} |")
            print(f"| --- |{' --- |' * len(heads)}")
            for motion in motions:
                clip = motion.source.path.stem if motion.source.path else "clip"
                try:
                    reports = [(passes, measured(rig, motion, passes)) for passes in compared]
                except RetargetError as error:
                    failed += 1
                    print(f"{clip} on {rig.name}: {error}", file=sys.stderr)
                    continue
                source = [reports[0][1].source(name) for name in FIGURES]
                print(row(f"**{clip}**, source", source))
                for passes, report in reports:
                    every[passes].append(report)
                    print(row(_listed(passes), [report[name] for name in FIGURES]))
            print(flush=True)
    print(f"## The worst of all\n\n| passes | {' | '.join(heads)} |")
    print(f"| --- |{' --- |' * len(heads)}")
    for passes, all_of_it in every.items():
        worst = summary_of(all_of_it).worst
        print(row(_listed(passes), [worst[name] for name in FIGURES]))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
