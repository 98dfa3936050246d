"""Rigs of animation programs: Blender, MakeHuman, CMU, HumanIK, Biped, Character Creator, Daz.

Lines as `rig_conventions` reads them.
"""

import re

METARIG = """
spine = pelvis
  spine.001 = spine1
    spine.002 = spine2
      spine.003 = spine3
        spine.004 = neck
          spine.005 @ neck head .5
            spine.006 = head
              face @ neck head 1.4
                nose @ neck head 1.8
                  nose.001 @ neck head 1.7
                jaw @ neck head 1.2
                  chin @ neck head 1.1
                lip.T.{S} @ neck head 1.3
                ear.{S} @ neck head 1.9
                eye.{S} @ neck head 2.1
                forehead.{S} @ neck head 3
                  temple.{S} @ neck head 2.6
        shoulder.{S} = collar
          upper_arm.{S} = shoulder
            forearm.{S} = elbow
              hand.{S} = wrist
                palm.0{p}.{S} @ wrist {F}1 .3 not thumb
                  f_{f}.01.{S} = {F}1
                    f_{f}.02.{S} = {F}2
                      f_{f}.03.{S} = {F}3
                thumb.01.{S} = thumb1 < palm.01.{S}
                  thumb.02.{S} = thumb2
                    thumb.03.{S} = thumb3
        breast.{S} @ spine3 collar 1.2
  pelvis.{S} @ pelvis hip .1
  thigh.{S} = hip
    shin.{S} = knee
      foot.{S} = ankle
        toe.{S} = foot
        heel.02.{S} @ foot ankle 1.2
"""

RIGIFY = "root @ floor\n" + "".join(
    "  " + re.sub(r"^( *)", r"\1DEF-", line) + "\n" for line in METARIG.strip().splitlines()
).replace("< palm", "< DEF-palm")
for _limb, _a, _b, _next in (
    ("upper_arm", "shoulder", "elbow", "forearm"),
    ("forearm", "elbow", "wrist", "hand"),
    ("thigh", "hip", "knee", "shin"),
    ("shin", "knee", "ankle", "foot"),
):  # Rigify deforms each long bone in two parts
    RIGIFY = re.sub(
        rf"^( *)DEF-{_next}\.",
        rf"\1DEF-{_limb}.{{S}}.001 @ {_a} {_b} .5\n\1DEF-{_next}.",
        RIGIFY,
        flags=re.MULTILINE,
    )
    RIGIFY = re.sub(
        rf"^( *DEF-{_next}\.{{S}} = \w+)$",
        rf"\1 < DEF-{_limb}.{{S}}.001",
        RIGIFY,
        flags=re.MULTILINE,
    )

MAKEHUMAN = """
root = pelvis
  spine05 = spine1
    spine04 @ trunk .25
      spine03 @ trunk .5
        spine02 = spine2 @ trunk .75
          breast.{S} @ spine3 collar 1.2
          spine01 = spine3
            neck01 = neck
              neck02 @ neck head .33
                neck03 @ neck head .66
                  head = head
                    jaw @ neck head 1.2
                      tongue00 @ neck head 1.3
                    levator02.{S} @ neck head 1.4
                      levator03.{S} @ neck head 1.5
                    special04 @ neck head 1.2
                    eye.{S} @ neck head 2
            clavicle.{S} = collar
              shoulder01.{S} @ collar shoulder .6
                upperarm01.{S} = shoulder
                  upperarm02.{S} @ shoulder elbow .5
                    lowerarm01.{S} = elbow
                      lowerarm02.{S} @ elbow wrist .5
                        wrist.{S} = wrist
                          finger1-1.{S} = thumb1
                            finger1-2.{S} = thumb2
                              finger1-3.{S} = thumb3
                          metacarpal{p}.{S} @ wrist {F}1 .3 not thumb
                            finger{n}-1.{S} = {F}1
                              finger{n}-2.{S} = {F}2
                                finger{n}-3.{S} = {F}3
  pelvis.{S} @ pelvis hip .1
    upperleg01.{S} = hip
      upperleg02.{S} @ hip knee .4
        lowerleg01.{S} = knee
          lowerleg02.{S} @ knee ankle .5
            foot.{S} = ankle
              toe{d}-1.{S} @ toe {d} .9
                toe{d}-2.{S} @ toe {d} 1.2
"""

CMU = """
Hips = pelvis
  {S}HipJoint @ pelvis hip .1
    {Side}UpLeg = hip
      {Side}Leg = knee
        {Side}Foot = ankle
          {Side}ToeBase = foot
  LowerBack = spine1
    Spine = spine2
      Spine1 = spine3
        Neck = neck
          Neck1 @ neck head .5
            Head = head
        {Side}Shoulder = collar
          {Side}Arm = shoulder
            {Side}ForeArm = elbow
              {Side}Hand = wrist
                {Side}FingerBase @ wrist middle1 .5
                  {Side}HandIndex1 = index1
                {S}Thumb = thumb1
"""

