"""The values that flow through the pipeline: frozen, keyword-only, checked when made.

Conventions, everywhere inside: right-handed, +Y up, +Z forward, +X the character's left; metres,
seconds; quaternions xyzw, unit, sign-continuous; joint-major tracks `(J, F, …)` in float32. Arrays
are read-only once inside a value. Loaders convert at their edge, backends at theirs. Names, shapes
and rates are checked here; the numbers of whole tracks where they come in, by `soundness`.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.errors import ValueShapeError
from retarget.held import boolean, expect_shape, float32, float64, int32, strings
from retarget.options import FASTEST
from retarget.runs import runs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retarget.gltf import GltfFile

    Float32 = NDArray[np.float32]
    Float64 = NDArray[np.float64]


def _founds(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(found)


@attrs.frozen(kw_only=True, eq=False)
class Skeleton:
    """A tree of joints at rest: names, parents, and each joint's local rest transform.

    Joint 0 is the only root; every parent stands before its children.
    """

    names: tuple[str, ...] = attrs.field(converter=strings)
    """Joint names, unique."""
    parents: NDArray[np.int32] = attrs.field(converter=int32, repr=False)
    """(J,) index of the joint that carries each in the body; -1 for joint 0."""
    rest_translations: Float64 = attrs.field(converter=float64, repr=False)
    """(J, 3) metres, in the parent joint's rest frame."""
    rest_rotations: Float64 = attrs.field(converter=float64, repr=False)
    """(J, 4) xyzw, relative to the parent joint's rest frame."""

    def __attrs_post_init__(self) -> None:
        """Refuse what is not a tree of J uniquely named joints."""
        joints = len(self.names)
        if joints == 0:
            raise ValueShapeError("A skeleton needs at least one joint.")
        repeated = sorted(name for name, times in Counter(self.names).items() if times > 1)
        if repeated:
            raise ValueShapeError(f"Joint names must be unique; repeated: {', '.join(repeated)}.")
        expect_shape("Skeleton.parents", self.parents, (joints,))
        expect_shape("Skeleton.rest_translations", self.rest_translations, (joints, 3))
        expect_shape("Skeleton.rest_rotations", self.rest_rotations, (joints, 4))
        if self.parents[0] != -1 or not all(
            0 <= parent < joint for joint, parent in enumerate(self.parents.tolist()) if joint
        ):
            raise ValueShapeError(
                "Joint 0 must be the only root (parent -1) and parents must precede children."
            )
        if not np.isfinite(self.rest_translations).all():
            raise ValueShapeError("Skeleton.rest_translations holds NaN or infinity.")
        if not (np.abs(np.linalg.norm(self.rest_rotations, axis=-1) - 1.0) < 1e-4).all():
            raise ValueShapeError("Skeleton.rest_rotations must be unit quaternions (xyzw).")

    def __len__(self) -> int:
        """Return the number of joints."""
        return len(self.names)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Joint index by name."""
        return {name: j for j, name in enumerate(self.names)}

    @cached_property
    def rest(self) -> World:
        """The rest pose in the skeleton's own space: rotations (J, 1, 4), positions (J, 1, 3).

        Computed in float64 from the rest transforms; stored as float64.
        """
        from retarget import quaternions as quat  # noqa: PLC0415 - quaternions import no values

        rotations = np.empty((len(self), 1, 4))
        positions = np.empty((len(self), 1, 3))
        for j, parent in enumerate(self.parents.tolist()):
            if parent < 0:
                rotations[j] = self.rest_rotations[j]
                positions[j] = self.rest_translations[j]
            else:
                rotations[j] = quat.multiply(rotations[parent], self.rest_rotations[j])
                offset = quat.rotate(rotations[parent], self.rest_translations[j])
                positions[j] = positions[parent] + offset
        return World(rotations=rotations, positions=positions)

    def chain(self, joint: int) -> list[int]:
        """Return the indices of the joints from the root down to `joint`, both among them."""
        line = [joint]
        while (parent := int(self.parents[line[-1]])) >= 0:
            line.append(parent)
        return line[::-1]

    def children(self, joint: int) -> list[int]:
        """Return the indices of the joints whose parent is `joint`."""
        return np.flatnonzero(self.parents == joint).tolist()


@attrs.frozen(kw_only=True, eq=False)
class World:
    """World transforms of every joint on every frame, as an FK solver returns them."""

    rotations: NDArray[np.floating[Any]] = attrs.field(repr=False)
    """(J, F, 4) xyzw world rotations."""
    positions: NDArray[np.floating[Any]] = attrs.field(repr=False)
    """(J, F, 3) world positions in metres."""


@attrs.frozen(kw_only=True, eq=False)
class Source:
    """Where a motion came from and what its file said, for reports and provenance."""

    path: Path | None = attrs.field(default=None, converter=attrs.converters.optional(Path))
    kind: str = ""
    """The layout, in a few words: "AMASS SMPL-H", "SMPL-X stage II" …"""
    read_by: str = ""
    """The motion source and its distribution; empty for a motion made in memory."""
    subject: str | None = None
    gender: str | None = None
    betas: NDArray[np.float32] | None = attrs.field(
        default=None, converter=attrs.converters.optional(float32), repr=False
    )
    """(B,) body shape coefficients as stored, or None."""
    up: str = "y"
    """The file's own up axis: "z", "y", "-y" or "-z". The motion itself is always +Y up."""
    up_decided_by: str = "layout"
    """"layout" (the format says), "motion" (decided from the body) or "user" (--up)."""
    ground_at_zero: bool = False
    """True where the layout promises a floor near height 0, as AMASS does."""
    hands: str = "none"
    """"animated", "constant" (one fixed hand pose, as the MANO mean), or "none"."""


