"""The result of matching: which joint is what, how it was found, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from retarget import roles
from retarget.errors import MatchError
from retarget.listing import listed
from retarget.values import Found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Follow, Rig

DOUBTFUL = 0.6
"""Scores below this are told to the user."""

_LISTED = 60
"""Joints without a role that a table names before it only counts them."""


def _place(role: str) -> int:
    return roles.HUMANOID.index(role) if role in roles.HUMANOID else len(roles.HUMANOID)


@attrs.frozen(kw_only=True, eq=False)
class Recognition:
    """What the joints of a rig are."""

    found: tuple[Found, ...]
    """One for each role that has a joint, in the order of `roles.HUMANOID`."""
    follows: Mapping[str, Follow] = attrs.field(repr=False)
    """What moves joints without a role, by joint name."""
    missing: tuple[str, ...]
    """Humanoid roles without a joint."""
    unmapped: tuple[str, ...] = attrs.field(repr=False)
    """Joints that have neither role nor follow: they keep their local rest."""
    convention: str
    """The naming convention, as "Mixamo"; empty where names settle nothing."""
    score: float
    """From 0 to 1, of the whole match: to choose among several rigs of one file."""
    warnings: tuple[str, ...]
    """What is doubtful, for the user."""
    carried: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Of joints that hang elsewhere in the file, the joint that carries each in the body."""
    taken: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Of missing roles whose joint the user's map gives to another role, the warning by role."""

    @classmethod
    def of_rig(cls, rig: Rig) -> Recognition:
        """Return what a rig says of its joints; roles it does not account for count as stated."""
        told = {f.role: f for f in rig.found}
        found = tuple(
            told.get(role) or Found(role=role, joint=joint, how="file")
            for joint, role in sorted(rig.roles.items(), key=lambda item: _place(item[1]))
        )
        lacking = [role for role in roles.HUMANOID if role not in rig.joint_of_role]
        return cls(
            found=found,
            follows=rig.follows,
            missing=tuple(lacking) if "pelvis" in rig.joint_of_role else (),
            unmapped=tuple(
                n for n in rig.skeleton.names if n not in rig.roles and n not in rig.follows
            ),
            convention="",
            score=sum(f.score for f in found) / max(len(found), 1),
            warnings=rig.warnings,
        )

    @property
    def roles(self) -> Mapping[str, str]:
        """Role by joint name, as `values.Rig.roles` has it."""
        return {f.joint: f.role for f in self.found}

    def table(self) -> str:
        """Return the match as plain text: role, joint, how it was found, score; then the rest."""
        rows = [("role", "joint", "found by", "score")]
        rows += [(f.role, f.joint, f.how, f"{f.score:.2f}") for f in self.found]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [
            "  ".join((*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]))
            for row in rows
        ]
        if self.missing:
            lines.append(f"missing: {', '.join(self.missing)}")
        for joint, f in self.follows.items():
            what = "the twist" if f.twist else "the rotation"
            share = f"{f.share:.2f} of {what} from {f.base} to {f.toward}"
            lines.append(f"follows: {joint} takes {share}")
        if self.unmapped:
            lines.append(f"kept at rest: {listed(self.unmapped, _LISTED)}")
        return "\n".join(lines)

    def check_required(self, name: str, *, others: bool = False) -> None:
        """Refuse a rig on which a motion cannot be put.

        `others` says whether the file has further rigs that were not looked at.

        Raises:
            MatchError: a role of `roles.REQUIRED` has no joint; the message shows the table.

        """
        lacking = [role for role in roles.REQUIRED if role in self.missing]
        if lacking:
            taken = "".join(f"{self.taken[role]} " for role in lacking if role in self.taken)
            elsewhere = ", or choose another rig with --rig" if others else ""
            error = MatchError(
                f"Rig {name}: no joint was found for {', '.join(lacking)}. {taken}Name the joints "
                f"with --joint-map{elsewhere}.\n{self.table()}"
            )
            error.recognition = self
            raise error
