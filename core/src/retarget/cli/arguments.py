"""The arguments of the conversion command and what they ask for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from retarget import __version__
from retarget.cli import COMMANDS
from retarget.options import FRAME0, FRAME0_PLACES, MESHES, UP_AXES, Options
from retarget.parameters import settings

EPILOG = "further commands:\n" + "\n".join(
    f"  retarget {name:10}{summary}" for name, summary in COMMANDS.items()
)


def parser() -> argparse.ArgumentParser:
    """Return the parser of `retarget INPUT…`, before plugins add their options."""
    p = argparse.ArgumentParser(
        prog="retarget",
        description="Put motion clips onto another skeleton, as animated GLB files.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    p.add_argument("--version", action="version", version=f"retarget {__version__}")
    p.add_argument(
        "inputs",
        nargs="*",
        metavar="INPUT",
        type=some_path,
        help="motion files, or folders that are searched for them",
    )
    _add_files(p.add_argument_group("files"))
    add_reading(p.add_argument_group("reading motions"))
    _add_retargeting(p.add_argument_group("retargeting"))
    _add_body(p.add_argument_group("the body of a generated skeleton"))
    return p


def _add_files(g: argparse._ArgumentGroup) -> None:
    g.add_argument(
        "-o",
        "--output",
        type=some_path,
        metavar="DIR",
        help="write under this folder, keeping the input's folder tree (or, for one clip, to "
        "this .glb file); default: <stem>_retargeted.glb beside each input",
    )
    g.add_argument(
        "--target",
        "--apose-path",
        metavar="SPEC",
        help="the skeleton to put the motion on: a character (.glb, .gltf, .vrm; with Blender "
        ".blend, .fbx), an A-pose NPZ, or 'default'",
    )
    add_target(g)
    g.add_argument(
        "--merge",
        type=some_path,
        metavar="FILE",
        help="write all clips to this one file, as one animation each",
    )
    g.add_argument("--backend", default="gltf", metavar="NAME", help="who writes (default: gltf)")
    g.add_argument(
        "--format",
        metavar="SUFFIX",
        help="what outputs are that you do not name: glb, gltf, vrma; with Blender fbx, blend",
    )
    g.add_argument(
        "--sidecar",
        action="store_true",
        help="also write how each file was made, contacts and parameters, as JSON beside it",
    )
    g.add_argument("--limit", type=_count, metavar="N", help="convert the first N motions only")
    g.add_argument("--force", action="store_true", help="overwrite outputs that are there")
    g.add_argument(
        "--export-target-apose",
        nargs="?",
        const="",
        metavar="FILE",
        help="write the target in its A-pose (default: <target>_apose.glb in this folder)",
    )
    g.add_argument("-q", "--quiet", action="store_true", help="only failures and the last line")
    g.add_argument("-v", "--verbose", action="store_true", help="more on each clip and error")


def add_target(g: argparse._ArgumentGroup) -> None:
    """Add the options that say how a target is to be understood."""
    g.add_argument(
        "--rig", metavar="NAME", help="the armature, skin or mesh to take, where a file has several"
    )
    g.add_argument(
        "--joint-map",
        type=some_path,
        metavar="FILE",
        help="JSON of joints by role, overriding what is found (see `retarget match`)",
    )


def target_options(given: argparse.Namespace) -> dict[str, Any]:
    """Return the fields of `Options` that `add_target` asks for.

    Raises:
        RetargetError: the joint map cannot be read.

    """
    if given.joint_map is None:
        return {"rig": given.rig}
    from retarget.matching import read_joint_map  # noqa: PLC0415 - imports numpy

    return {"rig": given.rig, "joint_map": read_joint_map(given.joint_map)}


def add_reading(g: argparse._ArgumentGroup) -> None:
    """Add the options that say how a motion file is to be read."""
    g.add_argument("--motion-source", metavar="NAME", help="the reader to use for every file")
    g.add_argument(
        "--up",
        choices=UP_AXES,
        default="auto",
        help="the files' up axis (write --up=-y); auto: by layout, else as the body stands",
    )
    g.add_argument("--source-fps", type=_rate, metavar="R", help="the files' frames per second")
    g.add_argument("--frame-limit", type=_count, metavar="F", help="read the first F frames only")


def _add_retargeting(g: argparse._ArgumentGroup) -> None:
    g.add_argument("--fps", type=_rate, metavar="R", help="resample to this rate")
    g.add_argument(
        "--frame0",
        choices=FRAME0,
        default="replace",
        help="the A-pose replaces the first frame, is inserted before it, or is left out",
    )
    g.add_argument(
        "--frame0-place",
        choices=FRAME0_PLACES,
        default="authored",
        help="where the A-pose stands: as in the target's file, or where the motion begins",
    )
    passes = g.add_mutually_exclusive_group()
    passes.add_argument(
        "--pass",
        dest="passes",
        action="append",
        default=[],
        metavar="NAME",
        help="apply this pass instead of floor, feet and hands; may be given several times, "
        "applied in that order",
    )
    passes.add_argument("--no-passes", action="store_true", help="apply no pass")
    g.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="PASS.NAME=VALUE",
        help="set a parameter of a pass; `retarget plugins PASS` lists them",
    )
    g.add_argument("--fk-solver", default="numpy", metavar="NAME", help="(default: numpy)")


def _add_body(g: argparse._ArgumentGroup) -> None:
    g.add_argument("--mesh", choices=MESHES, default="mannequin", help="(default: mannequin)")
    g.add_argument("--cube-size", type=float, default=0.05, metavar="M", help="edge, metres")
    g.add_argument(
        "--cube-location",
        type=float,
        nargs=3,
        default=(0.0, 0.0, 0.0),
        metavar=("X", "Y", "Z"),
        help="centre of the cube, metres, in Blender's axes (Z up)",
    )


def options_of(given: argparse.Namespace, extra: dict[str, object]) -> Options:
    """Return the options that the parsed arguments ask for.

    Raises:
        UsageError: a value that cannot be.

    """
    x, y, z = given.cube_location
    return Options(
        up=given.up,
        source_fps=given.source_fps,
        frame_limit=given.frame_limit,
        **target_options(given),
        fps=given.fps,
        frame0=given.frame0,
        frame0_place=given.frame0_place,
        settings=settings(given.settings),
        mesh=given.mesh,
        cube_size=given.cube_size,
        cube_location=(x, z, -y),  # Blender's Z-up to +Y up
        format=given.format,
        sidecar=given.sidecar,
        force=given.force,
        extra=extra,
    )


def some_path(text: str) -> Path:
    """Read a path; the empty one, which would mean this folder, is a shell's unset variable."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return Path(text)


def _rate(text: str) -> float:
    """Read a frame rate: 30, 59.94 or 60000/1001."""
    over, slash, under = text.partition("/")
    try:
        return float(over) / float(under if slash else 1)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is no frame rate") from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive whole number")
    return int(text)