@attrs.frozen(kw_only=True, eq=False)
class Motion:
    """A source clip: every joint's local rotation over time, and the path of the root.

    The joint names of a motion's skeleton are roles (see `retarget.roles`).
    """

    skeleton: Skeleton
    fps: float = attrs.field(converter=float)
    rotations: Float32 = attrs.field(converter=float32, repr=False)
    """(J, F, 4) local rotations, xyzw, replacing (not on top of) the rest rotations."""
    root_translations: Float32 = attrs.field(converter=float32, repr=False)
    """(F, 3) world position of joint 0, metres."""
    source: Source = attrs.field(factory=Source)
    warnings: tuple[str, ...] = attrs.field(default=(), converter=strings)

    def __attrs_post_init__(self) -> None:
        """Refuse arrays that do not fit the skeleton or each other."""
        _check_tracks("Motion", self.skeleton, self.rotations, self.root_translations, self.fps)

    @property
    def frames(self) -> int:
        """Number of frames F."""
        return int(self.rotations.shape[1])


@attrs.frozen(kw_only=True)
class Found:
    """How a joint of a rig came by its role."""

    role: str
    joint: str
    how: str
    """"name" (with the convention), "file" (it says so itself), "map" (the user) or "geometry"."""
    score: float = 1.0
    """From 0 to 1: how sure it is."""


@attrs.frozen(kw_only=True)
class Follow:
    """How a joint without a role moves between two that have one.

    With `D` the world rotation away from rest, `D = D_base (D_base⁻¹ D_toward)^share`; of the
    bracket only the twist about the limb from `base` to its child is taken where `twist` is set.
    Further spine and neck joints follow whole, twist joints of limbs follow the twist.
    """

    base: str
    """Role that carries the joint."""
    toward: str
    """Role whose rotation it takes a share of."""
    share: float
    twist: bool = False


