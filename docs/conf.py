"""How Sphinx builds these pages: MyST reads the Markdown, furo dresses it."""

from __future__ import annotations

from importlib.metadata import version as _version

project = "retarget"
author = "the retarget contributors"
copyright = author
release = version = _version("retarget-core")

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
# Some links lead out of this folder, to the examples; tests/core/test_docs.py checks every link.
suppress_warnings = ["myst.xref_missing"]

html_theme = "furo"
html_title = f"retarget {release}"
