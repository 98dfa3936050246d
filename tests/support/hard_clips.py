"""Motions that are hard to retarget, made up: on the floor, in the air, on stairs, on hands.

Floors are at height 0; bodies are the mean one, whose skin lies `SKIN` around its joints.
"""

from __future__ import annotations

import functools
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from retarget import demo, roles, smpl
from retarget.values import Motion, Source
from support.puppet import ANKLE, REST, Puppet, X, Y, Z, about, bone, keyed

STANDING = 0.93
"""Height of the pelvis with knees a little bent."""

SKIN = {
    "pelvis": 0.11,
    "spine1": 0.11,
    "spine2": 0.11,
    "spine3": 0.12,
    "head": 0.09,
    "shoulder": 0.07,
    "hip": 0.1,
    "knee": 0.055,
    "elbow": 0.04,
    "wrist": 0.03,
    "ankle": 0.04,
    "foot": 0.02,
    "middle3": 0.01,
    "thumb3": 0.01,
}
"""Metres of flesh about the joints of the mean body."""

STEP, TREAD = 0.17, 0.29
"""Metres that a stair rises, and is deep."""

SIDES = (("left", 1.0), ("right", -1.0))


def skin(role):
    return SKIN.get(role, SKIN.get(role.split("_")[-1]))


def hip_width(side):
    return REST[roles.HUMANOID.index(f"{side}_hip"), 0]


def laid(p):
    """Raise the body, softly, by what keeps its skin on the floor."""
    for role in roles.HUMANOID[1:]:
        p.carry(role)
    lowest = np.min([p.at[r][:, 1] - skin(r) for r in p.at if skin(r)], axis=0)
    up = gaussian_filter1d(lowest, 0.05 * p.fps, mode="nearest")
    for role in p.at:
        p.at[role] = p.at[role] - up[:, None] * Y
    return p.motion()


def lying():
    """On the back, arms at the sides; turning over; on the front."""
    p = Puppet(4.0)
    roll = keyed(p.t, {0: 0, 1.2: 0, 2.6: 180, 4: 180}, 0.15)
    p.pelvis(p.each([0, 0.2, 0]), about(X, np.full(len(p.t), -90.0)) * about(Y, roll))
    p.spine(about(X, 3 * np.sin(np.radians(roll))))
    for side, sign in SIDES:
        p.bend(f"{side}_hip", about(Z, np.full(len(p.t), 4.0 * sign)))
        p.bend(f"{side}_knee", about(X, 6 + 4 * np.sin(np.radians(roll))))
        p.bend(f"{side}_ankle", about(X, np.full(len(p.t), 40.0)))
        # arms close to the body, over the head while it turns
        over = keyed(p.t, {0: -80, 0.4: -80, 1.2: 80, 4: 80}, 0.1)
        p.bend(f"{side}_shoulder", about(Z, sign * over))
    return laid(p)


def crawling():
    """On hands and knees, three cycles."""
    p = Puppet(4.0)
    period, speed = 1.2, 0.25
    stride = speed * period
    ahead = speed * p.t
    thigh = float(np.linalg.norm(REST[4] - REST[1]))

    def place(offset, swing=0.3):
        """How far a limb's end is (F,), and how high: still but for a share of each period."""
        cycle = p.t / period + offset
        u = np.clip((cycle % 1 - (1 - swing)) / swing, 0, 1)
        way = u**3 * (10 - 15 * u + 6 * u * u)
        return stride * (np.floor(cycle) + way - offset), 0.05 * (4 * u * (1 - u)) ** 2

    knees = {"left": place(0.0), "right": place(0.5)}
    hands = {"left": place(0.5), "right": place(0.0)}
    off = [knees[side][0] - ahead for side, _ in SIDES]
    middle = np.mean([o.mean() for o in off])
    height = np.sqrt(thigh**2 - (np.mean(np.square([o - middle for o in off]), axis=0)))
    pitch = about(X, np.full(len(p.t), 80.0))
    hips = np.mean([bone("left_hip"), bone("right_hip")], axis=0)
    height = skin("knee") + height - pitch.apply(hips)[:, 1]
    p.pelvis(np.stack([0 * p.t, height, ahead + middle - 0.02], 1), pitch)
    p.spine(about(X, np.full(len(p.t), 2.0)))
    p.bend("neck", about(X, np.full(len(p.t), -30.0)))
    p.bend("head", about(X, np.full(len(p.t), -25.0)))
    flat = about(X, np.full(len(p.t), 90.0)) * about(X, np.full(len(p.t), 75.0))
    for side, sign in SIDES:
        far, up = knees[side]
        x = np.full(len(p.t), hip_width(side) * 1.1)
        p.aim(f"{side}_hip", f"{side}_knee", np.stack([x, skin("knee") + up, far], 1))
        knee = p.carry(f"{side}_knee")
        low = np.stack([x, skin("ankle") + 0.02 + up, knee[:, 2] - 1], 1)
        p.aim(f"{side}_knee", f"{side}_ankle", low)
        p.world(f"{side}_ankle", flat)
        far, up = hands[side]
        wrist = np.stack([0 * x + 0.2 * sign, 0.05 + up, far + 0.47], 1)
        out = p.each([sign * 0.6, 0, -1])
        level = about(Y, np.full(len(p.t), -80.0 * sign))
        p.arm(side, wrist, out, level)
    return p.motion()


