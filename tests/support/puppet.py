"""A puppet: a body posed over time by where its parts go, one joint and all frames at a time."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.transform import Rotation

from retarget import roles, smpl
from retarget.values import Motion, Source

REST = smpl.SMPLH_T_POSE
AT = {role: j for j, role in enumerate(roles.HUMANOID)}
X, Y, Z = np.eye(3)

ANKLE = {"left": 0.0758, "right": 0.0719}
"""Metres of the ankles over the soles, 2 cm below the toe joints."""


def bone(role):
    """(3,) from the parent of a joint to it, at rest."""
    return REST[AT[role]] - REST[AT[roles.PARENT[role]]]


def keyed(t, keys, smooth=0.05):
    """(F,) or (F, C): through values at times, {seconds: value}, without a jump in speed."""
    curve = PchipInterpolator(list(keys), np.array(list(keys.values()), float))
    values = curve(np.clip(t, min(keys), max(keys)))
    return gaussian_filter1d(values, smooth / (t[1] - t[0]), axis=0, mode="nearest")


def about(axis, degrees):
    """Rotations by (F,) degrees about an axis."""
    return Rotation.from_rotvec(np.radians(np.asarray(degrees))[:, None] * axis)


def aimed(turn, vector, goal):
    """A rotation turned the shortest way so that it brings `vector` (3,) to point as `goal`."""
    a = turn.apply(vector)
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = goal / np.linalg.norm(goal, axis=1, keepdims=True)
    q = np.concatenate([np.cross(a, b), 1 + (a * b).sum(1, keepdims=True)], axis=1)
    return Rotation.from_quat(q) * turn


class Puppet:
    """World rotations and positions by role; a joint that nobody turns keeps its parent's turn."""

    def __init__(self, seconds, fps=60.0):
        self.fps = fps
        self.t = np.arange(round(seconds * fps) + 1) / fps
        self.turn, self.at = {}, {}

    def carry(self, role):
        """Place a joint where its parent carries it, not turned."""
        parent = roles.PARENT[role]
        if role not in self.at:
            if parent not in self.at:
                self.carry(parent)
            self.turn[role] = self.turn[parent]
            self.at[role] = self.at[parent] + self.turn[parent].apply(bone(role))
        return self.at[role]

    def pelvis(self, at, turn):
        self.at["pelvis"], self.turn["pelvis"] = np.array(at), turn

    def bend(self, role, *turns):
        """Turn a joint further, one rotation after the other, in its own axes."""
        self.carry(role)
        for turn in turns:
            self.turn[role] = self.turn[role] * turn

    def spine(self, turn):
        """Give each of three joints a turn."""
        for role in ("spine1", "spine2", "spine3"):
            self.bend(role, turn)

    def world(self, role, turn):
        self.carry(role)
        self.turn[role] = turn

    def settle(self, role, turn, share):
        """Turn a joint towards a world rotation by a share (F,) of the way."""
        self.carry(role)
        way = (self.turn[role].inv() * turn).as_rotvec()
        self.turn[role] = self.turn[role] * Rotation.from_rotvec(share[:, None] * way)

    def aim(self, role, child, goal):
        """Point the bone from a joint to its child at a place (F, 3)."""
        self.carry(role)
        self.turn[role] = aimed(self.turn[role], bone(child), goal - self.at[role])

    def limb(self, upper, lower, end, goal, pole):
        """Bring the end of a limb to a place (F, 3), bent towards `pole` (F, 3), by hinge."""
        root = self.carry(upper)
        a, b = np.linalg.norm(bone(lower)), np.linalg.norm(bone(end))
        line = goal - root
        far = np.linalg.norm(line, axis=1)
        reach = np.clip(far, abs(a - b) + 1e-3, 0.998 * (a + b))
        line /= far[:, None]
        side = pole - (pole * line).sum(1, keepdims=True) * line
        side /= np.linalg.norm(side, axis=1, keepdims=True)
        cosine = (a * a + reach * reach - b * b) / (2 * a * reach)
        mid = root + a * (cosine[:, None] * line + np.sqrt(1 - cosine**2)[:, None] * side)
        # The limb's own bending plane: what bends forward at rest keeps facing the pole.
        self.aim(upper, lower, mid)
        front = {"knee": Z, "elbow": -Z}[lower.split("_")[1]]
        along = (mid - root) / a
        own, wanted = (
            v - (v * along).sum(1, keepdims=True) * along
            for v in (self.turn[upper].apply(front), side)
        )
        angle = np.arctan2((np.cross(own, wanted) * along).sum(1), (own * wanted).sum(1))
        self.turn[upper] = Rotation.from_rotvec(angle[:, None] * along) * self.turn[upper]
        self.aim(lower, end, root + reach[:, None] * line)

    def leg(self, side, ankle, pole, foot=None):
        self.limb(f"{side}_hip", f"{side}_knee", f"{side}_ankle", ankle, pole)
        if foot is not None:
            self.world(f"{side}_ankle", foot)

    def arm(self, side, wrist, pole, hand=None):
        self.limb(f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist", wrist, pole)
        if hand is not None:
            self.world(f"{side}_wrist", hand)

    def hang(self, swing=0.0, aside=12.0):
        """Let the arms hang from the chest, swung forward by (F,) degrees against each other."""
        for side, sign in (("left", 1), ("right", -1)):
            down = about(Z, np.full(len(self.t), -sign * (90 - aside)))
            self.bend(f"{side}_shoulder", about(X, -sign * swing * np.ones(len(self.t))), down)
            self.bend(f"{side}_elbow", about(Y, np.full(len(self.t), -sign * 15.0)))

    def each(self, value):
        """(F, 3) the same on every frame."""
        return np.tile(np.asarray(value, float), (len(self.t), 1))

    def motion(self, *, ground_at_zero=True):
        for role in roles.HUMANOID[1:]:
            self.carry(role)
        turns = [(self.turn.get(roles.PARENT[role]), self.turn[role]) for role in roles.HUMANOID]
        local = [own if up is None else up.inv() * own for up, own in turns]
        local = np.array([turn.as_quat() for turn in local])
        flips = np.where((local[:, 1:] * local[:, :-1]).sum(-1) < 0, -1, 1)
        local[:, 1:] *= np.cumprod(flips, axis=1)[..., None]
        return Motion(
            skeleton=smpl.smplh(),
            fps=self.fps,
            rotations=local,
            root_translations=self.at["pelvis"],
            source=Source(ground_at_zero=ground_at_zero),
        )
