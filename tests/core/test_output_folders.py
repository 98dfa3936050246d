"""Folders that may not be written into, said before any work; root may write into all of them."""

from __future__ import annotations

import os

import pytest

from retarget.errors import OutputExistsError, RetargetError
from retarget.output import refuse


@pytest.mark.parametrize("name", ["out.glb", "new/deeper/out.glb"])
def test_a_folder_that_is_closed_is_told_by_its_name(tmp_path, monkeypatch, name):
    asked = []

    def closed(path, mode):
        asked.append((path, mode))
        return False

    refuse(tmp_path / name, overwrite=False)
    monkeypatch.setattr(os, "access", closed)
    with pytest.raises(RetargetError, match=r"out\.glb: cannot be written .*into .*") as caught:
        refuse(tmp_path / name, overwrite=True)
    assert str(tmp_path.resolve()) in str(caught.value)
    # To make a name in a folder takes both.
    assert asked == [(tmp_path.resolve(), os.W_OK | os.X_OK)]


def test_a_file_that_is_there_is_told_first(tmp_path, monkeypatch):
    (tmp_path / "out.glb").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputExistsError):
        refuse(tmp_path / "out.glb", overwrite=False)
