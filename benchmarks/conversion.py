"""How long a conversion takes, as a ratio to what nobody can avoid, measured in the same run.

    uv run python benchmarks/conversion.py [--frames 10000] [--rounds 9]

The floor is: load the same arrays, cast them to float32, write as many bytes as the GLB has. Both
are done in turn, `rounds` times, and the medians are compared: machines are noisy, and a ratio from
one run is not. Memory is the peak that numpy and Python allocate during one conversion, in sizes of
the clip's arrays as they lie in the file. No pass is applied, but in the last line: what passes
cost, benchmarks/passes.py tells.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np

import retarget
from retarget.pipeline import Pipeline

RATIO_LIMIT, MEMORY_LIMIT = 4.0, 4.0


def write_clip(path: Path, frames: int) -> int:
    """Write a made-up clip in AMASS layout; return the bytes of its motion."""
    rng = np.random.default_rng(0)
    t = np.arange(frames)[:, None] / 120
    waves = rng.uniform(0.2, 1.5, (1, 156)), rng.uniform(0, 6, (1, 156))
    poses = 0.3 * np.sin(2 * np.pi * waves[0] * t + waves[1])
    trans = np.stack([t[:, 0] * 0.5, np.zeros(frames), np.full(frames, 0.95)], axis=1)
    np.savez(path, poses=poses, trans=trans, mocap_framerate=120.0, gender="neutral", betas=[0.0])
    return int(poses.nbytes + trans.nbytes)


def unavoidable(clip: Path, output: Path, size: int) -> None:
    """Load, cast, write: the floor."""
    with np.load(clip) as arrays:
        cast = [arrays[key].astype(np.float32) for key in ("poses", "trans")]
    payload = np.resize(cast[0].reshape(-1).view(np.uint8), size)
    output.write_bytes(payload.data)


def seconds(work: object, *given: object, fresh: Path | None = None) -> float:
    """Time one call; `fresh` is the file it writes, out of the way first: freeing costs, too."""
    if fresh is not None:
        fresh.unlink(missing_ok=True)
    start = time.perf_counter()
    work(*given)  # type: ignore[operator]
    return time.perf_counter() - start


def process(*command: str) -> float:
    """Return the median wall time of a whole process, seconds."""
    run = [sys.executable, "-m", "retarget", *command]
    return statistics.median(
        seconds(lambda: subprocess.run(run, check=True, capture_output=True))  # noqa: S603
        for _ in range(5)
    )


def main() -> int:
    """Measure and print; return 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip, output = Path(folder, "clip.npz"), Path(folder, "clip.glb")
        floor_output = Path(folder, "floor.bin")
        clip_bytes = write_clip(clip, asked.frames)
        pipeline = Pipeline.prepare(passes=(), options=retarget.Options(force=True))
        size = pipeline.convert(clip, output).bytes_written  # warm: imports, plan, mesh
        times = [
            (
                seconds(unavoidable, clip, floor_output, size, fresh=floor_output),
                seconds(pipeline.convert, clip, output, fresh=output),
            )
            for _ in range(asked.rounds)
        ]
        floor, conversion = (statistics.median(column) for column in zip(*times, strict=True))
        tracemalloc.start()
        pipeline.convert(clip, output)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        short = Path(folder, "short.npz")
        write_clip(short, 600)
        help_seconds = process("--help")
        plain_seconds = process(str(short), "--force", "--no-passes")
        clip_seconds = process(str(short), "--force")
    print(f"{asked.frames} frames, GLB {size / 1e6:.1f} MB")
    print(f"load, cast, write   {floor * 1e3:7.1f} ms")
    print(
        f"NPZ to GLB          {conversion * 1e3:7.1f} ms   "
        f"{asked.frames / conversion:,.0f} frames/s"
    )
    print(f"ratio               {conversion / floor:7.2f}      limit {RATIO_LIMIT}")
    print(f"peak memory / clip  {peak / clip_bytes:7.2f}      limit {MEMORY_LIMIT}")
    print(f"retarget --help     {help_seconds:7.2f} s    limit 0.25")
    print(f"600-frame process   {plain_seconds:7.2f} s    limit 1.00")
    print(f"  with its passes   {clip_seconds:7.2f} s")
    return int(conversion / floor > RATIO_LIMIT or peak / clip_bytes > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