@attrs.frozen(kw_only=True, eq=False)
class Asset:
    """The user's own file: it is animated, and otherwise left as it is."""

    path: Path
    """The file as the user named it: .glb, .gltf, .vrm, .blend, .fbx."""
    gltf: GltfFile = attrs.field(repr=False)
    """Its content; of a file of another format, what was converted from it."""
    nodes: NDArray[np.int32] = attrs.field(converter=int32, repr=False)
    """(J,) index of each joint's node in `gltf`. It may hang from another node than its parent's,
    where constraints drive limbs or a hierarchy was flattened: `gltf.torn` finds those joints. An
    exporter then writes where they go as well as how they turn, relative to what they hang from."""
    turn: Float64 = attrs.field(converter=float64, repr=False)
    """(4,) xyzw, from the file's world to the rig's, in which the body stands +Y up, facing +Z."""
    root_joint: int = -1
    """Index of the node of the joint above joint 0 that stands for the whole, such as Unreal's
    `Root`; -1 where there is none."""
    armature: str = ""
    """Name of the armature taken, for files that hold several."""


@attrs.frozen(kw_only=True, eq=False)
class Rig:
    """The target: a skeleton whose rest is the A-pose of frame 0, and what its joints are."""

    name: str
    skeleton: Skeleton
    """Of a user's character: the joint that carries the hips' path, and all that it carries. In the
    file they may hang elsewhere, see `Asset.nodes`."""
    roles: Mapping[str, str] = attrs.field(repr=False)
    """Role of each joint, by joint name."""
    follows: Mapping[str, Follow] = attrs.field(factory=dict, repr=False)
    """What moves joints without a role, by joint name; those in neither keep their local rest."""
    floor: float = attrs.field(default=0.0, converter=float)
    """World height (metres) of the ground the rig stands on at rest."""
    place: Float64 = attrs.field(factory=lambda: np.zeros(2), converter=float64, repr=False)
    """(2,) x and z, metres, that the origin of motions is moved to: where a character stands that
    does not stand at the origin of its file."""
    asset: Asset | None = attrs.field(default=None, repr=False)
    """The user's own file to animate, or None for a generated skeleton."""
    found: tuple[Found, ...] = attrs.field(default=(), converter=_founds, repr=False)
    """How the roles were found, where that is worth telling."""
    warnings: tuple[str, ...] = attrs.field(default=(), converter=strings)

    def __attrs_post_init__(self) -> None:
        """Refuse roles of joints that do not exist, roles given twice, and a place that is none."""
        unknown = sorted((set(self.roles) | set(self.follows)) - set(self.skeleton.names))
        if unknown:
            raise ValueShapeError(f"Rig {self.name}: roles name unknown joints {unknown}.")
        given = list(self.roles.values())
        twice = sorted({role for role in given if given.count(role) > 1})
        if twice:
            raise ValueShapeError(f"Rig {self.name}: roles given to two joints: {twice}.")
        if not np.isfinite(self.floor):
            raise ValueShapeError(f"Rig {self.name}: floor is {self.floor}; expected a height.")
        expect_shape(f"Rig {self.name}: place", self.place, (2,))
        if not np.isfinite(self.place).all():
            raise ValueShapeError(f"Rig {self.name}: place holds NaN or infinity.")
        if self.asset is not None:
            expect_shape(f"Rig {self.name}: asset.nodes", self.asset.nodes, (len(self.skeleton),))
            expect_shape(f"Rig {self.name}: asset.turn", self.asset.turn, (4,))

    @cached_property
    def joint_of_role(self) -> Mapping[str, int]:
        """Joint index by role."""
        return {role: self.skeleton.index[name] for name, role in self.roles.items()}


