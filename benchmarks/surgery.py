"""How long adding an animation to a user's character takes, as a ratio to writing the same bytes.

    uv run python benchmarks/surgery.py [CHARACTER.glb] [--frames 7200] [--rounds 31]

Writing the bytes is measured in the same run, on the same disk, in turn with the surgery: the
file's own data and every track are written from where they lie, one call each, and nothing else is
done. The medians are compared: machines are noisy, and a ratio from one run is not. Without a file
a character is made up: 52 joints and 768 kB, most of it a mesh nobody looks at.
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

from retarget import gltf, quaternions
from retarget.options import Options
from retarget.smpl import smplh
from retarget.values import Asset, Clip, Rig, Skeleton
from retarget_gltf import glb
from retarget_gltf.exporter import GltfExporter
from retarget_gltf.text import as_json

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT = 4.0
FPS = 120.0
CHARACTER_BYTES = 768_000


def made_up(path: Path) -> None:
    """Write a character of the usual size: the SMPL-H joints, a skin, and 768 kB."""
    skeleton = smplh()
    nodes = [
        {
            "name": name,
            "translation": skeleton.rest_translations[j].tolist(),
            "children": skeleton.children(j),
        }
        for j, name in enumerate(skeleton.names)
    ]
    for node in nodes:
        if not node["children"]:
            del node["children"]
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": nodes,
        "skins": [{"joints": list(range(len(nodes)))}],
        "buffers": [{"byteLength": CHARACTER_BYTES}],
    }
    glb.write(path, as_json(document), [bytes(CHARACTER_BYTES)])


def rig_of(path: Path) -> Rig:
    """Return the character's rig: the nodes from the topmost joint down."""
    file = gltf.read(path)
    tree = gltf.NodeTree.of(file)
    joints = {joint for skin in file.json["skins"] for joint in skin["joints"]}
    top = next(node for node in tree.order.tolist() if node in joints)
    nodes = [node for node in tree.order.tolist() if top in tree.line(node)]
    parents = [nodes.index(p) if (p := int(tree.parents[n])) in nodes else -1 for n in nodes]
    rotations = tree.rotations[nodes].copy()
    translations = tree.translations[nodes].copy()
    rotations[0], translations[0] = tree.world.rotations[top], tree.world.positions[top]
    return Rig(
        name=path.name,
        skeleton=Skeleton(
            names=[f"{tree.label(node)}_{node}" for node in nodes],
            parents=parents,
            rest_translations=translations,
            rest_rotations=rotations,
        ),
        roles={},
        asset=Asset(path=path, gltf=file, nodes=nodes, turn=quaternions.IDENTITY),
    )


def clip_of(rig: Rig, frames: int) -> Clip:
    """Return a clip on which every joint moves."""
    rng = np.random.default_rng(0)
    shape = (len(rig.skeleton), 1, 3)
    t = np.arange(frames)[None, :, None] / FPS
    waves = 0.3 * np.sin(rng.uniform(1, 6, shape) * t + rng.uniform(0, 6, shape))
    rest = rig.skeleton.rest_rotations[:, None]
    rotations = quaternions.multiply(rest, quaternions.from_rotvec(waves)).astype(np.float32)
    path = rig.skeleton.rest_translations[0] + 0.2 * t[0] * [1, 0, 1]
    return Clip(rig=rig, fps=FPS, rotations=rotations, root_translations=path)


def seconds(work: Callable[[], object], output: Path) -> float:
    """Time one call; the file it writes is out of the way first: freeing costs, too."""
    output.unlink(missing_ok=True)
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Measure and print; return 1 where the limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("character", nargs="?", type=Path)
    parser.add_argument("--frames", type=int, default=7200)
    parser.add_argument("--rounds", type=int, default=31)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output, raw = Path(folder, "out.glb"), Path(folder, "raw.bin")
        character = asked.character or Path(folder, "character.glb")
        if asked.character is None:
            made_up(character)
        rig = rig_of(character)
        clip, exporter, options = clip_of(rig, asked.frames), GltfExporter(), Options()
        assert rig.asset is not None  # noqa: S101 - for mypy
        size = exporter.export(clip, output, options).bytes_written  # warm: imports, the rig
        parts = [*rig.asset.gltf.buffers, *clip.rotations, clip.root_translations, clip.times()]
        rest = bytes(size - sum(memoryview(part).nbytes for part in parts))

        def write_raw() -> None:
            with raw.open("xb") as file:
                for part in parts:
                    file.write(memoryview(part).cast("B"))
                file.write(rest)

        times = [
            (
                seconds(write_raw, raw),
                seconds(lambda: exporter.export(clip, output, options), output),
            )
            for _ in range(asked.rounds)
        ]
        writing, surgery = (statistics.median(column) for column in zip(*times, strict=True))
    print(
        f"{asked.frames} frames, {len(rig.skeleton)} joints, {character.name}: {size / 1e6:.1f} MB"
    )
    print(f"writing the bytes   {writing * 1e3:7.2f} ms")
    print(f"surgery             {surgery * 1e3:7.2f} ms")
    print(f"ratio               {surgery / writing:7.2f}      limit {LIMIT}")
    return int(surgery / writing > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
