"""The judge: measures a finished file, or a clip in memory, against the motion it was made from.

    from retarget.checking import measure_clip
    report = measure_clip(clip, motion)      # a clip as a pass returns it
    report["slip"], report.source("slip")

Formulas and thresholds: docs/check.md.
"""

from __future__ import annotations

from retarget.checking.figures import Figure, Metric, Report
from retarget.checking.files import Checked, check_file
from retarget.checking.metrics import METRICS, measure, measure_clip

__all__ = [
    "METRICS",
    "Checked",
    "Figure",
    "Metric",
    "Report",
    "check_file",
    "measure",
    "measure_clip",
]
