"""How a clip was made stands in its animation, as in the glTF backend's files, and in the asset."""

from __future__ import annotations

import json
import struct

import attrs
import pytest

from blender_backend.characters import clip_of
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.rigs import humanoid
from retarget_gltf.exporter import GltfExporter

MADE = {
    "retarget": "0.1.0",
    "source": "walk.npz",
    "frame0": "replace",
    "passes": ["in_place (retarget-ik 0.1.0)"],
    "passParameters": {"in_place": {"mode": "root"}},
}


def document(path):
    """A GLB's JSON, as docs/output.md reads it."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<I", content, 12)
    return json.loads(content[20 : 20 + length])


@pytest.fixture(params=["generated", "character"])
def clip(request):
    if request.param == "generated":
        made = smooth_clip(humanoid(), frames=3)
    else:
        made = clip_of(request.getfixturevalue("rig_of")("mixamo", "glb"))
    return attrs.evolve(made, provenance=MADE)


def test_it_stands_where_the_gltf_backend_has_it(clip, exporter, tmp_path):
    said = []
    for n, backend in enumerate((exporter, GltfExporter())):
        backend.export(clip, tmp_path / f"{n}.glb", Options())
        said.append(document(tmp_path / f"{n}.glb"))
    blender, gltf = said
    (ours,), (theirs,) = ([one["extras"] for one in it["animations"]] for it in said)
    assert ours == {**theirs, "backend": "blender", "constraints": "copy"}
    body = {} if clip.rig.asset else {"mesh": "mannequin"}
    assert blender["asset"]["extras"] == {**ours, **body}
    assert blender["asset"]["generator"].endswith(", blender backend")
    if not clip.rig.asset:
        assert gltf["asset"]["extras"].keys() == blender["asset"]["extras"].keys() - {"constraints"}
