"""Hypothesis strategies that damage a GLB: its bytes anywhere, or the structure of its JSON."""

import copy

from hypothesis import strategies as st

from support.character_glb import Glb

_WHOLE = [-1, 0, 1, 2, 21, 22, 23, 255, 65536, 1 << 31, (1 << 32) - 1, 1 << 40, 10**30]

_NUMBERS = st.sampled_from([*_WHOLE, 0.5, -2.5, 1e-300, 1e300, 1e308, 3.0])

VALUES = st.one_of(
    _NUMBERS,
    st.none(),
    st.booleans(),
    st.sampled_from(["", "a", "VEC3", "MAT4", "\ud800", "../x", "data:;base64,AAAA"]),
    st.lists(_NUMBERS, max_size=17),
    st.sampled_from([{}, [[]], [{}], {"a": 1}, {"node": 3}, {"bufferView": 0}]),
)


def _places(held, path=()):
    yield path
    inner = held.items() if isinstance(held, dict) else enumerate(held)
    for key, value in inner if isinstance(held, dict | list) else ():
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))
        else:
            yield (*path, key)


@st.composite
def damaged_bytes(draw, content):
    """A GLB's bytes with some overwritten, removed, or put in."""
    damaged = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        # Half of the damage is done to the headers, where it tells most.
        at = draw(st.integers(0, 40) | st.integers(0, len(damaged)))
        new = draw(st.binary(min_size=0, max_size=8))
        damaged[at : at + draw(st.integers(0, 8))] = new
    return bytes(damaged)


@st.composite
def damaged_json(draw, glb):
    """A Glb with some values of its JSON replaced, removed, repeated or taken from elsewhere."""
    document = copy.deepcopy(glb.json)
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from([path for path in _places(document) if path]))
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        what = draw(st.sampled_from(["replace", "remove", "move", "add"]))
        if what == "remove":
            del holder[path[-1]]
        elif what == "replace":
            holder[path[-1]] = copy.deepcopy(draw(VALUES))
        elif what == "move":
            source = draw(st.sampled_from([other for other in _places(document) if other]))
            held = document
            for key in source:
                held = held[key]
            holder[path[-1]] = copy.deepcopy(held)
        elif isinstance(holder, dict):
            keys = ["matrix", "scale", "sparse", "extensions", "byteStride", "byteOffset", "uri"]
            keys += ["normalized", "skin", "mesh", "children", "inverseBindMatrices", "rotation"]
            holder[draw(st.sampled_from(keys))] = copy.deepcopy(draw(VALUES))
    return Glb(document, glb.bin)
