"""What an exported file says, whatever its format: the form in which the kit judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retarget.values import Float64


@attrs.frozen(kw_only=True, eq=False)
class ReadBack:
    """The nodes of a file at rest and on every frame, in metres and +Y up, as the clip is.

    It may hold nodes that the rig does not have (an armature, a mesh); the kit looks for the rig's
    joints by name.
    """

    names: tuple[str, ...]
    """Names of the N nodes, as stored."""
    parents: tuple[int, ...]
    """Index of each node's parent, -1 where there is none; in any order."""
    times: Float64 = attrs.field(repr=False)
    """(F,) seconds of the frames, as stored."""
    world: Float64 = attrs.field(repr=False)
    """(N, F, 4, 4) world transforms on every frame; they act on column vectors."""
    rest: Float64 = attrs.field(repr=False)
    """(N, 4, 4) world transforms of the file without its animation."""
    between: Float64 | None = attrs.field(default=None, repr=False)
    """(N, F - 1, 4, 4) world transforms halfway from each frame to the next; None where the format
    does not say how to interpolate."""
    rotations: Mapping[str, Float64] = attrs.field(factory=dict, repr=False)
    """The stored quaternions (K, 4) xyzw by node name; empty where the format stores none."""
    inverse_binds: Mapping[str, Float64] = attrs.field(factory=dict, repr=False)
    """The stored inverse bind matrix (4, 4) of each skinned joint; empty without a skin."""