HUMANIK = """
Reference @ floor
  Hips = pelvis
    {Side}UpLeg = hip
      {Side}UpLegRoll @ hip knee .5
      {Side}Leg = knee
        {Side}LegRoll @ knee ankle .5
        {Side}Foot = ankle
          {Side}ToeBase = foot
    Spine = spine1
      Spine1 @ trunk .4
        Spine2 = spine2 @ trunk .7
          Spine3 = spine3
            Neck = neck
              Head = head
            {Side}Shoulder = collar
              {Side}Arm = shoulder
                {Side}ArmRoll @ shoulder elbow .5
                {Side}ForeArm = elbow
                  {Side}ForeArmRoll @ elbow wrist .5
                  {Side}Hand = wrist
                    {Side}InHand{f} @ wrist {F}1 .3 not thumb
                    {Side}Hand{f}1 = {F}1 < {Side}InHand{f}
                      {Side}Hand{f}2 = {F}2
                        {Side}Hand{f}3 = {F}3
"""

BIPED = """
Bip01
  Bip01 Footsteps @ floor
  Bip01 Pelvis = pelvis
    Bip01 Spine = spine1
      Bip01 Spine1 = spine2
        Bip01 Spine2 = spine3
          Bip01 Neck = neck
            Bip01 Head = head
              Bip01 HeadNub @ neck head 3
              Bip01 Ponytail1 @ neck head 2
                Bip01 Ponytail1Nub @ neck head -3
            Bip01 {S} Clavicle = collar
              Bip01 {S} UpperArm = shoulder
                Bip01 {S}UpArmTwist @ shoulder elbow .3
                Bip01 {S} Forearm = elbow
                  Bip01 {S} ForeTwist @ elbow wrist .4
                  Bip01 {S} Hand = wrist
                    Bip01 {S} Finger{z} = {F}1
                      Bip01 {S} Finger{z}1 = {F}2
                        Bip01 {S} Finger{z}2 = {F}3
                          Bip01 {S} Finger{z}Nub @ {F}2 {F}3 2
    Bip01 {S} Thigh = hip
      Bip01 {S} Calf = knee
        Bip01 {S} Foot = ankle
          Bip01 {S} Toe0 = foot
            Bip01 {S} Toe0Nub @ ankle foot 1.6
"""

BIPED_LEGS_ON_SPINE = (
    BIPED.replace("Pelvis = pelvis", "Pelvis @ pelvis pelvis 0")
    .replace("Spine = spine1", "Spine = pelvis")
    .replace("Spine1 = spine2", "Spine1 = spine1")
    .replace("    Bip01 {S} Thigh = hip", "    Bip01 {S} Thigh = hip < Bip01 Spine")
)

CHARACTER_CREATOR = """
CC_Base_BoneRoot @ floor
  CC_Base_Hip = pelvis
    CC_Base_Pelvis @ pelvis pelvis 0
      CC_Base_{S}_Thigh = hip
        CC_Base_{S}_ThighTwist01 @ hip knee 0
          CC_Base_{S}_ThighTwist02 @ hip knee .5
        CC_Base_{S}_Calf = knee
          CC_Base_{S}_CalfTwist01 @ knee ankle 0
            CC_Base_{S}_CalfTwist02 @ knee ankle .5
          CC_Base_{S}_KneeShareBone @ knee ankle 0
          CC_Base_{S}_Foot = ankle
            CC_Base_{S}_ToeBaseShareBone @ ankle foot 1
            CC_Base_{S}_ToeBase = foot
              CC_Base_{S}_BigToe1 @ ankle foot 1.3
              CC_Base_{S}_IndexToe1 @ ankle foot 1.3
              CC_Base_{S}_MidToe1 @ ankle foot 1.25
              CC_Base_{S}_PinkyToe1 @ ankle foot 1.2
    CC_Base_Waist = spine1
      CC_Base_Spine01 = spine2
        CC_Base_Spine02 = spine3
          CC_Base_{S}_RibsTwist @ spine2 spine3 .5
          CC_Base_{S}_Breast @ spine3 collar 1.2
          CC_Base_NeckTwist01 = neck
            CC_Base_NeckTwist02 @ neck head .5
              CC_Base_Head = head
                CC_Base_FacialBone @ neck head 1.2
                  CC_Base_JawRoot @ neck head 1.2
                    CC_Base_Tongue01 @ neck head 1.4
                  CC_Base_{S}_Eye @ neck head 2
                  CC_Base_UpperJaw @ neck head 1.5
                    CC_Base_Teeth01 @ neck head 1.4
          CC_Base_{S}_Clavicle = collar
            CC_Base_{S}_Upperarm = shoulder
              CC_Base_{S}_UpperarmTwist01 @ shoulder elbow 0
                CC_Base_{S}_UpperarmTwist02 @ shoulder elbow .5
              CC_Base_{S}_Forearm = elbow
                CC_Base_{S}_ForearmTwist01 @ elbow wrist 0
                  CC_Base_{S}_ForearmTwist02 @ elbow wrist .5
                CC_Base_{S}_ElbowShareBone @ elbow wrist 0
                CC_Base_{S}_Hand = wrist
                  CC_Base_{S}_{f}1 = {F}1
                    CC_Base_{S}_{f}2 = {F}2
                      CC_Base_{S}_{f}3 = {F}3
"""

