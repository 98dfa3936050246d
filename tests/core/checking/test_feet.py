"""Slip, drift, penetration, float and agreement, on feet whose sliding and height are known."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import retarget
from retarget import contacts, demo, floor, soles
from retarget.checking import measure, measure_clip
from retarget.checking.figures import ratio
from retarget.checking.slip import extent
from retarget.fk import NumpyFK
from retarget.runs import runs_of
from retarget.values import World
from support.bodies import upright
from support.generated import rig_at
from support.rigs import a_posed, scrambled
from support.standing import GROUNDED, moved, places_of, same_body, standing

FRAMES, FPS = 61, 60.0


def slid(velocity):
    """A target that slides at (vx, vy, vz) m/s under a source that stands."""
    motion = standing(FRAMES, FPS)
    path = np.arange(FRAMES)[:, None] / FPS * velocity
    return measure(same_body(), moved(places_of(motion), path), motion)


def test_a_foot_that_slides_three_centimetres_a_second_reads_three():
    report = slid([0.03, 0, 0])
    for name in ("slip", "slip_p95"):
        assert report[name] == pytest.approx(3, abs=1e-4)
        assert report.source(name) == pytest.approx(0, abs=1e-4)
    for name in ("drift", "drift_max"):  # one second of it
        assert report[name] == pytest.approx(3, abs=1e-4)
    assert report["slip_ratio"] == pytest.approx(3.01 / 0.01, rel=1e-2)


def test_slip_is_level_and_in_any_direction():
    assert slid([0.03, 0.1, 0.04])["slip"] == pytest.approx(5, abs=1e-4)


@pytest.mark.parametrize(("lift", "float_", "penetration"), [(0.02, 2, 0), (-0.015, 1.5, 1.5)])
def test_feet_off_the_floor_float_and_feet_below_it_penetrate(lift, float_, penetration):
    motion = standing(FRAMES, FPS)
    flat = places_of(motion)
    # Both feet's joints at one height, so that every sole point is as far from the floor.
    report = measure(same_body(), moved(flat, [0, lift, 0]), motion)
    for suffix in ("", "_p95", "_max"):
        assert report[f"float{suffix}"] == pytest.approx(float_, abs=0.01)
        assert report[f"penetration{suffix}"] == pytest.approx(penetration, abs=0.01)
        assert report.source(f"float{suffix}") == pytest.approx(0, abs=0.01)


def test_a_source_above_its_file_s_origin_stands_all_the_same():
    motion = standing(FRAMES, FPS)
    raised = motion.root_translations + np.array([0, 0.7, 0])
    motion = attrs.evolve(motion, root_translations=raised)
    motion = attrs.evolve(motion, source=attrs.evolve(motion.source, ground_at_zero=False))
    report = measure(same_body(), moved(places_of(motion), [0, -0.7, 0]), motion)
    assert report["float"] == pytest.approx(0, abs=0.01)
    assert report.source("float") == pytest.approx(0, abs=0.01)


def test_feet_that_leave_the_floor_on_the_target_alone_lower_f1():
    motion = standing(FRAMES, FPS)
    lifted = np.zeros((FRAMES, 3))
    lifted[30:, 1] = 0.5
    report = measure(same_body(), moved(places_of(motion), lifted), motion)
    assert report["contact_f1"] == pytest.approx(2 / 3, abs=0.03)  # half of the contacts recalled
    assert measure(same_body(), places_of(motion), motion)["contact_f1"] == 1


def test_without_contact_there_is_nothing_to_say_of_it():
    motion = standing(FRAMES, FPS)
    hanging = np.zeros((FRAMES, 3))
    hanging[:, 0] = np.linspace(0, 5, FRAMES)  # five metres a second
    flying = attrs.evolve(motion, root_translations=motion.root_translations + hanging)
    report = measure(same_body(), places_of(flying), flying)
    for name in ("slip", "drift", "float", "contact_f1", "slip_ratio"):
        assert report[name] is None


def naive(points, touching, fps):
    """Speeds and extents by loops: points (P, F, 3), touching (P, F)."""
    speeds, extents = [], []
    for path, on in zip(points, touching, strict=True):
        run = []
        for f, contact in enumerate([*on, False]):
            if contact:
                run.append(path[f])
                if f and on[f - 1]:
                    dx, _, dz = path[f] - path[f - 1]
                    speeds.append((dx**2 + dz**2) ** 0.5 * fps)
            elif run:
                xs, _, zs = zip(*run, strict=True)
                extents.append(((max(xs) - min(xs)) ** 2 + (max(zs) - min(zs)) ** 2) ** 0.5)
                run = []
    return np.array(speeds), np.array(extents)


def test_figures_are_those_of_loops_on_a_walk(tmp_path):
    motion = retarget.load_motion(demo.write_clip(tmp_path / "walk.npz"))
    rig = retarget.load_rig()
    clip = retarget.Retargeter(rig, options=retarget.Options(frame0="none")).retarget(motion)
    report = measure_clip(clip, motion)
    ground = floor.estimate(motion, NumpyFK())
    source = places_of(motion)
    labels = contacts.detect(motion, source, ground)
    assert sum(len(runs_of(on)) for on in labels.touching) > 3

    shaped = NumpyFK().solve(rig.skeleton, clip.rotations, clip.root_translations)
    for side, world, found, level in (
        ("source", source, soles.soles_of_source(motion.skeleton), ground.toe_level - floor.SOLE),
        ("target", shaped, soles.soles_of_rig(rig), rig.floor),
    ):
        points = {
            foot: sole.points(
                (world.rotations[sole.ankle], world.positions[sole.ankle]),
                (world.rotations[sole.toe], world.positions[sole.toe]),
            ).astype(float)
            for foot, sole in found.items()
        }
        heels_and_balls = [
            points[point.split("_")[0]][0 if point.endswith("ankle") else 1]
            for point in labels.points
        ]
        speeds, extents = naive(heels_and_balls, labels.touching, motion.fps)
        depths = [max(0, level - p[1]) for foot in points.values() for q in foot for p in q]
        beside = []
        for point, on in zip(labels.points, labels.touching, strict=True):
            foot = points[point.split("_")[0]]
            for f in np.flatnonzero(on):
                lowest = foot[0, f, 1] if point.endswith("ankle") else min(foot[1:, f, 1])
                beside.append(abs(lowest - level))
        expected = {
            "slip": np.mean(speeds),
            "slip_p95": np.percentile(speeds, 95),
            "drift": np.mean(extents),
            "drift_max": np.max(extents),
            "penetration": np.mean(depths),
            "penetration_p95": np.percentile(depths, 95),
            "float": np.mean(beside),
            "float_max": np.max(beside),
        }
        for name, value in expected.items():
            figure = report[name] if side == "target" else report.source(name)
            assert figure == pytest.approx(100 * value, abs=0.02), (side, name)


def test_the_extent_is_that_of_the_box():
    assert extent(np.array([[0, 0], [3, 1], [1, 4.0]])) == 5


def test_stillness_over_stillness_is_one():
    assert ratio(0.0, 0.0, 0.01) == 1
    assert ratio(1.0, 0.0, 0.01) > 100
    assert ratio(None, 1.0, 0.01) is None


def test_a_target_without_toes_is_judged_by_its_ankles():
    motion = standing(FRAMES, FPS)
    names = [n for n in same_body().skeleton.names if not n.endswith("_foot")]
    rows = [same_body().skeleton.index[n] for n in names]
    rig = rig_at(GROUNDED[rows], names)
    world = places_of(motion)
    part = World(rotations=world.rotations[rows], positions=world.positions[rows])
    report = measure(rig, moved(part, [0, 0.01, 0]), motion)
    assert report["float"] == pytest.approx(1, abs=0.01)
    assert report["slip"] == pytest.approx(0, abs=1e-4)


def climbing(step):
    """A source that stands still, then stands still on a step: no floor is under it there."""
    heights = np.full((90, 1), 0.02)
    heights[45:] += step
    return upright(heights[:, 0], fps=FPS, ground_at_zero=True)


def test_who_stands_on_a_step_neither_floats_nor_sinks():
    motion = climbing(0.3)
    world = places_of(motion)
    report = measure(same_body(), world, motion)
    for name in ("float", "float_max", "penetration_max"):
        assert report[name] == pytest.approx(0, abs=0.02)
        assert report.source(name) == pytest.approx(0, abs=0.02)
    sunk = np.zeros((90, 3))
    sunk[45:, 1] = -0.02
    deep = measure(same_body(), moved(world, sunk), motion)
    assert deep["penetration_max"] == pytest.approx(2, abs=0.02)
    assert deep["float_max"] == pytest.approx(2, abs=0.02)


def test_a_foot_in_the_air_over_a_step_sinks_into_none():
    """The source hops onto a step of 30 cm; the target hops lower, and comes down as high."""
    share, flat = np.linspace(0, 1, 40), np.zeros(40)
    heights = 0.02 + np.concatenate([flat, 0.3 * share, flat + 0.3])
    hop = np.concatenate([flat, np.sin(np.pi * share), flat])
    motion = upright(heights + 0.4 * hop, fps=FPS, ground_at_zero=True)
    lower = moved(places_of(motion), -0.25 * hop[:, None] * [0, 1, 0])
    report = measure(same_body(), lower, motion)
    assert report["penetration_max"] == pytest.approx(0, abs=0.02)
    # On the step it does count.
    sunk = moved(lower, -0.02 * (np.arange(120) >= 80)[:, None] * [0, 1, 0])
    assert measure(same_body(), sunk, motion)["penetration_max"] == pytest.approx(2, abs=0.05)


def test_steps_are_as_high_as_the_legs_are_long():
    motion = climbing(0.3)
    world = places_of(motion)
    twice = attrs.evolve(world, positions=2 * world.positions)
    report = measure(rig_at(2 * GROUNDED, floor=0.0), twice, motion)
    assert report["float_max"] == pytest.approx(0, abs=0.03)
    assert report["contact_f1"] > 0.95


def test_the_detector_does_not_mind_how_a_rig_s_axes_lie(tmp_path):
    motion = retarget.load_motion(demo.write_clip(tmp_path / "walk.npz", seconds=3.0))
    rig = scrambled(a_posed())
    clip = retarget.Retargeter(rig, options=retarget.Options(frame0="none")).retarget(motion)
    assert measure_clip(clip, motion)["contact_f1"] > 0.97
