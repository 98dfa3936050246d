"""Which contacts are moved on purpose: a foot that turns on the spot, or slides to another place.

Tracking drifts by a few centimetres within a contact, and a lock is there to take that out. A foot
that turns, or that rests, slides and rests elsewhere, does so on purpose: while it does, it is not
held in place, only down. The source tells, for on another body feet slide that stood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget import quaternions as quat
from retarget.contacts import REFERENCE_LEG, leg_length
from retarget.roles import SIDES
from retarget.soles import soles_of_source
from retarget_ik.easing import Runs
from retarget_ik.vectors import length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget import PassContext
    from retarget_ik.feet_anchors import Stance

    Array = NDArray[Any]
    Mask = NDArray[np.bool_]

FAR = 0.05
"""Metres, for a leg of 0.86 m, from which a slide between two rests is meant. In contacts of a walk
estimated from video, slow paths drift by 3 cm."""

TURN = np.radians(10.0)
"""Turn of a foot on the floor that is meant. In those contacts headings drift by 8°."""

STIRS = 0.015
"""Metres, for a leg of 0.86 m, below which the source of a foot need not be asked: the ends of one
that turns by 10° about its middle go farther."""

CREEP, SPIN = 0.01, np.radians(3.0)
"""m/s, for a leg of 0.86 m, and radians/s from which a point moves and a foot turns."""

REST = 0.25
"""Seconds: what lasts less is no rest."""

STAYS = 0.25
"""Share of how far one end of a foot goes up to which the other is what it turns on. It need not
be quite still: joints lie beside what a foot turns on, and go round it."""

SLOW = 0.25
"""Seconds: window of the sliding mean over paths and headings, taken twice."""

LOOKS = 30.0
"""Looks a second at what is that slow."""

OVER = 2
"""Looks for which both ends of a foot rest where it goes over from turning on the one to turning on
the other: fewer leave no frame in between."""

_NOTHING = 1e-12


@attrs.frozen(kw_only=True, eq=False)
class Kept:
    """Where a contact keeps its place, and how that place itself goes."""

    rests: Mask
    """(F,)"""
    course: Array
    """(F, 2) metres over the target's floor, of a joint that lies beside what its foot turns on
    and goes far round it; else 0."""


def resting(context: PassContext, stances: list[Stance]) -> dict[str, Kept]:
    """Return where contacts keep their places, by name; only of those that are moved."""
    motion = context.motion
    step = max(1, int(motion.fps / LOOKS))
    on = {
        name: point.runs.mask[::step]
        for stance in stances
        if _stirs(stance, step)
        for name, point in stance.contacts.items()
        if len(point.runs)
    }
    moved, courses = _moved(_few(context, step), on) if on else ({}, {})
    frames = np.arange(motion.frames)
    before = frames // step
    after = np.minimum(before + 1, before[-1])
    return {
        name: Kept(
            rests=point.runs.mask & ~(moved[name][before] | moved[name][after]),
            course=np.stack(
                [
                    np.interp(frames / step, np.arange(len(along)), along)
                    for along in context.root_scale * courses[name].T
                ],
                axis=1,
            ),
        )
        for stance in stances
        for name, point in stance.contacts.items()
        if name in moved
    }


def _stirs(stance: Stance, step: int) -> bool:
    """Tell whether toe or heel go anywhere within a contact."""
    least = STIRS * stance.leg.size
    return any(
        bool((_extent(point.at[::step, ::2], Runs.of(point.runs.mask[::step])) > least).any())
        for point in stance.contacts.values()
    )


def _few(context: PassContext, step: int) -> PassContext:
    """Take every so manieth frame."""
    motion = context.motion
    return attrs.evolve(
        context,
        motion=attrs.evolve(
            motion,
            fps=motion.fps / step,
            rotations=motion.rotations[:, ::step],
            root_translations=motion.root_translations[::step],
        ),
    )


def _moved(context: PassContext, on: dict[str, Mask]) -> tuple[dict[str, Mask], dict[str, Array]]:
    """Return where points that are in contact where told (F,) are moved, and their courses (F, 2).

    Of those that are moved, or go far round what their foot turns on.
    """
    fps, size = context.motion.fps, leg_length(context.motion) / REFERENCE_LEG
    paths = _paths(context, list(on))
    moved = {
        name: _between_rests(_moves(path, on[name], FAR * size, CREEP * size, fps), on[name])
        for name, path in paths.items()
    }
    courses = {name: np.zeros_like(path) for name, path in paths.items()}
    for side in SIDES:
        toe, heel = f"{side}_foot", f"{side}_ankle"
        if toe not in paths or heel not in paths:
            continue
        front, back = paths[toe], paths[heel]
        flat = _closed(on[toe] & on[heel], on[toe] | on[heel], fps)
        turns = _turns(front, back, flat, fps)
        # What moves less is held, and the other goes round it.
        far = np.stack([_extent(front, turns), _extent(back, turns)])
        heel_goes = far[1] > far[0]
        held = far.min(axis=0) < STAYS * far.max(axis=0)
        for name, goes in ((toe, ~heel_goes), (heel, heel_goes)):
            stays = _some(turns, ~goes & held)
            round_it = _some(stays, _extent(paths[name], stays) > FAR * size)
            if len(round_it):
                courses[name] = _course(_slow(paths[name], flat, fps), round_it)
            moved[name] = (moved[name] & ~_wider(stays.mask)) | _some(turns, goes).mask
    names = [name for name in paths if moved[name].any() or courses[name].any()]
    return {name: moved[name] for name in names}, {name: courses[name] for name in names}


def _course(path: Array, runs: Runs) -> Array:
    """Return where a path (F, 2) has gone in runs, which rests in between."""
    steps = np.diff(path, axis=0, prepend=path[:1])
    return np.cumsum(steps * runs.mask[:, None], axis=0)


def _turns(front: Array, back: Array, flat: Mask, fps: float) -> Runs:
    """Return the turns of a foot, by its toe and heel (F, 2): on one point each.

    Turns that follow each other closely are one to the slow heading. They are parted midway where
    first the one end of the foot goes round the other, and then the other round the one.
    """
    line = back - front
    heading = np.unwrap(np.arctan2(line[:, 0], line[:, 1]))[:, None]
    turns = _moves(heading, flat, TURN, SPIN, fps)
    if not len(turns):
        return turns
    goes = [_brisk(path, fps) for path in (front, back)]
    on_heel, on_toe = (
        _some(runs, _extent(heading, runs) > TURN).mask
        for runs in (
            Runs.of(turns.mask & (STAYS * one > other)) for one, other in (goes, goes[::-1])
        )
    )
    clear = np.flatnonzero(on_heel | on_toe)
    last, following = clear[:-1], clear[1:]
    other = (on_heel[last] != on_heel[following]) & (turns.run[last] == turns.run[following])
    middle = (last[other] + following[other]) // 2
    return Runs(
        np.sort(np.concatenate([turns.starts, middle + 1])),
        np.sort(np.concatenate([turns.ends, middle + 1 - OVER])),
        turns.frames,
    )


def _wider(mask: Mask) -> Mask:
    """Add `OVER` looks to either side of a mask's runs."""
    wider = np.copy(mask)
    for by in range(1, OVER + 1):
        wider[by:] |= mask[:-by]
        wider[:-by] |= mask[by:]
    return wider