def cartwheel():
    """To the left: foot, hand, hand, foot, foot."""
    p = Puppet(3.0)
    t = p.t
    roll = keyed(t, {0: 0, 0.6: 0, 1.0: -70, 1.5: -180, 2.0: -290, 2.4: -360, 3: -360}, 0.06)
    x = keyed(t, {0: 0, 0.4: 0, 1.0: 0.75, 1.5: 1.35, 2.0: 1.95, 2.6: 2.7, 3: 2.7}, 0.06)
    y = keyed(t, {0: 0.93, 0.5: 0.93, 1.0: 0.86, 1.5: 1.06, 2.0: 0.86, 2.5: 0.93, 3: 0.93}, 0.06)
    p.pelvis(np.stack([x, y, 0 * x], 1), about(Z, roll))
    spread = keyed(t, {0: 0.0, 0.5: 0.3, 1.0: 1, 2.0: 1, 2.4: 0.3, 2.8: 0}, 0.06)
    up = keyed(t, {0: 0, 0.6: 1, 2.2: 1, 2.9: 0}, 0.06)
    plants = {
        "left": ({0: 0, 0.95: 0, 1.25: 1, 1.95: 1, 2.3: 2, 3: 2}, (0.1, 2.8)),
        "right": ({0: 0, 0.6: 0, 0.9: 1, 1.75: 1, 2.1: 2, 3: 2}, (-0.1, 2.4)),
    }
    hands = {"left": (0.8, 1.55, 1.15), "right": (1.1, 1.85, 1.6)}
    turn = p.turn["pelvis"]
    for side, sign in SIDES:
        state, (start, end) = plants[side]
        phase = keyed(t, state, 0.03)
        away = about(Z, sign * 42 * spread).apply(-Y) * 0.8
        free = p.carry(f"{side}_hip") + turn.apply(away)
        held = np.where(t[:, None] < 1.5, [start, ANKLE[side], 0], [end, ANKLE[side], 0])
        share = np.abs(phase - 1)[:, None]
        foot = turn * about(X, 50 * (1 - share[:, 0]))
        p.leg(
            side,
            share * held + (1 - share) * free,
            turn.apply(Z + 0.1 * sign * X),
            foot_between(foot, share[:, 0]),
        )
        down, leave, place = hands[side]
        hold = keyed(t, {0: 0, down - 0.15: 0, down: 1, leave: 1, leave + 0.15: 0, 3: 0}, 0.02)
        raised = about(Z, sign * 75 * (up - 1)).apply(np.array([sign * 0.5, 0.0, 0.0]))
        raised += up[:, None] * np.array([-sign * 0.35, 0.36, 0.0])
        overhead = p.carry(f"{side}_shoulder") + turn.apply(raised)
        ground = p.each([place, 0.05, 0.0])
        goal = hold[:, None] * ground + (1 - hold[:, None]) * overhead
        p.arm(side, goal, turn.apply(-Z + 0.2 * Y))
        p.settle(f"{side}_wrist", about(Y, np.full(len(t), -sign * 80.0)), hold)
    return p.motion()


def foot_between(turned, share):
    """Flat where held (share 1), as `turned` where free."""
    return Rotation.from_rotvec((1 - share)[:, None] * turned.as_rotvec())


def push_up():
    """Two of them, toes and hands in place."""
    p = Puppet(4.0)
    t = p.t
    down = 0.5 - 0.5 * np.cos(2 * np.pi * t / 2)
    height = 0.5 - 0.28 * down  # of the shoulders
    ball, length = np.array([0, 0.02, -0.95]), 1.25
    lean = np.degrees(np.arcsin((height - 0.13) / length))
    p.pelvis(p.each([0, 0, 0]), about(X, 90 - lean))
    for side, _ in SIDES:
        p.bend(f"{side}_ankle", about(X, np.full(len(t), -5.0)))
        p.bend(f"{side}_foot", about(X, np.full(len(t), -55.0)))
    toes = np.mean([p.carry(f"{s}_foot") for s, _ in SIDES], axis=0)
    p.at = {role: at + (ball - toes) for role, at in p.at.items()}
    p.bend("neck", about(X, np.full(len(t), -15.0)))
    for side, sign in SIDES:
        shoulder = p.carry(f"{side}_shoulder")
        wrist = p.each([0.26 * sign, 0.05, shoulder[:, 2].mean()])
        level = about(Y, np.full(len(t), -80.0 * sign))
        p.arm(side, wrist, p.each([0.5 * sign, 0.1, -1]), level)
    return p.motion()


