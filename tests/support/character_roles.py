"""Which joint is which in the MakeHuman characters, and which bone in VRM: the truth for tests."""

FINGERS = {"thumb": "Thumb", "index": "Index", "middle": "Middle", "ring": "Ring", "pinky": "Pinky"}


def _mixamo_roles():
    roles = {"pelvis": "Hips", "neck": "Neck", "head": "Head"}
    roles |= {"spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2"}
    for side in ("Left", "Right"):
        s = side.lower()
        roles |= {f"{s}_hip": f"{side}UpLeg", f"{s}_knee": f"{side}Leg"}
        roles |= {f"{s}_ankle": f"{side}Foot", f"{s}_foot": f"{side}ToeBase"}
        roles |= {f"{s}_collar": f"{side}Shoulder", f"{s}_shoulder": f"{side}Arm"}
        roles |= {f"{s}_elbow": f"{side}ForeArm", f"{s}_wrist": f"{side}Hand"}
        for finger, name in FINGERS.items():
            roles |= {f"{s}_{finger}{k}": f"{side}Hand{name}{k}" for k in (1, 2, 3)}
    return {role: f"mixamorig:{name}" for role, name in roles.items()}


def _game_engine_roles():
    roles = {"pelvis": "pelvis", "neck": "neck_01", "head": "head"}
    roles |= {f"spine{k}": f"spine_0{k}" for k in (1, 2, 3)}
    for side in ("left", "right"):
        s = side[0]
        roles |= {f"{side}_hip": f"thigh_{s}", f"{side}_knee": f"calf_{s}"}
        roles |= {f"{side}_ankle": f"foot_{s}", f"{side}_foot": f"ball_{s}"}
        roles |= {f"{side}_collar": f"clavicle_{s}", f"{side}_shoulder": f"upperarm_{s}"}
        roles |= {f"{side}_elbow": f"lowerarm_{s}", f"{side}_wrist": f"hand_{s}"}
        for finger in FINGERS:
            roles |= {f"{side}_{finger}{k}": f"{finger}_0{k}_{s}" for k in (1, 2, 3)}
    return roles


MIXAMO = _mixamo_roles()
"""Joint of `makehuman_mixamo` by role."""

GAME_ENGINE = _game_engine_roles()
"""Joint of `makehuman_game_engine` by role."""


def _vrm_bones(thumb):
    bones = {"hips": "pelvis", "spine": "spine1", "chest": "spine2", "upperChest": "spine3"}
    bones |= {"neck": "neck", "head": "head"}
    for side in ("left", "right"):
        bones |= {f"{side}UpperLeg": f"{side}_hip", f"{side}LowerLeg": f"{side}_knee"}
        bones |= {f"{side}Foot": f"{side}_ankle", f"{side}Toes": f"{side}_foot"}
        bones |= {f"{side}Shoulder": f"{side}_collar", f"{side}UpperArm": f"{side}_shoulder"}
        bones |= {f"{side}LowerArm": f"{side}_elbow", f"{side}Hand": f"{side}_wrist"}
        names = {**FINGERS, "pinky": "Little"}
        for finger, name in names.items():
            parts = thumb if finger == "thumb" else ("Proximal", "Intermediate", "Distal")
            bones |= {
                f"{side}{name}{part}": f"{side}_{finger}{k + 1}" for k, part in enumerate(parts)
            }
    return bones


VRM0_BONES = _vrm_bones(("Proximal", "Intermediate", "Distal"))
"""Role by humanoid bone of VRM 0.x."""

VRM1_BONES = _vrm_bones(("Metacarpal", "Proximal", "Distal"))
"""Role by humanoid bone of VRM 1.0."""
