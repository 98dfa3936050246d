"""A worker that dies, hangs or grows costs one clip at most, and no Blender outlives its host."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from retarget.errors import PluginError, RetargetError
from retarget.options import Options
from retarget.testing.clips import smooth_clip
from retarget.testing.glb import read_glb
from retarget.testing.rigs import fingerless, humanoid
from retarget_blender import session as sessions
from retarget_blender.exporter import BlenderExporter
from retarget_blender.locate import Blender, locate
from retarget_blender.session import Session

HERE = Path(__file__).parent
SCRIPT = str(HERE / "misbehave.py")

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")


@pytest.fixture
def session(blender):  # noqa: ARG001 - without it there is nothing to start
    made = Session(locate())
    yield made
    made.close()


def ask(session, how, seconds=120.0, **more):
    return session.run({"script": SCRIPT, "how": how, **more}, what="clip.glb", seconds=seconds)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid, within=60.0):
    """Whether a process ends within so many seconds."""
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


# Death, hanging, growth


@posix
def test_a_worker_killed_in_a_batch_costs_nothing(exporter, tmp_path):
    clips = [smooth_clip(humanoid(), frames=300, seed=seed) for seed in range(3)]
    paths = [tmp_path / f"{seed}.glb" for seed in range(3)]
    exporter.export(clips[0], paths[0], Options())
    victim = ask_pid(exporter)
    killer = threading.Timer(0.3, os.kill, (victim, signal.SIGKILL))
    killer.start()
    exporter.export(clips[1], paths[1], Options())
    killer.join()
    exporter.export(clips[2], paths[2], Options())
    assert ask_pid(exporter) != victim
    assert gone(victim)
    for clip, path in zip(clips, paths, strict=True):
        assert len(read_glb(path).key_times) == clip.frames
    assert sorted(tmp_path.iterdir()) == paths


def ask_pid(exporter):
    return ask(exporter._session, "nothing")["pid"]


@posix
def test_what_kills_a_worker_once_is_tried_again(session, tmp_path):
    first = ask(session, "nothing")["pid"]
    assert ask(session, "once", marker=str(tmp_path / "marker"))["pid"] != first
    assert gone(first)


@posix
@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            "crash",
            r"clip\.glb: Blender failed 2 times: it was ended by SIGSEGV\.(.|\n)*about to fall",
        ),
        ("exit", r"it ended by itself \(status 3\)"),
        ("hang", r"no answer within 1 s"),
        ("hang in C", r"no answer within 1 s"),
    ],
)
def test_what_always_fails_is_told_and_the_next_job_done(how, words, session):
    before = ask(session, "nothing")["pid"]
    with pytest.raises(RetargetError, match=words):
        ask(session, how, seconds=1 if "hang" in how else 120)
    assert session.worker is None
    assert gone(before)
    assert ask(session, "nothing")["pid"] != before


def test_an_error_in_blender_is_told_and_the_worker_kept(session):
    before = ask(session, "nothing")["pid"]
    with pytest.raises(RetargetError, match=r"clip\.glb: .*ValueError: the bone is broken"):
        ask(session, "raise")
    assert ask(session, "nothing")["pid"] == before


def test_chatter_is_no_answer(session):
    assert ask(session, "chatter")["pid"] == ask(session, "chatter")["pid"]


def test_a_worker_that_grows_is_replaced(session, monkeypatch):
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not say how much memory a process holds")
    monkeypatch.setattr(sessions, "GROWTH", 50_000_000)
    first = ask(session, "nothing")["pid"]
    assert ask(session, "grow", bytes=20_000_000)["pid"] == first
    assert ask(session, "grow", bytes=60_000_000)["pid"] == first  # whose last job it was
    assert gone(first)
    assert ask(session, "nothing")["pid"] != first


def test_a_hundred_clips_leave_memory_flat(exporter, tmp_path):
    clip, path = smooth_clip(fingerless(), frames=30), tmp_path / "clip.glb"
    held = []
    for _ in range(100):
        exporter.export(clip, path, Options(force=True, mesh="cube"))
        held.append(exporter._session.worker.memory)
    if not all(held):
        pytest.skip("this system does not say how much memory a process holds")
    assert np.mean(held[-10:]) - np.mean(held[20:30]) < 4_000_000


def test_a_time_limit_that_is_asked_for_holds(exporter, tmp_path):
    clip = smooth_clip(humanoid(), frames=2000)
    with pytest.raises(RetargetError, match=r"no answer within 0\.3 s"):
        exporter.export(clip, tmp_path / "clip.glb", Options(extra={"blender_timeout": 0.3}))
    assert not list(tmp_path.iterdir())


# Nothing is left behind

HOST = """
import os, signal, sys, threading
sys.path[:0] = {path!r}
from retarget_blender.locate import locate
from retarget_blender.session import Session

