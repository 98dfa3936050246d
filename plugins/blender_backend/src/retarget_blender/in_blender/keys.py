"""Keys in bulk: layered actions, as Blender 4.5 and 5.0 both have them.

Needs bpy and numpy alone.

SPDX-License-Identifier: GPL-3.0-or-later
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

LINEAR = 1
"""Number of the interpolation "LINEAR" where keyframes are set in bulk."""


def curves_of(thing: Any, action: Any) -> Any:
    """Let an action move a thing, by a slot of its own; return the bag of that slot's curves."""
    slot = action.slots.new("OBJECT", thing.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    data = thing.animation_data_create()
    data.action, data.action_slot = action, slot
    return strip.channelbag(slot, ensure=True)


def add_keys(bag: Any, path: str, values: Array, group: str = "") -> None:
    """Key a property with values (F, C) on frames 0 … F - 1, a curve per component."""
    keys = np.empty((len(values), 2), np.float32)
    keys[:, 0] = np.arange(len(values))
    linear = np.full(len(values), LINEAR, np.int32)
    channels = (bag.groups.get(group) or bag.groups.new(group)) if group else None
    for component in range(values.shape[1]):
        curve = bag.fcurves.new(path, index=component)
        if channels:
            curve.group = channels
        keys[:, 1] = values[:, component]
        curve.keyframe_points.add(len(values))
        curve.keyframe_points.foreach_set("co", keys.reshape(-1))
        curve.keyframe_points.foreach_set("interpolation", linear)
        curve.update()
