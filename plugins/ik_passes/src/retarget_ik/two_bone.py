"""Two-bone IK as a swing of the animated pose: no bone axis is ever assumed.

Positions go in, world rotations to put before the animated ones come out. The limb first opens or
closes about the hinge it was animated about until root and end are as far apart as root and goal,
then swings as a whole, by the smallest rotation, onto the goal. So a goal where the end already is
changes nothing, and the limb keeps the plane it was animated in.

With `u` the upper bone, `l` the lower and `n` the hinge, the lower turned by t, the distance obeys

    |u + R(n, t) l|² = |u|² + |l|² + 2 (C + A cos t + B sin t)
    A = u·l - C,  B = u·(n x l),  C = (u·n)(l·n)

which is a cosine of `t - atan2(B, A)`: the flexion, signed, 0 where the limb is straightest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget_ik.vectors import cross, dot, length, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

REACH = 0.998
"""Share of the limb's length it opens to; one animated further may stay there. The last thousandths
cost the most: flexion is 2 acos(reach), 7° here."""

SOFTNESS = 0.004
"""Share of the limb's length before `REACH` over which it slows down."""

TIGHTEST = np.radians(160.0)
"""Flexion beyond which a limb does not close, unless animated so."""

PLANE_FROM, PLANE_TO = np.radians(15.0), np.radians(35.0)
"""Between these flexions the hinge goes over from the rest's to the animated one: what is nearly
straight has no plane, only noise."""

FAINT = 0.03
"""Weight of the rest's hinge where a straight limb remembers its plane; that of a frame is the
squared sine of its flexion, the same at 10°."""

UNSURE = 0.7
"""Length of the mean of both hinges, unit vectors, below which a limb opens less than it is asked
to: not at all where they cancel, in a limb bent right backwards. At right angles it is 0.7."""

_NO_LENGTH = 1e-6
"""Metres below which a vector has no direction."""


def solve(
    root: Array,
    mid: Array,
    end: Array,
    goal: Array,
    bend: Array,
    *,
    reach: float = REACH,
    memory: float = 0.0,
) -> tuple[Array, Array]:
    """Return the world rotations (…, 4), xyzw, to put before those of the upper and lower bone.

    All arguments are world vectors (…, 3), metres: `root`, `mid` and `end` the joints as animated
    (hip, knee, ankle), `goal` where the end is to be, `bend` the direction, of any length, in which
    the middle joint leaves the line when a straight limb bends (see `bend_at_rest`). The end's own
    world rotation is the caller's to keep.

    A goal beyond `reach` (a share of the limb's length, or what was animated if that is more) is
    approached as far as it goes, smoothly; nothing is ever NaN. Computed in the inputs' precision.

    With `memory` the arrays are tracks (F, 3), and a straight limb opens about the hinge that it
    has when it is bent, so many frames (the deviation of a Gaussian) before and after.
    """
    bones = Bones.of(root, mid, end, bend, memory=memory)
    return bones.aim(goal - root, bones.opening(goal - root, reach=reach))


