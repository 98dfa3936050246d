"""The kinds of provider: what each is called, which hook offers it, how it is checked."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True, eq=False)
class Kind:
    """One kind of provider."""

    title: str
    """What errors call one of it."""
    plural: str
    """What lists call several."""
    hook: str
    """The hook that offers it."""
    protocol: str
    """Name of its Protocol in `retarget.providers`."""
    option: str
    """The command-line option that picks it by name."""
    absent: dict[str, str] = attrs.field(factory=dict)
    """First-party names and how to install them, for where they are not installed."""


_BLENDER = (
    "pip install 'retarget[blender]', or in a checkout: uv run --extra blender retarget … "
    "(Blender itself comes along on Python 3.11; else name yours with --blender PATH)"
)

MOTION_SOURCE = Kind(
    title="motion source",
    plural="motion sources",
    hook="retarget_motion_sources",
    protocol="MotionSource",
    option="--motion-source",
    absent=dict.fromkeys(
        ("amass", "smplx", "smpl24", "smplx-python", "matrices", "smpl"),
        "pip install retarget-motion",
    ),
)
APOSE_SOURCE = Kind(
    title="target",
    plural="targets",
    hook="retarget_apose_sources",
    protocol="APoseSource",
    option="--target",
    absent=dict.fromkeys(("default", "npz", "glb", "vrm"), "pip install retarget-apose")
    | {"blend": _BLENDER, "fbx": _BLENDER},
)
FK_SOLVER = Kind(
    title="FK solver",
    plural="FK solvers",
    hook="retarget_fk_solvers",
    protocol="FKSolver",
    option="--fk-solver",
)
EXPORTER = Kind(
    title="backend",
    plural="backends",
    hook="retarget_exporters",
    protocol="Exporter",
    option="--backend",
    absent={
        "gltf": "pip install retarget-gltf",
        "blender": _BLENDER,
    },
)
PASS = Kind(
    title="pass",
    plural="passes",
    hook="retarget_passes",
    protocol="Pass",
    option="--pass",
    absent=dict.fromkeys(
        ("floor", "feet", "hands", "smooth", "limits", "in_place"), "pip install retarget-ik"
    ),
)

KINDS = (MOTION_SOURCE, APOSE_SOURCE, FK_SOLVER, EXPORTER, PASS)
