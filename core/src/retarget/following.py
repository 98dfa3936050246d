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
        part = self._part(turned) if self.axis is None else self._twist(turned)
        return quat.multiply(self.carried.astype(np.float32), part)

    def _part(self, turned: Float32) -> Float32:
        """Return the share of the whole turn, along the shorter arc."""
        whole = quat.to_rotvec(quat.shorter(turned))
        return quat.from_rotvec(np.float32(self.share) * whole)

    def _twist(self, turned: Float32) -> Float32:
        """Return the share of the twist, without a jump where it passes half a turn."""
        axis = np.asarray(self.axis, np.float32)
        angle = quat.twist_angle(turned, axis)
        unwrapped = np.unwrap((angle + np.pi) % (2 * np.pi) - np.pi)
        return quat.from_rotvec((self.share * unwrapped)[:, None].astype(np.float32) * axis)
