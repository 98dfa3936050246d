"""What the name of a joint says: its side, its part of the body, and how surely.

A name is cut at separators, at changes of case and digits; what is then no known word is cut into
known words if it can be (`lefthandindex1`, `lShldrBend` in lower case). Prefixes and suffixes that
many joints share are left out, whatever they are.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

import attrs

from retarget.matching import vocabulary as words

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACE = re.compile("FBXASC032|FBXASC045|FBXASC046", re.IGNORECASE)  # FBX writes " ", "-", "." so
_CUT = re.compile(r"\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+")

_SHARED = 0.25
"""Part of all joints that must carry an unknown word before it counts as a prefix or suffix."""


@attrs.frozen(kw_only=True)
class Name:
    """What one joint's name says."""

    side: str = ""
    """"left", "right" or nothing."""
    part: str = ""
    """"pelvis", "spine", "neck", "head"; of a limb, the joint ("knee") or an ambiguous word
    ("leg"); "thumb" … "pinky"; "finger" for one that is not told; "palm"; or nothing."""
    sure: bool = False
    """False for ambiguous words."""
    numbers: tuple[str, ...] = ()
    twist: bool = False
    palm: bool = False
    """True for metacarpals, of a finger that is told or not."""
    other: str = ""
    """Why the name says that the joint is none of the body's: "control" for a rig's own joints,
    "part" for a face, hair and the like, "unknown" for a known word beside one that is not."""
    end: bool = False
    """True for the tip of the last bone, which moves nothing."""
    layer: str = ""
    """Rigify's "def" or "org"."""
    key: str = ""
    """The words that count, for recognising conventions: "~up leg", "spine 1"."""


def read_names(names: Sequence[str]) -> list[Name]:
    """Read all joint names of a rig."""
    cut = [_tokens(name) for name in names]
    known = words.WORDS | words.IGNORED
    often = Counter(token for tokens in cut for token in set(tokens) if token not in known)
    shared = {t for t, n in often.items() if n > max(_SHARED * len(names), 2) and not t.isdigit()}
    return [_name(tokens, shared | words.IGNORED) for tokens in cut]


def _tokens(name: str) -> list[str]:
    name = re.split(r"[:|/]", _SPACE.sub(" ", name))[-1] or name
    # An accent ends no word: of "Rücken" the R is no side.
    name = "".join(c for c in normalize("NFKD", name) if not combining(c)).replace("ß", "ss")
    tokens: list[str] = []
    for token in _CUT.findall(name):
        tokens.extend((token,) if token.isdigit() else _words(token.lower()))
    return tokens


@lru_cache(maxsize=4096)
def _words(run: str) -> tuple[str, ...]:
    """Cut a run of letters into the fewest known words, or leave it whole."""
    if run in words.WORDS or len(run) == 1 or len(run) > 40:
        return (run,)
    best: list[tuple[str, ...] | None] = [()] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(end):
            word, before = run[start:end], best[start]
            # One letter is a side only where a name begins or ends with it.
            if before is None or (len(word) == 1 and start > 0 and end < len(run)):
                continue
            so_far = best[end]
            if word in words.WORDS and (so_far is None or len(before) + 1 < len(so_far)):
                best[end] = (*before, word)
    return best[-1] or (run,)


def _name(tokens: list[str], ignored: set[str] | frozenset[str]) -> Name:
    start = 0
    while start < len(tokens) and (
        (tokens[start] in ignored or tokens[start] in words.LAYERS)
        or (tokens[start].isdigit() and start > 0 and tokens[start - 1] in ignored)
    ):
        start += 1  # a number after a prefix is the prefix's: Bip001, Character1, mixamorig9
    layer = next((t for t in tokens[:start] if t in words.LAYERS), "")
    said = [t for t in tokens[start:] if t not in ignored]
    numbers = tuple(t for t in said if t.isdigit())
    side = next((words.SIDE[t] for t in said if t in words.SIDE), "")
    meaning = [t for t in said if not t.isdigit() and t not in words.SIDE]
    key = ("~" if side else "") + " ".join((*meaning, *(str(int(n[:9])) for n in numbers)))
    found = set(meaning)
    if found & words.END:
        return Name(side=side, end=True, layer=layer, key=key)
    if found & words.OTHER or not found <= words.WORDS or ("toe" in found and found & FINGERS):
        # An unknown word says that it is something special: wrist_inner_l, clavicle_pec_l.
        return Name(side=side, other=_other(found), layer=layer, key=key)
    part, sure = _part(found, side)
    return Name(
        side=side,
        part=part,
        sure=sure,
        numbers=numbers,
        twist=bool(found & words.TWIST),
        palm=bool(found & words.PALM),
        layer=layer,
        key=key,
    )


FINGERS = frozenset(words.FINGER)


def _other(found: set[str]) -> str:
    if found & words.CONTROL:
        return "control"
    if found & words.OTHER or ("toe" in found and found & FINGERS):
        return "part"
    return "unknown" if found & words.WORDS else ""


def _part(found: set[str], side: str) -> tuple[str, bool]:
    """Return the part of the body that a name's words mean, and whether they do everywhere."""
    if not side:
        torso = {words.TORSO[w] for w in found if w in words.TORSO}
        if torso:
            return (torso.pop(), True) if len(torso) == 1 else ("", False)
    if finger := found & FINGERS:
        return words.FINGER[min(finger)], True
    if found & {"finger", "fingers"}:
        return "finger", False
    if found & (words.PALM - {"in"}):
        return "palm", True
    return _of_limb(found) if side else ("", False)


def _of_limb(found: set[str]) -> tuple[str, bool]:
    for limb, part in words.LIMB.items():
        if found.issuperset(limb):
            return part, True
    return next((w for w in words.AMBIGUOUS if w in found), ""), False
