"""Who is who: the joints of a rig and their roles, and a rig's joints and a motion's."""

from __future__ import annotations

from retarget.matching.joint_map import read_joint_map
from retarget.matching.pairing import Match, match, roles_of_names
from retarget.matching.recognise import recognise
from retarget.matching.recognition import Recognition

__all__ = ["Match", "Recognition", "match", "read_joint_map", "recognise", "roles_of_names"]