@attrs.frozen(kw_only=True, eq=False)
class Contacts:
    """Which points of the source touch the floor, frame by frame."""

    points: tuple[str, ...] = attrs.field(converter=strings)
    """Roles of the C points: ankles stand for heels, feet for toes."""
    touching: NDArray[np.bool_] = attrs.field(converter=boolean, repr=False)
    """(C, F) True where the point is in contact."""

    def __attrs_post_init__(self) -> None:
        """Refuse a row too many or too few, and points named twice."""
        expect_shape("Contacts.touching", self.touching, (len(self.points), None))
        if len(set(self.points)) < len(self.points):
            raise ValueShapeError(f"Contacts.points name one twice: {', '.join(self.points)}.")

    def runs(self) -> dict[str, list[list[int]]]:
        """Return the first and the last frame of each contact, by point."""
        return {
            point: (runs_of(touching) - [0, 1]).tolist()
            for point, touching in zip(self.points, self.touching, strict=True)
        }


@attrs.frozen(kw_only=True, eq=False)
class RootMotion:
    """Travel that a rig's root joint, above joint 0, carries: where its rest has gone."""

    rotations: Float32 = attrs.field(converter=float32, repr=False)
    """(F, 4) xyzw, about the origin, +Y up: turns of the whole body about the vertical."""
    translations: Float32 = attrs.field(converter=float32, repr=False)
    """(F, 3) metres, applied after the rotation."""


@attrs.frozen(kw_only=True, eq=False)
class Clip:
    """What a backend receives: the rig and its animation."""

    rig: Rig
    fps: float = attrs.field(converter=float)
    rotations: Float32 = attrs.field(converter=float32, repr=False)
    """(J, F, 4) local rotations of the rig's joints, xyzw, unit, sign-continuous."""
    root_translations: Float32 = attrs.field(converter=float32, repr=False)
    """(F, 3) world position of joint 0, metres."""
    name: str = "motion"
    root_motion: RootMotion | None = None
    """The part of the travel that the root joint is to carry; the pose in the world, which the
    other tracks tell in full, does not change by it."""
    contacts: Contacts | None = None
    """What a pass found of the source's contacts; None where none looked."""
    provenance: Mapping[str, Any] = attrs.field(factory=dict, repr=False)
    """JSON-able facts on the making: source, rates, target, solver, passes, versions."""
    warnings: tuple[str, ...] = attrs.field(default=(), converter=strings)

    def __attrs_post_init__(self) -> None:
        """Refuse arrays that do not fit the rig or each other."""
        _check_tracks("Clip", self.rig.skeleton, self.rotations, self.root_translations, self.fps)
        if self.contacts is not None:
            points = len(self.contacts.points)
            expect_shape("Clip.contacts.touching", self.contacts.touching, (points, self.frames))

    @property
    def frames(self) -> int:
        """Number of frames F."""
        return int(self.rotations.shape[1])

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last."""
        return (self.frames - 1) / self.fps

    def times(self) -> Float32:
        """Return (F,) frame times `k / fps`, computed in float64, as float32 seconds."""
        return (np.arange(self.frames, dtype=np.float64) / self.fps).astype(np.float32)


@attrs.frozen(kw_only=True, eq=False)
class ExportResult:
    """What an exporter wrote."""

    path: Path = attrs.field(converter=Path)
    frames: int
    duration: float
    """Seconds from the first frame to the last."""
    bytes_written: int
    warnings: tuple[str, ...] = attrs.field(default=(), converter=strings)
    animations: tuple[str, ...] = attrs.field(default=(), converter=strings)
    """What the file calls the clips, in their order; empty where the exporter does not say."""


def _check_tracks(
    what: str, skeleton: Skeleton, rotations: Float32, root: Float32, fps: float
) -> None:
    expect_shape(f"{what}.rotations", rotations, (len(skeleton), None, 4))
    expect_shape(f"{what}.root_translations", root, (rotations.shape[1], 3))
    if rotations.shape[1] == 0:
        raise ValueShapeError(f"{what} has no frames.")
    if not 0 < fps <= FASTEST:
        raise ValueShapeError(
            f"{what}.fps is {fps:g}; expected a positive number of frames/s, up to {FASTEST:g}."
        )