DAZ8 = """
Genesis8Female @ floor
  hip = pelvis
    pelvis @ pelvis pelvis 0
      {s}ThighBend = hip
        {s}ThighTwist @ hip knee .45
          {s}Shin = knee
            {s}Foot = ankle
              {s}Metatarsals @ ankle foot .4
                {s}Toe = foot
                  {s}BigToe @ ankle foot 1.3
                    {s}BigToe_2 @ ankle foot 1.5
                  {s}SmallToe1 @ ankle foot 1.2
                    {s}SmallToe1_2 @ ankle foot 1.3
    abdomenLower = spine1
      abdomenUpper @ trunk .35
        chestLower = spine2 @ trunk .7
          {s}Pectoral @ spine3 collar 1.2
          chestUpper = spine3
            {s}Collar = collar
              {s}ShldrBend = shoulder
                {s}ShldrTwist @ shoulder elbow .45
                  {s}ForearmBend = elbow
                    {s}ForearmTwist @ elbow wrist .45
                      {s}Hand = wrist
                        {s}Thumb1 = thumb1
                          {s}Thumb2 = thumb2
                            {s}Thumb3 = thumb3
                        {s}Carpal{p} @ wrist {F}1 .3 not thumb
                          {s}{f}1 = {F}1
                            {s}{f}2 = {F}2
                              {s}{f}3 = {F}3
            neckLower = neck
              neckUpper @ neck head .5
                head = head
                  upperTeeth @ neck head 1.4
                  lowerJaw @ neck head 1.2
                    tongue01 @ neck head 1.3
                  {s}Eye @ neck head 2
                  {s}Ear @ neck head 1.8
                  upperFaceRig @ neck head 1.8
                    {s}BrowInner @ neck head 2.2
"""

DAZ9 = """
Genesis9 @ floor
  hip = pelvis
    pelvis @ pelvis pelvis 0
      {s}_thigh = hip
        {s}_thightwist1 @ hip knee .33
        {s}_thightwist2 @ hip knee .66
        {s}_shin = knee
          {s}_foot = ankle
            {s}_metatarsal @ ankle foot .4
            {s}_toes = foot
              {s}_bigtoe1 @ ankle foot 1.3
                {s}_bigtoe2 @ ankle foot 1.5
              {s}_indextoe1 @ ankle foot 1.25
              {s}_pinkytoe1 @ ankle foot 1.2
    spine1 = spine1
      spine2 @ trunk .35
        spine3 = spine2 @ trunk .7
          {s}_pectoral @ spine3 collar 1.2
          spine4 = spine3
            {s}_shoulder = collar
              {s}_upperarm = shoulder
                {s}_upperarmtwist1 @ shoulder elbow .33
                {s}_upperarmtwist2 @ shoulder elbow .66
                {s}_forearm = elbow
                  {s}_forearmtwist1 @ elbow wrist .33
                  {s}_forearmtwist2 @ elbow wrist .66
                  {s}_hand = wrist
                    {s}_hand_anchor @ wrist middle1 .6
                    {s}_thumb1 = thumb1
                      {s}_thumb2 = thumb2
                        {s}_thumb3 = thumb3
                    {s}_{f}metacarpal @ wrist {F}1 .3 not thumb
                      {s}_{f}1 = {F}1
                        {s}_{f}2 = {F}2
                          {s}_{f}3 = {F}3
            neck1 = neck
              neck2 @ neck head .5
                head = head
                  lowerjaw @ neck head 1.2
                  {s}_eye @ neck head 2
                  {s}_ear @ neck head 1.8
                  {s}_browinner @ neck head 2.2
"""

SYNTY = """
Root @ floor
  Hips = pelvis
    Spine_01 = spine1
      Spine_02 = spine2
        Spine_03 = spine3
          Neck = neck
            Head = head
              Eyes @ neck head 2
              Eyebrows @ neck head 2.2
          Clavicle_{S} = collar
            Shoulder_{S} = shoulder
              Elbow_{S} = elbow
                Hand_{S} = wrist
                  {f}_{S}_01 = {F}1
                    {f}_{S}_02 = {F}2
                      {f}_{S}_03 = {F}3
                  Finger_{S}_01 @ middle1 ring1 .5
                    Finger_{S}_02 @ middle2 ring2 .5
                      Finger_{S}_03 @ middle3 ring3 .5
    UpperLeg_{S} = hip
      LowerLeg_{S} = knee
        Ankle_{S} = ankle
          Ball_{S} = foot
            Toes_{S} @ ankle foot 1.5
"""