def _brisk(path: Array, fps: float) -> Array:
    """Return how far (F,) a path (F, 2) goes within `REST` about each frame."""
    frames, by = np.arange(len(path)), round(REST / 2 * fps)
    after, before = np.minimum(frames + by, len(path) - 1), np.maximum(frames - by, 0)
    return length(path[after] - path[before])


def _paths(context: PassContext, names: list[str]) -> dict[str, Array]:
    """Return the paths over the floor (F, 2) of a source's toes and heels, by their contacts."""
    world = context.source_world_of(names)
    soles = soles_of_source(context.motion.skeleton)
    paths = dict(zip(names, world.positions, strict=True))
    for name, rotations in zip(names, world.rotations, strict=True):
        side, joint = name.split("_")
        if joint == "ankle":
            heel = soles[side].heel.astype(rotations.dtype)
            paths[name] = paths[name] + quat.rotate(rotations, heel)
    return {name: path[:, ::2].astype(np.float64) for name, path in paths.items()}


def _moves(values: Array, touching: Mask, far: float, fast: float, fps: float) -> Runs:
    """Return the runs within contacts in which values (F, C) move so far, by that much a second."""
    if not (_extent(values, Runs.of(touching)) > far).any():
        return Runs.of(np.zeros_like(touching))
    slow = _slow(values, touching, fps)
    moving = touching & (length(np.gradient(slow, axis=0)) * fps > fast)
    moves = Runs.of(_closed(moving, touching, fps))
    return _some(moves, _extent(slow, moves) > far)


def _between_rests(moves: Runs, touching: Mask) -> Mask:
    """Return where (F,) those moves are that neither begin nor end a contact: those skid."""
    contacts = Runs.of(touching)
    if not len(moves):
        return np.zeros_like(touching)
    within = contacts.run[moves.starts]
    rests = (moves.starts > contacts.starts[within]) & (moves.ends < contacts.ends[within])
    return _some(moves, rests).mask


def _extent(values: Array, runs: Runs) -> Array:
    """Return how far (R,) values (F, C) go within runs: the diagonal of what they span."""
    if not len(runs):
        return np.zeros(0)
    return length(np.stack([runs.most(v) + runs.most(-v) for v in values.T], axis=1))


def _slow(values: Array, touching: Mask, fps: float) -> Array:
    """Smooth values (F, C) over time, by those within contacts alone."""
    from scipy.ndimage import uniform_filter1d  # noqa: PLC0415 - scipy costs 0.1 s to import

    weight = touching.astype(np.float64)
    window = 2 * int(SLOW / 2 * fps) + 1
    tracks = np.concatenate([(weight[:, None] * values).T, weight[None]])
    for _ in range(2):
        tracks = uniform_filter1d(tracks, window, axis=1, mode="nearest")
    return np.asarray((tracks[:-1] / np.maximum(tracks[-1], _NOTHING)).T)


def _closed(mask: Mask, within: Mask, fps: float) -> Mask:
    """Add to a mask (F,) its gaps that are no rests, as far as they lie within another."""
    gaps = Runs.of(within & ~mask)
    return mask | _some(gaps, gaps.ends - gaps.starts < REST * fps).mask


def _some(runs: Runs, chosen: Mask) -> Runs:
    return Runs(runs.starts[chosen], runs.ends[chosen], runs.frames)
