"""What the default passes cost in time, as a ratio to what nobody can avoid, in the same run.

    uv run python benchmarks/passes.py [CLIP.npz ...] [--frames 10000] [--rounds 9]

Every clip, and the demo's before them, is repeated to so many frames. The floor is that of
`conversion.py`: load the arrays, cast them, write as many bytes as the GLB has. In turn with it go
whole conversions, NPZ to GLB, without passes and after each further default pass, and each pass
alone on the result of the one before; what passes share is counted in the first that asks for it.
Medians are compared. What passes do to the motion: `quality.py`.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from conversion import seconds, unavoidable

import retarget
from retarget import demo
from retarget.loading import DEFAULT_PASSES
from retarget.pipeline import Pipeline

RATIO_LIMIT = 10.0
"""Of the whole default pipeline to the floor."""


def repeated(path: Path, output: Path, frames: int) -> None:
    """Write an AMASS clip so often in a row that it has so many frames."""
    with np.load(path) as clip:
        arrays = {name: clip[name] for name in ("poses", "trans", "mocap_framerate")}
    times = -(-frames // len(arrays["poses"]))
    for name in ("poses", "trans"):
        arrays[name] = np.tile(arrays[name], (times, 1))[:frames]
    np.savez(output, **arrays)


class Tap:
    """A pass that keeps what it was given."""

    def apply(self, clip: retarget.Clip, context: retarget.PassContext) -> retarget.Clip:
        """Return the clip as it is."""
        self.given = clip, context
        return clip


def alone(clip: Path) -> dict[str, float]:
    """Return the seconds of each default pass, applied one after the other."""
    tap, plugins, taken = Tap(), retarget.Plugins(), {}
    retarget.Retargeter(retarget.load_rig(), passes={"tap": tap}).retarget(
        retarget.load_motion(clip)
    )
    made, context = tap.given
    for name in DEFAULT_PASSES:
        one = plugins.pass_(name)
        start = time.perf_counter()
        made = one.apply(made, context)
        taken[name] = time.perf_counter() - start
    return taken


def measured(clip: Path, folder: Path, frames: int, rounds: int) -> float:
    """Measure and print one clip; return the ratio of the whole default pipeline to the floor."""
    options, output = retarget.Options(force=True), folder / "clip.glb"
    whole = {
        " ".join(names) or "no pass": Pipeline.prepare(passes=names, options=options)
        for names in (DEFAULT_PASSES[:count] for count in range(len(DEFAULT_PASSES) + 1))
    }
    size = max(one.convert(clip, output).bytes_written for one in whole.values())  # warm, too
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        floor = folder / "floor.bin"
        taken.setdefault("load, cast, write", []).append(
            seconds(unavoidable, clip, floor, size, fresh=floor)
        )
        for name, pipeline in whole.items():
            taken.setdefault(name, []).append(seconds(pipeline.convert, clip, output, fresh=output))
        for name, took in alone(clip).items():
            taken.setdefault(f"  {name} alone", []).append(took)
    medians = {name: statistics.median(column) for name, column in taken.items()}
    for name, median in medians.items():
        ratio = median / medians["load, cast, write"]
        print(f"{name:24}{1e3 * median:8.1f} ms {ratio:7.2f} x {frames / median:12,.0f} frames/s")
    return medians[" ".join(DEFAULT_PASSES)] / medians["load, cast, write"]


def main() -> int:
    """Measure and print; return 1 where the limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path, metavar="CLIP.npz", help="in AMASS layout")
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in (demo.write_clip(folder / "demo.npz"), *asked.clips):
            print(f"{path.stem}, repeated to {asked.frames} frames")
            repeated(path, folder / "clip.npz", asked.frames)
            worst = max(worst, measured(folder / "clip.npz", folder, asked.frames, asked.rounds))
            print()
    print(f"all of them, at worst   {worst:19.2f} x      limit {RATIO_LIMIT:g}")
    return int(worst > RATIO_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
