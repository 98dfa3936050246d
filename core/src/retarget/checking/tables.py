"""Figures for people: a table of one file, a line for each of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget.checking.limits import keeps
from retarget.checking.metrics import METRICS
from retarget.checking.provenance import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from retarget.checking.figures import Figure
    from retarget.checking.files import Checked
    from retarget.checking.summary import Summary

HEADLINE = (
    "slip",
    "drift_max",
    "penetration_p95",
    "float_p95",
    "leg_direction_max",
    "hand_hand",
    "jerk_added",
    "snap",
    "frame0_error",
)
"""What a line of many files shows besides the figures that have limits."""

_WIDTH = 11


def of_one(checked: Checked, limits: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of one file's table."""
    report, passes = checked.report, checked.passes
    made = "not stated" if passes is None else ", ".join(passes) or "none"
    yield f"{checked.file} against {checked.source}"
    yield f"{report.frames} frames of motion at {report.fps:g} per second, passes: {made}"
    if checked.travel != KEPT:
        yield "in place: measured with its travel put back, on the hips' path without passes"
    yield ""
    yield f"{'':26}{'target':>{_WIDTH}}{'source':>{_WIDTH}}"
    absent = []
    for name, figure in report.figures.items():
        if figure.target is None and name not in limits:
            absent.append(name)
            continue
        said = _limit(figure, limits[name]) if name in limits else ""
        if figure.moment is not None:
            where = f"{figure.moment.joint}, frame {figure.moment.frame}"
            said = f"{said}  {where}" if said else where
        row = f"{name:26}{number(figure.target)}{number(figure.source, absent='')}"
        yield f"{row}  {figure.metric.unit:13}{said}".rstrip()
    if absent:
        yield ""
        yield f"not measurable here: {', '.join(absent)}"


def header(limits: Mapping[str, float]) -> str:
    """Return the line above many files' lines: what each column shows, in which unit."""
    names = "".join(f" {name:>{_column(name)}}" for name in columns(limits))
    units = "".join(f" {METRICS[name].unit:>{_column(name)}}" for name in columns(limits))
    return f"{names}  file\n{units}"


def line(checked: Checked, limits: Mapping[str, float], *, named: bool) -> str:
    """Return one of many files' lines; `!` marks what is beyond its limit.

    `named`: with the animation, for files of which several are told.
    """
    cells = []
    for name in columns(limits):
        figure = checked.report.figures[name]
        fails = name in limits and not keeps(figure, limits[name])
        cells.append(_cell(name, figure.target, mark="!" if fails else ""))
    animation = f" [{checked.animation}]" if named else ""
    return f"{''.join(cells)}  {checked.file}{animation}"


def totals(summary: Summary, limits: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines below many files' lines."""
    for label, values in (("worst", summary.worst), ("mean", summary.mean)):
        cells = "".join(_cell(name, values[name]) for name in columns(limits))
        yield f"{cells}  {label}"


def columns(limits: Mapping[str, float]) -> tuple[str, ...]:
    """Return the figures that a line shows."""
    return tuple(dict.fromkeys((*HEADLINE, *limits)))


def number(value: float | None, *, absent: str = "-", width: int = _WIDTH) -> str:
    """Return a figure with as many digits as say something."""
    if value is None:
        return f"{absent:>{width}}"
    digits = 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:{width}.{digits}f}"


def _column(name: str) -> int:
    return max(len(name), len(METRICS[name].unit), 8)


def _cell(name: str, value: float | None, mark: str = "") -> str:
    return f" {mark + number(value, width=0).strip():>{_column(name)}}"


def _limit(figure: Figure, limit: float) -> str:
    sign = ">=" if figure.metric.at_least else "<="
    if figure.target is None:
        return f"{sign} {limit:g}  not measurable"
    return f"{sign} {limit:g}  {'ok' if keeps(figure, limit) else 'BEYOND'}"
