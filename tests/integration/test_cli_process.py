"""The command line as a process of its own: what it imports, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from retarget.testing.glb import read_glb
from support.plugins import install

HEAVY = {"numpy", "scipy", "pygltflib", "bpy", "rich"}
FRAMES = 8
TIMEOUT = 120
"""Seconds after which a run is stuck."""

posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes as POSIX has them")


def command(*arguments, signals=None):
    """The command; `signals` is how it finds some of them set, as {"SIGINT": "SIG_IGN"}.

    Else as they are here, where SIGINT may be ignored, as in the background of a script.
    """
    plain = [sys.executable, "-m", "retarget", *map(str, arguments)]
    if not signals:
        return plain
    found = "; ".join(f"signal.signal(signal.{n}, signal.{how})" for n, how in signals.items())
    begin = f"import os, signal, sys; {found}; os.execv(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-c", begin, *plain]


def environment(site=None, **more):
    """This environment, with the distributions in the folder `site` installed and no others.

    Output is buffered, as users have it: unbuffered, nothing is left to fail at exit.
    """
    unlike_users = ("PYTHONPATH", "PYTHONUNBUFFERED")
    plain = {k: v for k, v in os.environ.items() if k not in unlike_users}
    return plain | ({"PYTHONPATH": str(site)} if site else {}) | more


def run(*arguments, cwd, site=None, signals=None, **more):
    done = subprocess.run(
        command(*arguments, signals=signals),
        cwd=cwd,
        env=environment(site, **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@contextmanager
def started(*arguments, cwd, site=None, stderr=None, signals=None):
    """A run whose stdout is read while it goes on; its stderr goes to a file, which never fills."""
    process = subprocess.Popen(
        command(*arguments, signals=signals),
        cwd=cwd,
        env=environment(site),
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
    )
    overdue = threading.Timer(TIMEOUT, process.kill)  # then a read that waits for it ends, too
    overdue.start()
    try:
        yield process
    finally:
        overdue.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def amass(path, *, frames=FRAMES, seed=0):
    """A small upright clip in AMASS layout."""
    rng = np.random.default_rng(seed)
    poses = 0.1 * rng.normal(size=(frames, 156))
    poses[:, :3] = [np.pi / 2, 0, 0]
    trans = np.stack([np.linspace(0, 1, frames), np.zeros(frames), np.full(frames, 0.95)], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez(file, poses=poses, trans=trans, mocap_framerate=30.0, gender="neutral")
    return path


def counts(done):
    return done.stdout.splitlines()[-1]


def left_behind(folder):
    """The files in a folder that are neither inputs nor finished outputs."""
    return [p.name for p in folder.rglob("*") if p.is_file() and p.suffix not in (".npz", ".glb")]


# What it imports


@pytest.mark.parametrize("arguments", [["plugins"], ["--help"], ["--version"], ["inspect", "-h"]])
def test_help_and_lists_import_nothing_heavy(tmp_path, arguments):
    driver = (
        "import sys, atexit\n"
        "from retarget.cli import main\n"
        "atexit.register(lambda: print('IMPORTED', *{n.partition('.')[0] for n in sys.modules}))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", driver, *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - begun
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    bare = time.perf_counter() - begun
    sys.stdout.write(f"{' '.join(arguments)}: {took:.3f} s; a bare Python: {bare:.3f} s\n")
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.rpartition("IMPORTED ")[2].split())
    assert "retarget" in imported
    assert not HEAVY & imported


# What a stranger's plugin may do


@pytest.mark.parametrize(
    "code", ["import no_such_module", "def broken(:", "raise SystemExit(9)", "1 / 0"]
)
def test_a_plugin_that_does_not_import_is_listed_and_stops_nothing(tmp_path, code):
    install(tmp_path, "toy-broken", code)
    done = run("plugins", "--json", cwd=tmp_path, site=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    listing = json.loads(done.stdout)
    (failure,) = listing["failures"]
    assert failure["plugin"] == "toy-broken"
    assert failure["reason"].startswith("it does not import (")
    assert {"amass", "gltf", "default"} <= {p["name"] for p in listing["providers"]}


def test_a_broken_plugin_is_a_warning_to_a_conversion(tmp_path):
    install(tmp_path, "toy-broken", "import no_such_module")
    amass(tmp_path / "walk.npz")
    done = run("walk.npz", cwd=tmp_path, site=tmp_path)
    assert (done.returncode, counts(done)) == (0, "1 done, 0 skipped, 0 failed")
    assert done.stderr.startswith("warning: Plugin toy-broken was left out: it does not import (")


def test_a_misspelt_hook_ends_the_run_with_its_name(tmp_path):
    install(
        tmp_path,
        "toy-misspelt",
        """
        from retarget import hookimpl

        @hookimpl
        def retarget_exporter():
            return []
        """,
    )
    done = run("plugins", cwd=tmp_path, site=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Plugin toy-misspelt: unknown hook 'retarget_exporter'" in done.stderr


# Conversions


def test_a_tree_of_clips_with_what_lies_beside_them(tmp_path):
    data = tmp_path / "amass data" / "zażółć"
    for subject in ("01", "02"):
        amass(data / subject / "walk.npz", seed=int(subject))
        np.savez(data / subject / "shape.npz", betas=np.zeros(16), gender="neutral")
    whole = amass(data / "02" / "cut.npz").read_bytes()
    (data / "02" / "cut.npz").write_bytes(whole[: len(whole) // 2])
    bad = amass(data / "02" / "nan.npz")
    with np.load(bad) as arrays:
        spoilt = dict(arrays)
    spoilt["poses"][3, 7] = np.nan
    np.savez(bad, **spoilt)
    done = run("amass data", "--output", "out", "--mesh", "none", cwd=tmp_path)
    assert done.returncode == 1
    assert counts(done).startswith("2 done, ")
    assert counts(done).endswith(", 2 failed")
    cut, nan = (line for line in done.stderr.splitlines() if "] failed " in line)
    assert "cut.npz: " in cut
    assert "nan.npz: " in nan
    out = tmp_path / "out" / "zażółć"
    made = sorted(p.relative_to(out).as_posix() for p in out.rglob("*"))
    assert made == ["01", "01/walk_retargeted.glb", "02", "02/walk_retargeted.glb"]
    file = read_glb(out / "01" / "walk_retargeted.glb").read_back()
    assert {world.shape for world in file.world} == {(FRAMES, 4, 4)}
    again = run("amass data", "--output", "out", "--mesh", "none", "-q", cwd=tmp_path)
    assert counts(again).startswith("0 done, ")
    assert again.stdout.count("\n") == 1
    assert {p.name for p in out.rglob("*.glb")} == {"walk_retargeted.glb"}


def test_options_change_what_is_written(tmp_path):
    amass(tmp_path / "walk.npz")
    given = ["--fps", "60000/1001", "--frame0", "insert", "--mesh", "cube", "--cube-size", "0.2"]
    done = run("walk.npz", *given, "--export-target-apose", "pose.glb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    walk = read_glb(tmp_path / "walk_retargeted.glb").read_back()
    assert len(walk.world[0]) == 1 + int((FRAMES - 1) / 30 * 60000 / 1001 + 1e-6) + 1
    pose = read_glb(tmp_path / "pose.glb").read_back()
    assert walk.names == pose.names
    error = max(
        np.abs(moved[0, :3, 3] - posed[0, :3, 3]).max()
        for moved, posed in zip(walk.world, pose.world, strict=True)
    )
    assert error < 1e-6  # frame 0 is the target's A-pose


def test_a_mesh_for_a_target_with_a_body_of_its_own_is_told_to_do_nothing(tmp_path):
    amass(tmp_path / "walk.npz")
    assert run("walk.npz", "-o", "hero.glb", cwd=tmp_path).returncode == 0
    given = ("walk.npz", "--target", "hero.glb", "-o", "out.glb", "--force")
    done = run(*given, "--mesh", "cube", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "--mesh cube: of no use here" in done.stderr
    assert "--mesh" not in run(*given, cwd=tmp_path).stderr


def test_a_name_that_the_terminal_cannot_show_is_no_obstacle(tmp_path):
    amass(tmp_path / "żółw.npz")
    for arguments in (["żółw.npz"], ["inspect", "żółw.npz"]):
        done = run(*arguments, cwd=tmp_path, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr
        assert "\\u017c\\xf3\\u0142w.npz" in done.stdout
    assert (tmp_path / "żółw_retargeted.glb").is_file()


@posix
def test_a_name_that_is_no_unicode_is_no_obstacle(tmp_path):
    plain = amass(tmp_path / "walk.npz")
    folder = tmp_path / "old"
    folder.mkdir()
    try:
        os.link(plain, os.fsencode(folder) + b"/caf\xe9.npz")
    except OSError:
        pytest.skip("this file system takes Unicode names alone")
    done = run("old", cwd=tmp_path)
    assert (done.returncode, counts(done)) == (0, "1 done, 0 skipped, 0 failed")
    assert os.fsdecode(b"caf\xe9_retargeted.glb") in [p.name for p in folder.iterdir()]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([], 2),
        (["absent.npz"], 1),
        (["walk.npz", "--backend", "fbx"], 2),
        (["walk.npz", "-o", "walk.npz"], 2),
        (["walk.npz", "--target", "walk.npz"], 2),
        (["inspect", "notes.txt"], 1),
    ],
)
def test_a_users_mistake_is_told_in_a_line(tmp_path, arguments, status):
    amass(tmp_path / "walk.npz")
    (tmp_path / "notes.txt").write_text("dear diary")
    before = (tmp_path / "walk.npz").read_bytes()
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == status
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "walk.npz").read_bytes() == before
    assert not list(tmp_path.rglob("*.glb"))


# How it ends


@posix
@pytest.mark.parametrize("both", [False, True], ids=["stdout", "stdout and stderr"])
def test_a_reader_that_goes_away_ends_it_quietly(tmp_path, both):
    body = tmp_path / "data" / "no motion.npz"
    body.parent.mkdir()
    np.savez(body, betas=np.zeros(16), gender="neutral")
    for n in range(700):  # more lines than a pipe holds
        os.link(body, body.with_name(f"{n:04}, a body shape with a long name at that.npz"))
    with (tmp_path / "stderr").open("w") as file:
        to = subprocess.STDOUT if both else file
        with started("data", cwd=tmp_path, stderr=to) as process:
            assert process.stdout.readline().startswith("[1/701] skipped ")
            process.stdout.close()
            assert process.wait(timeout=TIMEOUT) == 1
    assert (tmp_path / "stderr").read_text() == ""


@posix
@pytest.mark.parametrize("name", ["--help", "--version", "plugins"])
def test_a_reader_that_has_gone_before_the_first_line_is_no_matter(tmp_path, name):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command(name),
        cwd=tmp_path,
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=TIMEOUT,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_while_a_clip_is_worked_on(tmp_path, name):
    install(
        tmp_path,
        "toy-slow",
        """
        import pathlib
        import time

        from retarget import hookimpl

        @hookimpl
        def retarget_motion_loaded(motion):
            if motion.source.path.stem == "b":
                pathlib.Path("asleep").touch()
                time.sleep(60)
        """,
    )
    for clip in "abc":
        amass(tmp_path / "data" / f"{clip}.npz")
    given = {"cwd": tmp_path, "site": tmp_path, "signals": {name: "SIG_DFL"}}
    with (
        (tmp_path / "stderr").open("w") as file,
        started("data", "--no-passes", stderr=file, **given) as process,
    ):
        assert process.stdout.readline().startswith("[1/3] done ")  # told while the next is at work
        while not (tmp_path / "asleep").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=TIMEOUT) == 130
        assert process.stdout.read() == "1 done, 0 skipped, 0 failed\n"
    assert (tmp_path / "stderr").read_text() == "retarget: interrupted\n"
    assert [p.name for p in (tmp_path / "data").glob("*.glb")] == ["a_retargeted.glb"]
    assert left_behind(tmp_path / "data") == []


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_a_file_is_written_leaves_no_part_of_it(tmp_path, name):
    # The plugin sends the signal as soon as the second output's file is opened to be written.
    install(
        tmp_path,
        "toy-cutting",
        f"""
        import os
        import pathlib
        import signal

        from retarget import hookimpl

        really_open = pathlib.Path.open
        outputs = []

        def open_and_cut(self, mode="r", *args, **kwargs):
            file = really_open(self, mode, *args, **kwargs)
            if ("w" in mode or "x" in mode) and self.parent.name == "data":
                outputs.append(self)
                if len(outputs) == 2:
                    os.kill(os.getpid(), signal.{name})
            return file

        pathlib.Path.open = open_and_cut

        @hookimpl
        def retarget_clip_exported(result):
            pass
        """,
    )
    for clip in "abc":
        amass(tmp_path / "data" / f"{clip}.npz")
    old = tmp_path / "data" / "b_retargeted.glb"
    old.write_bytes(b"the old one")
    done = run("data", "--force", cwd=tmp_path, site=tmp_path, signals={name: "SIG_DFL"})
    assert (done.returncode, counts(done)) == (130, "1 done, 0 skipped, 0 failed")
    assert sorted(p.name for p in (tmp_path / "data").glob("*.glb")) == [
        "a_retargeted.glb",
        "b_retargeted.glb",
    ]
    assert old.read_bytes() == b"the old one"
    assert left_behind(tmp_path / "data") == []
    read_glb(tmp_path / "data" / "a_retargeted.glb").read_back()


@posix
def test_signals_that_are_ignored_from_the_start_end_nothing(tmp_path):
    """As SIGHUP is under nohup, and SIGINT in the background of a script."""
    ignored = ("SIGINT", "SIGTERM", "SIGHUP")
    install(
        tmp_path,
        "toy-signalling",
        f"""
        import os
        import signal

        from retarget import hookimpl

        @hookimpl
        def retarget_motion_loaded(motion):
            for name in {ignored}:
                os.kill(os.getpid(), getattr(signal, name))
        """,
    )
    for clip in "ab":
        amass(tmp_path / "data" / f"{clip}.npz")
    given = {"cwd": tmp_path, "site": tmp_path, "signals": dict.fromkeys(ignored, "SIG_IGN")}
    done = run("data", "--no-passes", **given)
    assert (done.returncode, counts(done)) == (0, "2 done, 0 skipped, 0 failed")
    assert done.stderr == ""
