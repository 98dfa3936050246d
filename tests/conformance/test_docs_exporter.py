"""The exporter that its hook's page shows treats files as the kit demands."""

from __future__ import annotations

import re

import numpy as np

from retarget.testing import ReadBack
from retarget.testing.exporter_files import ExportedFileTests
from support.data import ROOT

PAGE = (ROOT / "docs" / "hooks" / "retarget_exporters.md").read_text(encoding="utf-8")


class TestTheExampleOfThePage(ExportedFileTests):
    def make(self):
        (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
        names = {}
        exec(compile(code, "the example", "exec"), names)  # noqa: S102 - what the page says
        (provider,) = names["retarget_exporters"]()
        return provider.load()

    def read(self, path):
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        names = tuple(dict.fromkeys(n.rpartition(".")[0] for n in header.split(",")[3:]))
        places = np.zeros((len(names), len(rows), 4, 4))  # a table of rotations tells none
        return ReadBack(
            names=names,
            parents=tuple(range(-1, len(names) - 1)),
            times=np.arange(len(rows), dtype=np.float32),
            world=places,
            rest=places[:, 0],
        )
