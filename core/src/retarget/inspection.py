"""What a motion file is: layout, rate, axes, body, hands, and how the body meets the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retarget import contacts, floor
from retarget.fk import NumpyFK
from retarget.root_jumps import mended
from retarget.runs import runs_of

if TYPE_CHECKING:
    from retarget.values import Motion

NEAR_FLOOR = 0.12
"""Metres above the floor below which a joint's flesh touches it; knees are that thick."""

PARTS = ("left_knee", "right_knee", "pelvis", "left_wrist", "right_wrist", "head")
"""Joints besides the feet whose nearness to the floor is worth telling."""


def inspect(motion: Motion) -> dict[str, Any]:
    """Return JSON-able facts on a motion; heights in metres, shares from 0 to 1."""
    motion = mended(motion)
    source = motion.source
    return {
        "file": str(source.path) if source.path else None,
        "layout": source.kind,
        "frames": motion.frames,
        "frame_rate": motion.fps,
        "seconds": round((motion.frames - 1) / motion.fps, 6),
        "joints": len(motion.skeleton),
        "up": source.up,
        "up_decided_by": source.up_decided_by,
        "gender": source.gender,
        "subject": source.subject,
        "betas": None if source.betas is None else [round(float(b), 4) for b in source.betas],
        "hands": source.hands,
        "floor": _floor(motion),
        "warnings": list(motion.warnings),
    }


def _floor(motion: Motion) -> dict[str, Any] | None:
    solver = NumpyFK()
    ground = floor.estimate(motion, solver)
    if ground is None:
        return None
    world = solver.solve(motion.skeleton, motion.rotations, motion.root_translations)
    feet = contacts.detect(motion, world, ground)
    height = ground.toe_level - floor.SOLE
    index = motion.skeleton.index
    return {
        "height": round(height, 4),
        "found_by": ground.found_by,
        "feet": {
            point: {"share": round(float(on.mean()), 4), "contacts": len(runs_of(on))}
            for point, on in zip(feet.points, feet.touching, strict=True)
        },
        "near": {
            part: round(float((world.positions[index[part], :, 1] < height + NEAR_FLOOR).mean()), 4)
            for part in PARTS
            if part in index
        },
    }