session = Session(locate())
job = {{"script": {script!r}}}
pid = session.run({{**job, "how": "nothing"}}, what="", seconds=300)["pid"]
print(pid, session.worker.folder, "bpy" in sys.modules, flush=True)
{ending}
"""
BUSY = 'session.run({**job, "how": "hang"}, what="", seconds=600)'
IN_A_THREAD = """
session.close()
ask = lambda: print(session.run({**job, "how": "nothing"}, what="", seconds=300)["pid"], flush=True)
thread = threading.Thread(target=ask)
thread.start()
thread.join()
ask()
"""
ENDINGS = {
    "the end": ("", None),
    "an exception": ("raise ValueError", None),
    "os._exit": ("os._exit(0)", None),
    "Ctrl-C at work": (BUSY, signal.SIGINT),
    "SIGTERM at work": (BUSY, signal.SIGTERM),
    "SIGKILL at work": (BUSY, signal.SIGKILL),
    "a thread that started it": (IN_A_THREAD, None),
}


@posix
@pytest.mark.parametrize("ending", list(ENDINGS))
def test_no_blender_outlives_its_host(ending, blender):  # noqa: ARG001 - it is what is started
    code, sent = ENDINGS[ending]
    program = HOST.format(path=sys.path, script=SCRIPT, ending=code)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as host:
        pid, folder, imported = host.stdout.readline().split()
        if sent:
            time.sleep(0.3)
            host.send_signal(sent)
        pids = [int(pid), *(int(line) for line in host.stdout.read().split())]
        host.wait(timeout=60)
    assert imported == "False"
    assert all(gone(one) for one in pids)
    if ending in ("the end", "an exception", "Ctrl-C at work"):
        assert not Path(folder).exists()


def test_an_exporter_that_is_gone_takes_its_blender_along(blender, tmp_path):  # noqa: ARG001
    exporter = BlenderExporter()
    exporter.export(smooth_clip(fingerless(), frames=1), tmp_path / "clip.glb", Options())
    pid, folder = ask_pid(exporter), exporter._session.worker.folder
    del exporter
    assert gone(pid)
    assert not folder.exists()


# Starting


def test_the_users_own_settings_stay_out(blender, tmp_path, monkeypatch):  # noqa: ARG001
    startup = tmp_path / "startup"
    startup.mkdir()
    marker = tmp_path / "marker"
    (startup / "mine.py").write_text(f"open({str(marker)!r}, 'w')\ndef register(): pass\n")
    for variable in ("BLENDER_USER_SCRIPTS", "BLENDER_SYSTEM_SCRIPTS", "BLENDER_USER_RESOURCES"):
        monkeypatch.setenv(variable, str(tmp_path))
    session = Session(locate())
    try:
        said = ask(session, "nothing")
        own = said["environment"]["BLENDER_USER_RESOURCES"]
        assert own == str(session.worker.folder / "user")
        assert not list(Path(own).rglob("*.py"))
    finally:
        session.close()
    assert not marker.exists()
    assert str(HERE) not in said["path"]


def test_a_python_without_bpy_is_told(blender):  # noqa: ARG001 - says that Blender tests are wanted
    nothing = Blender(program=sys.executable, is_python=True)
    if subprocess.run(
        [sys.executable, "-c", "import bpy"], capture_output=True, check=False
    ).returncode:
        with pytest.raises(PluginError, match=r"does not start(.|\n)*No module named 'bpy'"):
            Session(nothing).run({}, what="", seconds=1)


def test_what_is_no_program_is_told():
    with pytest.raises(PluginError, match="no/such: does not start"):
        Session(Blender(program="no/such", is_python=True)).run({}, what="", seconds=1)
