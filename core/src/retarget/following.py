"""Joints that take a share of another's rotation: further spine and neck joints, twist joints.

With `W_s` the source's world rotation and `C` the constants of the transfer (`W_t = W_s C`), joint
i, carried by source joint a and following b, stands at

    W_t[i] = W_s[a] C_a · Y^share,    Y = C_a⁻¹ (W_s[a]⁻¹ W_s[b]) C_b

`Y` turns i from how a would carry it to how b would, in i's own rest axes. A twist joint takes of
`Y` only the twist about its limb (swing-twist decomposition).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from retarget import quaternions as quat

if TYPE_CHECKING:
    from retarget.values import Float32, Float64

_SMALL = 1e-6
"""Sine of a half angle below which a rotation's share is linear in its vector part."""


@attrs.frozen(kw_only=True, eq=False)
class Following:
    """The constants of one joint that follows another."""

    path: tuple[tuple[int, bool], ...]
    """Source locals whose product is `W_s[a]⁻¹ W_s[b]`; True where the inverse is taken."""
    carried: Float64
    """(4,) `C_a`."""
    followed: Float64
    """(4,) `C_b`."""
    share: float
    axis: Float64 | None
    """(3,) unit vector of the limb in the joint's rest axes; None where it follows whole."""

    def apply(self, between: Float32) -> Float32:
        """Return `C_a Y^share` (F, 4), given `W_s[a]⁻¹ W_s[b]` (F, 4)."""
        constants = quat.sandwich(quat.conjugate(self.carried), self.followed)
        turned = between @ constants.T.astype(np.float32)
        part = _part(turned, self.share) if self.axis is None else self._twist(turned)
        return quat.multiply(self.carried.astype(np.float32), part)

    def _twist(self, turned: Float32) -> Float32:
        """Return the share of the twist, without a jump where it passes half a turn."""
        axis = np.asarray(self.axis, np.float32)
        angle = 2.0 * np.arctan2(turned[:, :3] @ axis, turned[:, 3])
        unwrapped = np.unwrap((angle + np.pi) % (2 * np.pi) - np.pi)
        return quat.from_rotvec((self.share * unwrapped)[:, None].astype(np.float32) * axis)


def _part(q: Float32, share: float) -> Float32:
    """Return q^share (F, 4), along the shorter arc."""
    q = np.where(q[:, 3:] < 0, -q, q)
    sine = np.linalg.norm(q[:, :3], axis=-1)
    half = np.arctan2(sine, q[:, 3])
    out = np.empty_like(q)
    scale = np.where(sine > _SMALL, np.sin(share * half) / np.maximum(sine, _SMALL), share)
    out[:, :3] = q[:, :3] * scale[:, None]
    out[:, 3] = np.cos(share * half)
    return out
