"""What a file says beside its motion: frame rate, gender, body shape, and whether it is AMASS."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retarget.errors import FileReadError
from retarget.options import FASTEST, SLOWEST
from retarget_motion import headers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retarget.npz import Npz
    from retarget.options import Options

_AMASS_RATES = ("mocap_framerate", "mocap_frame_rate")
_RATES = (*_AMASS_RATES, "fps", "frameRate", "frame_rate", "framerate")
"""Names of the frame rate: SMPL-H, SMPL-X, then others'."""

_DEFAULT_RATE = 60.0
_CODEC_GENDERS = ("neutral", "male", "female")
"""Gender by its number in `.smpl` files (smplcodec, class SMPLGender)."""


def is_amass(npz: Npz) -> bool:
    """Tell whether the file is AMASS's own: a mocap rate together with gender or betas."""
    return any(key in npz for key in _AMASS_RATES) and ("gender" in npz or "betas" in npz)


def frame_rate(npz: Npz, options: Options) -> tuple[float, tuple[str, ...]]:
    """Return frames/s and warnings: what the user said, else the file, else 60.

    A rate within 1e-3 of a whole number is that number (120.00004577 is 120).

    Raises:
        FileReadError: the file states a rate that cannot be one.

    """
    if options.source_fps is not None:
        return options.source_fps, ()
    key = next((key for key in _RATES if key in npz), None)
    if key is None:
        assumed = f"no frame rate in the file: {_DEFAULT_RATE:g} assumed; --source-fps sets it."
        return _DEFAULT_RATE, (assumed,)
    value = headers.scalar(npz, key)
    rate = float(value) if isinstance(value, int | float) else math.nan
    if not SLOWEST <= rate <= FASTEST:  # no capture comes near: another unit, or damage
        said = headers.describe(npz, key) if value is None else f"{key!r} {value!r}"
        raise FileReadError(
            f"{npz.path}: {said} is no frame rate; give the right one with --source-fps."
        )
    return (float(round(rate)) if rate > 0.5 and abs(rate - round(rate)) < 1e-3 else rate), ()


def gender(npz: Npz) -> str | None:
    """Return the gender in lower case, from text, bytes or a `.smpl` file's number."""
    value = headers.scalar(npz, "gender")
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if isinstance(value, str):
        return "".join(filter(str.isprintable, value)).strip().lower() or None
    if isinstance(value, int) and 0 <= value < len(_CODEC_GENDERS):
        return _CODEC_GENDERS[value]
    return None


def betas(npz: Npz) -> NDArray[np.float32] | None:
    """Return the (B,) shape coefficients, of several rows the first; None where not finite."""
    for key in ("betas", "shapeParameters"):
        shape = npz.shape(key)
        if shape and math.prod(shape) and headers.is_numeric(npz, key):
            with np.errstate(over="ignore"):
                first = np.array(npz.read(key)[(0,) * (len(shape) - 1)], dtype=np.float32)
            return first if np.isfinite(first).all() else None
    return None
