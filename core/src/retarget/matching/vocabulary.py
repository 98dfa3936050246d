"""The words that joint names are made of, in the conventions of the trade, and what they mean.

A name is read as a set of words, whatever joins them. Most words mean one thing. A few mean
different joints in different conventions; these say in which order they take what is left free:
Mixamo's `Leg` is the knee because `UpLeg` took the hip; where nothing else is the hip, it is `Leg`.

Sources: SMPL+H and smplx joint names; Mixamo; Epic's UE4 and UE5 mannequins; VRM 1.0 humanoid;
Unity HumanBodyBones; Blender's Rigify; MakeHuman's default, CMU and game rigs; Autodesk HumanIK and
3ds Max Biped; Reallusion Character Creator (`CC_Base_`); Daz Genesis 3, 8 and 9.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SIDE = {"left": "left", "right": "right", "l": "left", "r": "right"}

FINGER = {
    "thumb": "thumb",
    "index": "index",
    "pointer": "index",
    "middle": "middle",
    "mid": "middle",
    "ring": "ring",
    "pinky": "pinky",
    "pinkie": "pinky",
    "little": "pinky",
    "small": "pinky",
}

TORSO = {
    "pelvis": "pelvis",
    "hips": "pelvis",
    "hip": "pelvis",  # of a side it is a leg's: see AMBIGUOUS
    "spine": "spine",
    "chest": "spine",
    "abdomen": "spine",
    "waist": "spine",
    "torso": "spine",
    "back": "spine",
    "neck": "neck",
    "head": "head",
}
"""Words of the midline."""

LIMB = {
    ("thigh",): "hip",
    ("femur",): "hip",
    ("up", "leg"): "hip",
    ("upper", "leg"): "hip",
    ("calf",): "knee",
    ("shin",): "knee",
    ("knee",): "knee",
    ("lower", "leg"): "knee",
    ("low", "leg"): "knee",
    ("lo", "leg"): "knee",
    ("ankle",): "ankle",
    ("ball",): "foot",
    ("toe",): "foot",
    ("toes",): "foot",
    ("clavicle",): "collar",
    ("collar",): "collar",
    ("up", "arm"): "shoulder",
    ("upper", "arm"): "shoulder",
    ("shldr",): "shoulder",
    ("fore", "arm"): "elbow",
    ("lower", "arm"): "elbow",
    ("low", "arm"): "elbow",
    ("lo", "arm"): "elbow",
    ("elbow",): "elbow",
    ("wrist",): "wrist",
}
"""Words of a limb that mean one joint in every convention."""

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "arm": ("shoulder",),
    "shoulder": ("shoulder", "collar"),
    "scapula": ("collar",),
    "leg": ("hip", "knee"),
    "hip": ("hip",),
    "foot": ("ankle", "foot"),
    "hand": ("wrist",),
}
"""Words of a limb that take the first of these joints that is still free, in this order."""

MODIFIER = frozenset({"up", "upper", "lower", "low", "lo", "fore", "in", "finger", "fingers"})

TWIST = frozenset({"twist", "roll"})

PALM = frozenset({"metacarpal", "metacarpals", "carpal", "carpals", "palm", "meta", "in"})

END = frozenset({"end", "nub", "tip", "top", "effector", "leaf"})

IGNORED = _words(
    "mixamorig cc base bip biped character rig armature bone joint jnt jt bn skin bind sk "
    "valve skeleton metarig normalized bend proximal intermediate distal center centre "
    "j c m f b"
)
"""Words that say nothing of which joint it is."""

LAYERS = frozenset({"def", "org"})
"""Rigify's: the joints that deform, and those of the original skeleton."""

CONTROL = _words(
    "ik fk pole target ctrl control controller mch tweak master parent hinge socket pivot "
    "attach share helper driver drv corrective camera footsteps anchor root reference visual vb"
)
"""Words of a rig's own joints, which no skin hangs from."""

ON_HEAD = _words(
    "eye eyes jaw ear lip lips tongue teeth tooth brow cheek nose lid eyelid face facial chin "
    "forehead temple hair ponytail hat"
)
"""Words of what the head carries."""

ON_CHEST = _words("breast bust pectoral ribs nipple")
"""Words of what the joint below the shoulders carries."""

ON_PELVIS = _words("tail skirt buttock glute")
"""Words of what the pelvis carries."""

OTHER = (
    CONTROL
    | ON_HEAD
    | ON_CHEST
    | ON_PELVIS
    | _words(
        "wing cloth cape weapon sword gun prop muscle deltoid bulge heel metatarsal metatarsals "
        "big adj sec twistcor belly shoe sleeve armor armour strap holster"
    )
)
"""Words of what is no joint of the body that a motion moves."""

WORDS = frozenset().union(
    SIDE, FINGER, TORSO, *LIMB, AMBIGUOUS, MODIFIER, TWIST, PALM, END, LAYERS, OTHER, IGNORED
) - frozenset("jcmfb")
