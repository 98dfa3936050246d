"""The checks of an exporter."""

from __future__ import annotations

from retarget.testing.exporter_files import ExportedFileTests
from retarget.testing.exporter_motion import ExportedMotionTests


class ExporterTests(ExportedMotionTests, ExportedFileTests):
    """Subclass as `Test…` and return your exporter from `make`.

    For a format other than GLB return from `read` what a file says, read by other means than your
    exporter writes it with.
    """