def jump(height=0.4):
    """Straight up from a crouch, and landing in one."""
    p = Puppet(2.6)
    t = p.t
    flight = 2 * np.sqrt(2 * height / 9.81)
    leave = 1.0
    u = np.clip((t - leave) / flight, 0, 1)
    apex = 4 * height * u * (1 - u)
    land = leave + flight
    crouch = keyed(
        t,
        {0: 0, 0.3: 0, 0.7: -0.25, leave: 0.0, land: 0.0, land + 0.25: -0.2, land + 0.8: 0, 2.6: 0},
        0.03,
    )
    p.pelvis(np.stack([0 * t, STANDING + crouch + apex, 0 * t], 1), about(X, -60 * crouch))
    for side, _ in SIDES:
        point = keyed(t, {0: 0, leave - 0.1: 0, leave + 0.1: 35, land - 0.15: 30, land: 0, 2.6: 0})
        foot = np.stack([0 * t + hip_width(side), ANKLE[side] + apex, 0 * t - 0.02], 1)
        foot[:, 1] += 0.1 * np.sin(np.radians(point))
        p.leg(side, foot, p.each(Z), about(X, point))
    p.hang(0)
    return p.motion()


def swimming():
    """In the air, flat on the front, arms round and legs fluttering; it touches nothing."""
    p = Puppet(4.0)
    t = p.t
    p.pelvis(np.stack([0 * t, 1.6 + 0.05 * np.sin(3 * t), 0.8 * t], 1), about(X, 0 * t + 85.0))
    for n, (side, sign) in enumerate(SIDES):
        kick = 18 * np.sin(2 * np.pi * 2 * t + np.pi * n)
        p.bend(f"{side}_hip", about(X, kick))
        p.bend(f"{side}_knee", about(X, 18 - 15 * np.cos(2 * np.pi * 2 * t + np.pi * n)))
        p.bend(f"{side}_ankle", about(X, 0 * t + 45))
        round_ = np.degrees(2 * np.pi * 0.5 * t + np.pi * n)
        p.bend(f"{side}_shoulder", about(X, round_), about(Z, 0 * t - sign * 70))
        p.bend(f"{side}_elbow", about(Y, 0 * t - sign * 25))
    return p.motion(ground_at_zero=False)


def stride(p, plants):
    """Ankle path (F, 3) over places [(seconds of landing, (x, y, z))], each step 0.45 s long."""
    t, swing = p.t, 0.45
    at = np.tile(np.asarray(plants[0][1], float), (len(t), 1))
    for (_, before), (land, after) in pairwise(plants):
        u = np.clip((t - land + swing) / swing, 0, 1)
        way = (u**3 * (10 - 15 * u + 6 * u * u))[:, None]
        on = (t > land - swing)[:, None]
        a, b = np.asarray(before, float), np.asarray(after, float)
        arc = a + way * (b - a)
        # up first, then over
        climb = np.clip(1.6 * u, 0, 1) if b[1] > a[1] else np.clip(1.6 * u - 0.6, 0, 1)
        climb = climb**3 * (10 - 15 * climb + 6 * climb * climb)
        arc[:, 1] = a[1] + climb * (b[1] - a[1]) + 0.07 * (4 * u * (1 - u)) ** 2
        at = np.where(on, arc, at)
    return at


def stairs(steps=4):
    """Up so many stairs and, after two paces on top, down as many."""
    pace = 0.6
    levels = [0, *range(1, steps + 1), steps, steps, *range(steps - 1, -1, -1)]
    walks = [(n, STEP * level) for n, level in enumerate(levels)]
    end = 0.8 + pace * len(walks)
    p = Puppet(end + 0.6)
    t = p.t
    plants = {"left": [(0.0, 0, 0.0)], "right": [(0.0, 0, 0.0)]}
    for n, y in walks[1:]:
        side = "left" if n % 2 else "right"
        plants[side].append((0.8 + pace * n, n, y))
    last = max(plants.values(), key=lambda one: one[-1][1])[-1]
    other = min(plants.values(), key=lambda one: one[-1][1])
    other.append((last[0] + pace * 0.9, last[1], last[2]))
    feet = {}
    for side, _ in SIDES:
        places = [
            (when, (hip_width(side), ANKLE[side] + y, TREAD * n)) for when, n, y in plants[side]
        ]
        feet[side] = stride(p, places)
    middle = (feet["left"] + feet["right"]) / 2
    low = np.minimum(feet["left"][:, 1], feet["right"][:, 1]) - 0.074
    z = gaussian_filter1d(middle[:, 2] - 0.0, 0.2 * p.fps, mode="nearest")
    y = gaussian_filter1d(0.75 * low + 0.25 * (middle[:, 1] - 0.074), 0.09 * p.fps, mode="nearest")
    p.pelvis(np.stack([0 * t, STANDING - 0.03 + y, z], 1), about(X, 0 * t + 6))
    for side, _ in SIDES:
        p.leg(side, feet[side], p.each(Z), about(X, 0 * t))
    p.hang(20 * np.sin(np.pi * t / pace))
    return p.motion()


