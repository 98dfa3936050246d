"""What the passes do and cost: figures before and after each, by clip and target, and the time.

    uv run python benchmarks/passes.py [--data ../shared] [--markdown] [--time]

The table has a line for each clip, target and set of passes, measured by the functions behind
`retarget check`, target first, the source's own value in brackets. The time is the least of several
runs on a clip of 10,000 frames, per pass, contacts included in the first pass that asks for them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import attrs
import numpy as np

import retarget
from retarget import demo
from retarget.checking.metrics import measure_clip
from retarget.options import Options
from retarget.plugins import Plugins
from retarget.retargeter import Retargeter

SETS = ((), ("floor",), ("floor", "feet"), ("floor", "feet", "hands"))
CLIPS = (
    "data/amass/amass_sample.npz",
    "data/amass/A1_-_Stand_poses.npz",
    "data/smplx/apose_to_catwalk_001.npz",
    "data/smpl24/aist_demo.npz",
)
FIGURES = {
    "slip": "slip, cm/s",
    "drift": "drift, cm",
    "drift_max": "largest",
    "float_p95": "float p95, cm",
    "penetration_p95": "penetration p95, cm",
    "leg_direction": "legs turned, °",
    "leg_direction_max": "largest",
    "knee_acceleration_ratio": "knee acceleration, times",
    "jerk_ratio": "jerk, times",
}


def with_legs(name: str, thigh: float, shin: float) -> retarget.Rig:
    """Return the default target with other legs, standing on its floor."""
    rig = retarget.load_rig()
    offsets = rig.skeleton.rest_translations.copy()
    lowest = rig.skeleton.rest.positions[:, 0, 1].min()
    for side in ("left", "right"):
        offsets[rig.joint_of_role[f"{side}_knee"]] *= thigh
        offsets[rig.joint_of_role[f"{side}_ankle"]] *= shin
    moved = attrs.evolve(rig.skeleton, rest_translations=offsets)
    offsets[0, 1] -= moved.rest.positions[:, 0, 1].min() - lowest
    skeleton = attrs.evolve(rig.skeleton, rest_translations=np.array(offsets))
    return attrs.evolve(rig, name=name, skeleton=skeleton)


def targets(data: Path) -> dict[str, retarget.Rig]:
    """Return the targets by name; files that are not there are left out."""
    found = {
        "default": retarget.load_rig(),
        "child": with_legs("child", 0.6, 0.6),
        "long legs": with_legs("long legs", 1.4, 1.1),
    }
    for name, path in (
        ("other proportions", "data/skeletons/target_reference_other_proportions.npz"),
        ("Mixamo", "characters/makehuman_mixamo.glb"),
        ("Unreal", "characters/makehuman_game_engine.glb"),
    ):
        if (data / path).exists():
            found[name] = retarget.load_rig(data / path)
    return found


def motions(data: Path, folder: Path) -> dict[str, retarget.Motion]:
    """Return the clips by name: the demo, and those that are there."""
    made = folder / "demo.npz"
    np.savez(made, **demo.make_clip())
    paths = [made, *(data / clip for clip in CLIPS)]
    return {path.stem: retarget.load_motion(path) for path in paths if path.exists()}


def line(motion: retarget.Motion, rig: retarget.Rig, names: tuple[str, ...]) -> list[str]:
    """Return the figures of one conversion, as texts."""
    plugins = Plugins()
    passes = {name: plugins.pass_(name) for name in names}
    clip = Retargeter(rig, options=Options(frame0="none"), passes=passes).retarget(motion)
    figures = measure_clip(clip, motion).figures
    texts = []
    for name in FIGURES:
        own, source = figures[name].target, figures[name].source
        text = "-" if own is None else f"{own:.2f}"
        texts.append(text if source is None else f"{text} ({source:.2f})")
    return texts


class _Tap:
    """A pass that keeps what it was given."""

    def apply(self, clip: retarget.Clip, context: retarget.PassContext) -> retarget.Clip:
        self.given = clip, context
        return clip


def times(motion: retarget.Motion, frames: int = 10_000, rounds: int = 7) -> dict[str, float]:
    """Return seconds per pass on a clip of so many frames, one pass on the result of another."""
    repeat = -(-frames // motion.frames)
    motion = attrs.evolve(
        motion,
        rotations=np.tile(motion.rotations, (1, repeat, 1))[:, :frames],
        root_translations=np.tile(motion.root_translations, (repeat, 1))[:frames],
    )
    tap, plugins = _Tap(), Plugins()
    Retargeter(retarget.load_rig(), passes={"tap": tap}).retarget(motion)
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        clip, context = tap.given[0], attrs.evolve(tap.given[1])  # nothing computed yet
        for name in SETS[-1]:
            one = plugins.pass_(name)
            start = time.perf_counter()
            clip = one.apply(clip, context)
            found.setdefault(name, []).append(time.perf_counter() - start)
    return {name: min(taken) for name, taken in found.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--time", action="store_true", help="print the time alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clips = motions(asked.data, Path(folder))
    if not asked.time:
        rows = [["clip", "target", "passes", *FIGURES.values()]]
        if asked.markdown:
            rows.append(["---"] * len(rows[0]))
        for clip, motion in clips.items():
            for target, rig in targets(asked.data).items():
                for names in SETS:
                    row = [clip, target, " ".join(names) or "none", *line(motion, rig, names)]
                    rows.append(row)
        for row in rows:
            print("| " + " | ".join(row) + " |" if asked.markdown else "\t".join(row))
    for name, seconds in times(clips["demo"]).items():
        print(f"{name}: {1e3 * seconds:.1f} ms per 10,000 frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
