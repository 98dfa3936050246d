"""What the Blender backend costs and how near it comes to the glTF backend, measured in one run.

    uv run --extra blender python benchmarks/blender.py [--frames 3000] [--rounds 5]

RETARGET_BLENDER names the Blender, as for the backend itself. The bake is compared with `nla.bake`
on the same rig, in turn, the whole backend with Blender's exporter alone, on the same scene at its
own defaults; medians, because machines are noisy. The exporter's part at the backend's settings
(keys exported as they are instead of sampled again) is printed, too, and what a clip of one frame
costs on a character of each format, where there are any.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import retarget
from retarget.demo import write_clip
from retarget.mesh import make_mesh
from retarget.testing.clips import smooth_clip
from retarget.testing.compare import position_errors, rotation_errors
from retarget.testing.glb import read_glb
from retarget.testing.rigs import turned
from retarget_blender import job as jobs
from retarget_blender.exporter import BlenderExporter
from retarget_blender.locate import locate
from retarget_blender.session import Session
from retarget_gltf.exporter import GltfExporter

if TYPE_CHECKING:
    from retarget.values import Clip, Rig

BAKE_LIMIT, BAKE_RATIO_LIMIT, EXPORT_RATIO_LIMIT = 1500, 1.5, 1.3
POSITION_LIMIT, ROTATION_LIMIT = 0.1, 0.02
MEMORY_LIMIT = 5.0
SHARED = Path(__file__).parents[2] / "shared"
OTHER = SHARED / "data/skeletons/target_reference_other_proportions.npz"
CHARACTERS = SHARED / "characters"


def measure_speed(folder: Path, frames: int, rounds: int) -> dict[str, float]:
    """Return medians, seconds, of all that is compared."""
    clip = smooth_clip(retarget.load_rig(), frames=frames, fps=60.0)
    options = retarget.Options(force=True)
    backend, session = BlenderExporter(), Session(locate())
    made = folder / "alone.glb"
    mesh = make_mesh(clip.rig, options)
    for name, array in jobs.arrays_of(clip, mesh).items():
        np.save(folder / f"{name}.npy", array)
    job = jobs.job_of(clip, mesh, options, made)
    script = str(Path(__file__).with_name("blender_bake.py"))
    here = {"script": script, "arrays": str(folder)}
    taken: list[dict[str, float]] = []
    try:
        backend.export(smooth_clip(clip.rig), folder / "clip.glb", options)  # starts Blender
        for _ in range(rounds):
            start = time.perf_counter()
            backend.export(clip, folder / "clip.glb", options)
            whole = time.perf_counter() - start
            alone = session.run({**job, **here}, what="benchmark", seconds=600)
            told = {key: value for key, value in alone.items() if key != "memory"}
            taken.append({"whole": whole, "own_export": backend.seconds["export"], **told})
    finally:
        backend.close()
        session.close()
    return {key: statistics.median(one[key] for one in taken) for key in taken[0]}


def measure_memory(folder: Path, clips: int = 100) -> float:
    """Return by how many MB a worker grows from its 20th clip to its last."""
    backend, held = BlenderExporter(), []
    clip, options = smooth_clip(retarget.load_rig(), frames=60), retarget.Options(force=True)
    for _ in range(clips):
        backend.export(clip, folder / "clip.glb", options)
        held.append(backend.memory)
    backend.close()
    return (statistics.mean(held[-5:]) - statistics.mean(held[20:25])) / 1e6


def measure_characters(folder: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Return by "format > format" seconds for a clip of one frame, and for opening its file."""
    taken, backend, options = {}, BlenderExporter(), retarget.Options(force=True)
    for path in sorted(CHARACTERS.glob("makehuman_mixamo.*")):
        clip = smooth_clip(retarget.load_rig(path), frames=1)
        for suffix in backend.formats:
            output = folder / f"character{suffix}"
            backend.export(clip, output, options)
            laps = []
            for _ in range(rounds):
                start = time.perf_counter()
                backend.export(clip, output, options)
                laps.append((time.perf_counter() - start, backend.seconds["open"]))
            whole, opening = (statistics.median(lap) for lap in zip(*laps, strict=True))
            taken[f"{path.suffix} > {suffix}"] = whole, opening
    backend.close()
    return taken


def measure_agreement(folder: Path) -> dict[str, tuple[float, float]]:
    """Return by rig the largest distance (mm) and angle (degrees) between the two backends."""
    walk = retarget.load_motion(write_clip(folder / "walk.npz"))
    rigs: list[Rig] = [retarget.load_rig()]
    if OTHER.exists():
        rigs.append(retarget.load_rig(OTHER))
    clips = [retarget.Retargeter(rig).retarget(walk) for rig in rigs]
    clips.append(smooth_clip(turned(), frames=200, fps=59.94))
    blender, direct = BlenderExporter(), GltfExporter()
    options = retarget.Options(force=True)
    differences = {}
    for clip in clips:
        paths = folder / "blender.glb", folder / "gltf.glb"
        blender.export(clip, paths[0], options)
        direct.export(clip, paths[1], options)
        differences[Path(clip.rig.name).name] = _difference(clip, *paths)
    blender.close()
    return differences


def _difference(clip: Clip, one: Path, other: Path) -> tuple[float, float]:
    worlds, turns = [], []
    for path in (one, other):
        file = read_glb(path)
        joints = [file.names.index(name) for name in clip.rig.skeleton.names]
        worlds.append(file.sample(file.key_times)[joints])
        turns.append(worlds[-1] @ np.linalg.inv(file.rest()[joints])[:, None])
    return 1000 * float(position_errors(*worlds).max()), float(rotation_errors(*turns).max())


def main() -> int:
    """Measure and print; return 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took = measure_speed(folder, asked.frames, asked.rounds)
        grown = measure_memory(folder)
        characters = measure_characters(folder, asked.rounds)
        agreement = measure_agreement(folder)
    rate, ratio = asked.frames / took["bake"], took["nla_bake"] / took["bake"]
    whole = took["whole"] / took["default_export"]
    print(f"{asked.frames} frames of 52 bones")
    print(f"bake                     {rate:9,.0f} frames/s   limit {BAKE_LIMIT}")
    print(f"  nla.bake               {asked.frames / took['nla_bake']:9,.0f} frames/s")
    print(f"  ratio                  {ratio:9.2f}            limit {BAKE_RATIO_LIMIT}")
    print(f"whole backend            {took['whole']:9.2f} s")
    print(f"  exporter, defaults     {took['default_export']:9.2f} s")
    print(f"  ratio                  {whole:9.2f}            limit {EXPORT_RATIO_LIMIT}")
    print(f"  exporter, our settings {took['own_export']:9.2f} s")
    print(f"  ratio                  {took['whole'] / took['own_export']:9.2f}")
    print(f"growth over 80 clips     {grown:9.1f} MB         limit {MEMORY_LIMIT}")
    for way, (seconds, opening) in characters.items():
        print(f"a character {way:15}{seconds:9.2f} s, of which {opening:.2f} s to open it")
    for rig, (millimetres, degrees) in agreement.items():
        print(f"off the glTF backend     {millimetres:9.5f} mm {degrees:.5f} degrees   {rig}")
    fast = rate >= BAKE_LIMIT and ratio >= BAKE_RATIO_LIMIT and whole <= EXPORT_RATIO_LIMIT
    near = all(mm <= POSITION_LIMIT and deg <= ROTATION_LIMIT for mm, deg in agreement.values())
    return int(not (fast and near and grown <= MEMORY_LIMIT))


if __name__ == "__main__":
    sys.exit(main())