@attrs.frozen(eq=False)
class Bones:
    """A limb's two bones, and the two steps of `solve`, for who has to look at the first."""

    upper: Array
    """(…, 3) from root to middle."""
    lower: Array
    """(…, 3) from middle to end."""
    hinge: Array
    """(…, 3) unit axis about which the limb flexes; zero where there is none."""
    sure: Array
    """(…) share, 0 to 1, of a turn about the hinge that is made."""

    @classmethod
    def of(cls, root: Array, mid: Array, end: Array, bend: Array, *, memory: float = 0.0) -> Bones:
        """Take a limb as animated; see `solve`."""
        upper, lower = mid - root, end - mid
        return cls(upper, lower, *_hinge(upper, lower, bend, memory))

    def opening(self, goal: Array, *, reach: float = REACH) -> Array:
        """Return the turn (…) of the lower bone, radians, that makes the span as long as `goal`.

        `goal` (…, 3) counts from the root. Positive turns flex the limb.
        """
        span = length(self.upper + self.lower)
        lengths = length(self.upper), length(self.lower)
        wanted = _reachable(length(goal), span, *lengths, reach)
        return self.sure * _hinge_angle(self.upper, self.lower, self.hinge, span, wanted)

    def span(self, opening: float) -> Array:
        """Return how far (…) root and end are apart with the lower bone turned by `opening`."""
        upper, lower, hinge = self.upper, self.lower, self.hinge
        fixed = dot(upper, hinge) * dot(lower, hinge)
        cosine: Array = dot(upper, lower) - fixed
        sine = dot(upper, cross(hinge, lower))
        bent = fixed + cosine * np.cos(opening) + sine * np.sin(opening)
        square = dot(upper, upper) + dot(lower, lower) + 2 * bent
        return np.sqrt(np.maximum(square, 0))

    def aim(self, goal: Array, opening: Array) -> tuple[Array, Array]:
        """Return what `solve` returns, for a limb opened by `opening` (…)."""
        turn = _about(self.hinge, opening)
        opened = self.upper + quat.rotate(turn, self.lower)
        whole = swing(opened, goal)
        return whole, quat.multiply(whole, turn)

    def flexion(self) -> Array:
        """Return the angle (…), radians, between the bones: 0 of a straight limb."""
        normal = length(cross(self.upper, self.lower))
        return np.arctan2(normal, dot(self.upper, self.lower))


def bend_at_rest(root: Array, mid: Array, end: Array, otherwise: Array) -> Array:
    """Return the unit direction (3,) in which a limb bends at rest: from its line to the middle.

    `otherwise` (3,) decides where the rest is too straight to tell (less than 1° or so), made
    perpendicular to the limb. For `solve`, turn it as the upper bone has turned from its rest.
    """
    span = end - root
    stretched = float(length(span))
    along = span / stretched if stretched > _NO_LENGTH else np.zeros(3)
    for vector, least in ((mid - root, 0.005 * stretched), (otherwise, 0.0)):
        across = vector - (vector @ along) * along
        if (size := float(length(across))) > max(least, _NO_LENGTH):
            return across / size
    return otherwise


def _reachable(asked: Array, animated: Array, a: Array, b: Array, reach: float) -> Array:
    """Return the distance (…) nearest to the one asked for that the limb can take, softly."""
    most = np.maximum(reach * (a + b), animated)
    slows = np.maximum(most - SOFTNESS * (a + b), animated)
    room = np.maximum(most - slows, _NO_LENGTH)
    over = np.maximum(asked - slows, 0)
    distance = np.minimum(asked, slows) + room * -np.expm1(-over / room)
    least = np.sqrt(np.maximum(a * a + b * b + 2 * a * b * np.cos(TIGHTEST), 0))
    return np.maximum(np.minimum(distance, most), np.minimum(least, animated))


def _hinge(upper: Array, lower: Array, bend: Array, memory: float) -> tuple[Array, Array]:
    """Return the axis (…, 3) about which the limb flexes, unit or zero, and how sure (…) it is.

    The animated plane's normal where the limb is bent; where it is straight the rest's, or what it
    was shortly before and after. On the way between the two one pose has none: no axes are
    continuous that are all alike about the straight limb and turn once with its plane farther out.
    That pose is a limb bent right backwards. About it limbs turn less than they are asked to, and
    there not at all, so that none snaps over that is animated past it.
    """
    # A positive turn about the normal closes the limb: the end moves away from `bend`.
    rest = unit(cross(bend, upper))
    normal = cross(upper, lower)
    flexion = np.arctan2(length(normal), dot(upper, lower))
    normal = unit(normal)
    straight = rest
    if memory > 0:
        straight = _remembered(
            np.sin(flexion) ** 2, normal, (rest, unit(cross(upper, rest))), memory
        )
    share = _step((flexion - PLANE_FROM) / (PLANE_TO - PLANE_FROM)).astype(upper.dtype)
    share = np.where(dot(rest, rest) > 0, share, 1)[..., None]  # no rest to ask
    mean = share * normal + (1 - share) * straight
    return unit(mean), _step(length(mean) / UNSURE)


