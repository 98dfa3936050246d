"""The built-in target: the mean SMPL-H body in the A-pose of the original project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retarget import roles, smpl
from retarget_apose.generated import rig_from_positions, without_use

if TYPE_CHECKING:
    from retarget.options import Options
    from retarget.values import Rig

NAME = "default"


class DefaultTarget:
    """Makes the target that is taken when none is given; needs no file."""

    def sniff(self, spec: str) -> bool:
        """Tell whether the spec is the name of the built-in target."""
        return spec == NAME

    def load(self, spec: str, options: Options) -> Rig:  # noqa: ARG002 - it has but one spec
        """Return the rig: 52 joints under the original names, its feet on y = 0."""
        unused = without_use(options)
        return rig_from_positions(NAME, roles.ORIGINAL_NAMES, smpl.SMPLH_A_POSE, warnings=unused)
