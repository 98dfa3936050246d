"""Without their peers tests skip and say why; where the peers are required they fail."""

from __future__ import annotations

import pytest

from support import peers


@pytest.fixture(params=["no node", "no packages"])
def bare(request, tmp_path, monkeypatch):
    if request.param == "no node":
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        monkeypatch.setattr(peers, "PEERS", tmp_path)
        monkeypatch.setattr(peers.shutil, "which", lambda _: "node")
    return tmp_path


def test_skipped_with_a_reason(bare, monkeypatch):
    monkeypatch.delenv("RETARGET_REQUIRE_PEERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"node|npm ci"):
        peers.validate([bare / "x.glb"])


def test_failed_where_required(bare, monkeypatch):
    monkeypatch.setenv("RETARGET_REQUIRE_PEERS", "1")
    with pytest.raises(pytest.fail.Exception, match=r"node|npm ci"):
        peers.three_world(bare / "x.glb", [0])