def sitting():
    """Down on a chair of 45 cm, and up again, feet in place."""
    p = Puppet(5.0)
    t = p.t
    sit = keyed(t, {0: 0, 0.5: 0, 1.7: 1, 3.2: 1, 4.4: 0, 5: 0}, 0.1)
    lean = keyed(t, {0: 0, 0.5: 0, 1.2: 40, 1.8: 5, 3.0: 5, 3.7: 40, 4.4: 0, 5: 0}, 0.1)
    p.pelvis(np.stack([0 * t, STANDING - 0.38 * sit, -0.4 * sit], 1), about(X, lean))
    for side, _ in SIDES:
        foot = p.each([hip_width(side) * 1.2, ANKLE[side], -0.02])
        p.leg(side, foot, p.each(Z), about(X, 0 * t))
    p.hang(0)
    return p.motion()


def tiptoe():
    """Six paces with the heels up all the time."""
    p = Puppet(4.4)
    t, pace, pitch = p.t, 0.6, 40.0
    plants = {"left": [(0.0, 0)], "right": [(0.0, 0)]}
    for n in range(1, 7):
        plants["left" if n % 2 else "right"].append((0.6 + pace * n, n))
    feet = {}
    for side, _ in SIDES:
        toe = REST[roles.HUMANOID.index(f"{side}_foot")]
        ankle = REST[roles.HUMANOID.index(f"{side}_ankle")]
        up = Rotation.from_euler("x", pitch, degrees=True).apply(ankle - toe)
        at = [
            (when, (hip_width(side), 0.02 + up[1], 0.3 * n + up[2] + 0.12))
            for when, n in plants[side]
        ]
        feet[side] = stride(p, at)
    middle = (feet["left"] + feet["right"]) / 2
    z = gaussian_filter1d(middle[:, 2], 0.15 * p.fps, mode="nearest")
    p.pelvis(np.stack([0 * t, 0 * t + STANDING + 0.07, z], 1), about(X, 0 * t))
    for side, _ in SIDES:
        p.leg(side, feet[side], p.each(Z), about(X, 0 * t + pitch))
        p.world(f"{side}_foot", about(X, 0 * t))
    p.hang(15 * np.sin(np.pi * t / pace))
    return p.motion()


def of_demo(fps=120.0, frames=None, seconds=4.0):
    """The demo clip at a rate, or its first frames from the walk on."""
    made = demo.make_clip(seconds=20.0, fps=fps)
    start = round(3 * fps)
    some = slice(start, start + (frames or round(seconds * fps)))
    poses = np.swapaxes(made["poses"][some].reshape(-1, 52, 3), 0, 1)
    local = Rotation.from_rotvec(poses.reshape(-1, 3)).as_quat().reshape(52, -1, 4)
    z_up = Rotation.from_euler("x", -90, degrees=True)
    local[0] = (z_up * Rotation.from_quat(local[0])).as_quat()
    root = z_up.apply(made["trans"][some] + smpl.SMPLH_T_POSE[0])
    return Motion(
        skeleton=smpl.smplh(),
        fps=fps,
        rotations=local,
        root_translations=root,
        source=Source(ground_at_zero=True),
    )


MOTIONS = {
    "lying": lying,
    "crawling": crawling,
    "cartwheel": cartwheel,
    "push-up": push_up,
    "jump": jump,
    "swimming": swimming,
    "stairs": stairs,
    "sitting": sitting,
    "tiptoe": tiptoe,
    "15 fps": functools.partial(of_demo, 15.0),
    "250 fps": functools.partial(of_demo, 250.0),
    "one frame": functools.partial(of_demo, frames=1),
    "two frames": functools.partial(of_demo, frames=2),
    "three frames": functools.partial(of_demo, frames=3),
}


@functools.cache
def hard(name) -> Motion:
    """One of `MOTIONS`, made once."""
    return MOTIONS[name]()
