"""The docs keep up with the code: hooks, flags, public names, links and examples."""

from __future__ import annotations

import inspect
import re
import sys
import types

import numpy as np
import pytest

import retarget
from retarget import Plugins, hookspecs, kinds, roles, smpl
from retarget.cli import COMMANDS, arguments
from support.data import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "changes/*.md", "docs/**/*.md",
                    "examples/**/*.md", "plugins/*/README.md", "core/README.md")
    for path in ROOT.glob(pattern)
    if "_build" not in path.parts
)  # fmt: skip
HOOKS = {
    name: hook
    for name, hook in vars(hookspecs).items()
    if hasattr(hook, f"{hookspecs.PROJECT}_spec")
}
FENCE = re.compile(r"^( *)(```+)(\S*)\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def blocks(path, language):
    """The fenced blocks of a language, each with the line it begins at."""
    text = path.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, match.start()) + 2, inspect.cleandoc("\n" + match[4]))
        for match in FENCE.finditer(text)
        if match[3] == language
    ]


def prose(path):
    """A page without its fenced blocks."""
    return FENCE.sub("", path.read_text(encoding="utf-8"))


PYTHON = [
    pytest.param(code, id=f"{name_of(path)}:{line}")
    for path in PAGES
    for line, code in blocks(path, "python")
]


# Hooks


def test_there_are_hooks():
    assert len(HOOKS) >= 10
    assert {kind.hook for kind in kinds.KINDS} <= HOOKS.keys()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_page_with_its_signature(hook):
    page = DOCS / "hooks" / f"{hook}.md"
    assert page.is_file(), f"missing: docs/hooks/{hook}.md"
    signature = f"{hook}({', '.join(inspect.signature(HOOKS[hook]).parameters)})"
    assert signature in [code for _, code in blocks(page, "text")], f"missing: {signature}"
    assert "](../testing.md)" in prose(page), "the page does not say how to test it"


def test_no_page_is_of_a_hook_that_is_gone():
    assert {path.stem for path in (DOCS / "hooks").glob("*.md")} == HOOKS.keys()


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_every_hook_page_is_a_plugin_that_loads(hook):
    example = types.ModuleType(hook)
    exec(blocks(DOCS / "hooks" / f"{hook}.md", "python")[0][1], vars(example))  # noqa: S102
    plugins = Plugins(installed=False)
    plugins.register(example, "example")
    assert hook in vars(example)
    for kind in kinds.KINDS:
        for name, offer in plugins.offers(kind).items():
            plugins.load(kind, name)
            assert offer.owner in ("example", "retarget-core")
    if hook in {kind.hook for kind in kinds.KINDS}:
        (kind,) = (kind for kind in kinds.KINDS if kind.hook == hook)
        assert "example" in {offer.owner for offer in plugins.offers(kind).values()}
    plugins.add_options(arguments.parser())
    assert plugins.failures == ()


# The command line


@pytest.mark.parametrize("flag", [f for a in arguments.parser()._actions for f in a.option_strings])
def test_every_flag_is_in_the_usage(flag):
    assert re.search(rf"`{flag}[` =]", prose(DOCS / "usage.md")), f"{flag} is not documented"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_usage(command):
    assert f"retarget {command}" in (DOCS / "usage.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.plural)
def test_the_option_of_every_kind_is_in_the_usage(kind):
    assert f"`{kind.option}" in (DOCS / "usage.md").read_text(encoding="utf-8")


# Public names


@pytest.mark.parametrize("name", retarget.__all__)
def test_every_public_name_is_documented(name):
    assert re.search(rf"`(?:retarget\.)?{name}\b", prose(DOCS / "embedding.md")), name


# Links


def anchors(path):
    """The anchors that headings of a page get."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_relative_link_is_broken(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), f"{link}: there is no such file"
        assert ROOT in target.parents, f"{link}: leads out of the repository"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


def test_every_page_is_in_the_contents():
    listed = [e for _, code in blocks(DOCS / "index.md", "{toctree}") for e in code.splitlines()]
    entries = {entry for entry in listed if entry and not entry.startswith(":")}
    pages = {p.relative_to(DOCS).with_suffix("").as_posix() for p in DOCS.rglob("*.md")}
    assert entries == pages - {"index"}


# Examples


@pytest.mark.parametrize("code", PYTHON)
def test_every_python_block_compiles(code):
    compile(code, "example", "exec")


def write_clip(path):
    path.parent.mkdir(exist_ok=True)
    pose = np.zeros((4, 156))
    pose[:, 0] = np.pi / 2
    np.savez(path, poses=pose, trans=np.zeros((4, 3)), mocap_framerate=30.0, gender="neutral")


def write_target(path):
    np.savez(
        path,
        J_ABSOLUTE=smpl.SMPLH_A_POSE,
        SMPL_OFFSETS=np.zeros((52, 3)),
        JOINT_NAMES=np.array(roles.ORIGINAL_NAMES),
    )


@pytest.mark.parametrize(
    "code", [block for block in PYTHON if block.id.startswith(("docs/embedding", "docs/targets"))]
)
def test_every_example_of_embedding_runs(code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "walk.npz")
    write_clip(tmp_path / "amass" / "walk_poses.npz")
    write_target(tmp_path / "A-Pose.npz")
    example = types.ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", example)
    exec(code, vars(example))  # noqa: S102 - our own page
    assert "failed" not in capsys.readouterr().out
    for target in tmp_path.glob("my_*.npz"):
        assert retarget.load_rig(target).warnings == ()
