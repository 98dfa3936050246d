"""The user's own word on joints and roles: reading the map file and fitting it to a rig."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from retarget import roles
from retarget.errors import FileReadError, MatchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LARGEST = 1 << 20
"""Bytes that a joint map may have: 52 pairs of names take a few thousand."""


def read_joint_map(path: Path) -> dict[str, str]:
    """Read a JSON object of role → joint; "" leaves a role out.

    Roles are written as in `retarget.roles` ("left_hip") or as in SMPL-H ("L_Hip"); so maps in the
    common `{source: target}` form for SMPL-H sources are read as they are. The result holds roles.

    Raises:
        FileReadError: unreadable, too large, no JSON, no object, a key twice, a value no string.
        MatchError: a key is no role; all of them are named, with what may have been meant.

    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise FileReadError(f"{path}: cannot be read ({error.strerror}).") from error
    if len(content) > _LARGEST:
        raise FileReadError(f"{path}: larger than {_LARGEST} bytes; this is no joint map.")
    try:
        pairs = json.loads(content, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError) as error:
        raise FileReadError(f"{path}: not JSON ({error}).") from error
    if not isinstance(pairs, _Pairs):
        raise FileReadError(f'{path}: a joint map is a JSON object, {{"left_hip": "thigh_l", …}}.')
    wrong = sorted({key for key, joint in pairs if not isinstance(joint, str)})
    if wrong:
        raise FileReadError(
            f'{path}: the joint of {", ".join(wrong)} must be a string; "" leaves a role out.'
        )
    try:
        return roles_of_map(pairs)
    except MatchError as error:
        raise type(error)(f"{path}: {error}") from error


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as its pairs, so that a key given twice is seen."""


def roles_of_map(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a map with its keys as roles.

    Raises:
        MatchError: a key is no role or gives a role for the second time.

    """
    found: dict[str, str] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for key, joint in pairs:
        role = roles.role_of_name(key)
        if role is None:
            unknown.append(key)
        elif role in found:
            twice.append(key)
        else:
            found[role] = joint
    if unknown:
        known = (*roles.HUMANOID, *roles.ORIGINAL_NAMES)
        listed = "; ".join(_suggested(key, known) for key in unknown)
        what = "a role that does" if len(unknown) == 1 else "roles that do"
        raise MatchError(f"the joint map names {what} not exist: {listed}.")
    if twice:
        raise MatchError(f"the joint map gives roles twice: {', '.join(twice)}.")
    return found


def joints_of_map(
    joint_map: Mapping[str, str], names: Sequence[str], rig: str
) -> dict[str, int | None]:
    """Return the joint's index by role, None for roles that are left out.

    A joint is found by its exact name, else without regard to case, else without its prefix, if
    only one joint is called so.

    Raises:
        MatchError: a role or joint does not exist, or a joint is given to two roles.
        UsageError: `joint_map` is no mapping of strings, as a path to a file would be.

    """
    if not isinstance(joint_map, Mapping) or not all(
        isinstance(word, str) for pair in joint_map.items() for word in pair
    ):
        raise UsageError(
            f"joint_map is {joint_map!r}; it must map roles to joints, strings to strings. "
            "`retarget.matching.read_joint_map` makes it of a file."
        )
    try:
        wanted = roles_of_map(joint_map.items())
    except MatchError as error:
        raise MatchError(f"Rig {rig}: {error}") from error
    found: dict[str, int | None] = {}
    unknown: list[str] = []
    for role, name in wanted.items():
        if not name:
            found[role] = None
        elif (joint := _joint(name, names)) is not None:
            found[role] = joint
        else:
            unknown.append(f"{_suggested(name, names)} (for {role})")
    if unknown:
        what = "a joint" if len(unknown) == 1 else "joints"
        raise MatchError(
            f"Rig {rig}: the joint map names {what} that it does not have: {'; '.join(unknown)}."
        )
    given = [joint for joint in found.values() if joint is not None]
    double = sorted({names[joint] for joint in given if given.count(joint) > 1})
    if double:
        raise MatchError(f"Rig {rig}: the joint map gives two roles to {', '.join(double)}.")
    return found


def _joint(name: str, names: Sequence[str]) -> int | None:
    for key in (str, str.lower, _bare):
        same = [j for j, n in enumerate(names) if key(n) == key(name)]
        if len(same) == 1:
            return same[0]
    return None


def _bare(name: str) -> str:
    """Return a name without namespace or prefix: what stands after the last ":" or "|"."""
    bare = name.lower().replace("|", ":").rsplit(":", 1)[-1]
    return bare.removeprefix("mixamorig_").removeprefix("mixamorig")


def _suggested(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 2, 0.6)
    return f"{name!r} (did you mean {' or '.join(near)}?)" if near else repr(name)