def _remembered(weight: Array, normal: Array, rest: tuple[Array, Array], memory: float) -> Array:
    """Return the hinges (F, 3) of straight limbs: means over time of the planes' normals (F, 3).

    In the axes `rest` across the upper bone, the first of which is the rest's hinge; the more it is
    bent, `weight` (F,), the more a frame counts.
    """
    from scipy.ndimage import gaussian_filter1d  # noqa: PLC0415 - scipy costs 0.1 s to import

    seen = np.stack(
        [weight * dot(normal, rest[0]) + FAINT, weight * dot(normal, rest[1]), weight + FAINT]
    )
    about, aside, whole = gaussian_filter1d(seen, memory, axis=1, mode="nearest")
    hinge: Array = (about / whole)[:, None] * rest[0] + (aside / whole)[:, None] * rest[1]
    return hinge


def _hinge_angle(upper: Array, lower: Array, hinge: Array, span: Array, wanted: Array) -> Array:
    """Return the turn (…) of the lower bone about the hinge that changes the span to `wanted`."""
    c = dot(upper, hinge) * dot(lower, hinge)
    cosine: Array = dot(upper, lower) - c
    sine = dot(upper, cross(hinge, lower))
    size = np.maximum(np.sqrt(cosine * cosine + sine * sine), _NO_LENGTH**2)
    flexion = np.arctan2(-sine, cosine)  # signed; turning by its negative straightens the limb
    # 1 - cos of the new flexion from 1 - cos of the old: an arc cosine near 1 would leave half the
    # digits, and a limb is nearly straight most of the time.
    ahead = np.where(cosine > 0, sine * sine / (size + np.abs(cosine)), size - cosine)
    versine = (ahead + (span - wanted) * (span + wanted) / 2) / size
    flexed = 2 * np.arcsin(np.sqrt(np.clip(versine / 2, 0, 1)))
    turned = _signed(flexion, flexed) - flexion
    hinged = (size > _NO_LENGTH**2) & (dot(hinge, hinge) > 0)
    return np.where(hinged, turned, 0).astype(upper.dtype)


def _signed(flexion: Array, flexed: Array) -> Array:
    """Give the flexion asked for (…) the sense in which the limb is flexed.

    A knee past straight must not bend further backwards: it goes over to the other side while it
    flexes to four times what it was past straight. The price is a millimetre of span at 6°.
    """
    past = -flexion
    share = (flexed - past) / np.maximum(3 * past, _NO_LENGTH)
    over = flexed - 2 * past * (1 - _step(share))
    backwards = np.where(flexed > past, over, -flexed)
    return np.where(flexion >= 0, flexed, backwards)


def _step(x: Array) -> Array:
    """Smoothstep: 0 up to 0, 1 from 1 on, at rest at both."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def _about(axis: Array, angle: Array) -> Array:
    out = np.empty_like(axis, shape=(*angle.shape, 4))
    out[..., :3] = axis * np.sin(angle / 2)[..., None]
    out[..., 3] = np.cos(angle / 2)
    return out


def swing(a: Array, b: Array) -> Array:
    """Return the smallest rotation (…, 4) from a to b; the identity where one has no direction.

    `quaternions.swing` for whole tracks: without its care for nearly opposite directions, which are
    turned about any axis across.
    """
    lengths = length(a) * length(b)
    w = lengths + dot(a, b)
    nowhere = w <= 1e-12 * lengths + _NO_LENGTH**2
    if nowhere.any():
        a = np.where(length(a)[..., None] < _NO_LENGTH, b, a)
        b = np.where(length(b)[..., None] < _NO_LENGTH, a, b)
        a, b = (
            np.where((length(v) < _NO_LENGTH)[..., None], _ANY.astype(v.dtype), v) for v in (a, b)
        )
        return quat.swing(a, b)
    out = np.empty_like(a, w.dtype, shape=(*w.shape, 4))
    out[..., :3] = cross(a, b)
    out[..., 3] = w
    return quat.normalize(out)


_ANY = np.array([1.0, 0.0, 0.0])
