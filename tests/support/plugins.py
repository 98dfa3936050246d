"""Toy providers: in-memory plugins for the manager, and distributions on a path for processes."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import attrs
import numpy as np

from retarget import smpl
from retarget.errors import FileReadError, OutputExistsError, RetargetError
from retarget.fk import NumpyFK
from retarget.hookspecs import hookimpl
from retarget.loading import DEFAULT_PASSES
from retarget.plugins import Plugins
from retarget.providers import Provider
from retarget.values import ExportResult, Motion, Rig, Source


class Toys:
    """A plugin that offers what it is given; onlookers and options are added by subclasses."""

    def __init__(self, *, sources=(), targets=(), solvers=(), exporters=(), passes=()):
        self.sources, self.targets, self.solvers = sources, targets, solvers
        self.exporters, self.passes = exporters, passes

    @hookimpl
    def retarget_motion_sources(self):
        return self.sources

    @hookimpl
    def retarget_apose_sources(self):
        return self.targets

    @hookimpl
    def retarget_fk_solvers(self):
        return self.solvers

    @hookimpl
    def retarget_exporters(self):
        return self.exporters

    @hookimpl
    def retarget_passes(self):
        return self.passes


def offer(name, made, **more):
    """A provider of something made already; an exception is raised by its load."""

    def load():
        if isinstance(made, BaseException):
            raise made
        return made

    return Provider(name=name, summary=f"the toy {name}", load=load, **more)


def motion(frames=3, fps=60.0, *, path=None, warnings=()):
    """A body in its T-pose that drifts to its left."""
    skeleton = smpl.smpl()
    root = np.tile(skeleton.rest_translations[0] + [0, 1.15, 0], (frames, 1))
    root[:, 0] += np.linspace(0, 1, frames)
    return Motion(
        skeleton=skeleton,
        fps=fps,
        rotations=np.tile([0.0, 0.0, 0.0, 1.0], (len(skeleton), frames, 1)),
        root_translations=root,
        source=Source(path=path, kind="toy"),
        warnings=warnings,
    )


def rig(name="toy", **more):
    """The 22 body joints in their T-pose."""
    skeleton = smpl.smpl()
    return Rig(name=name, skeleton=skeleton, roles={n: n for n in skeleton.names}, **more)


class ToySource:
    """Reads text: `toy FRAMES FPS [WARNING]`, or `toy` and how loading goes wrong."""

    suffixes = (".npz", ".smpl")

    def __init__(self, word="toy", reason="says no toy."):
        self.word, self.reason = word, reason
        self.read = []

    def sniff(self, path):
        return path.read_text().startswith(self.word)

    def why_not(self, path):  # noqa: ARG002
        return self.reason

    def load(self, path, options):
        _, first, *rest = path.read_text().split(maxsplit=3)
        self.read.append(path)
        if first == "rotten":
            raise FileReadError(f"{path}: it is rotten.")
        if first == "broken":
            raise KeyError("poses")
        if first == "interrupt":
            raise KeyboardInterrupt
        frames = min(int(first), options.frame_limit or int(first))
        fps = options.source_fps or float(rest[0])
        return motion(frames, fps, path=path, warnings=rest[1:])


class ToyTarget:
    """Makes the toy rig for its own name, or for a file that begins with `rig`."""

    def __init__(self, name="default", warnings=()):
        self.name, self.warnings = name, warnings

    def sniff(self, spec):
        path = Path(spec)
        return spec == self.name or (path.is_file() and path.read_text().startswith("rig"))

    def load(self, spec, options):  # noqa: ARG002
        return rig(Path(spec).name, warnings=self.warnings)


class ToyExporter:
    """Writes what it was given as JSON, under the rules every exporter keeps."""

    def __init__(self, *formats):
        self.formats = formats or (".glb",)

    def export(self, clip, path, options):
        if path.exists() and not options.force:
            raise OutputExistsError(f"{path}: exists already.")
        asked = attrs.asdict(options)
        facts = {"name": clip.name, "frames": clip.frames, "fps": clip.fps, "options": asked}
        text = json.dumps(facts | {"provenance": clip.provenance, "rig": clip.rig.name})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        except OSError as error:
            raise RetargetError(f"{path}: cannot be written ({error.strerror}).") from error
        return ExportResult(
            path=path, frames=clip.frames, duration=clip.duration, bytes_written=len(text)
        )


class ToyPass:
    """Lifts the clip by a metre."""

    def apply(self, clip, context):  # noqa: ARG002
        return attrs.evolve(clip, root_translations=clip.root_translations + np.float32([0, 1, 0]))


class StillPass:
    """Leaves the clip as it is."""

    def apply(self, clip, context):  # noqa: ARG002
        return clip


def toys(**more):
    """A plugin with everything a conversion needs, under the names it takes by default."""
    given = {
        "sources": [offer("toy", ToySource())],
        "targets": [offer("default", ToyTarget())],
        "exporters": [offer("gltf", ToyExporter())],
        "passes": [
            *(offer(name, StillPass()) for name in DEFAULT_PASSES),
            offer("lift", ToyPass()),
        ],
    }
    return Toys(**given | more)


def toy_plugins(*extra, **more):
    """Plugins with the toys alone, and further plugins as `extra1`, `extra2` …"""
    plugins = Plugins(installed=False)
    plugins.register(toys(**more), "toys")
    for n, plugin in enumerate(extra, 1):
        plugins.register(plugin, f"extra{n}")
    return plugins


def written(path):
    """What `ToyExporter` wrote."""
    return json.loads(path.read_text())


def install(site, name, code, *, entry=None, version="1.2"):
    """Lay out a distribution `name` in the folder `site` whose one module holds `code`."""
    module = name.replace("-", "_")
    (site / f"{module}.py").write_text(textwrap.dedent(code))
    info = site / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[retarget]\n{entry or f'it = {module}'}\n")
    return module


class CountingFK(NumpyFK):
    """The numpy solver, counting how often it is asked."""

    calls = 0

    def solve(self, *given):
        CountingFK.calls += 1
        return super().solve(*given)
