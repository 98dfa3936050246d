"""Rigs of body models, engines and avatars: SMPL, Mixamo, Unreal, VRM, Unity.

Lines as `rig_conventions` reads them.
"""

SMPLH_FIRST = {"index": 0, "middle": 3, "pinky": 6, "ring": 9, "thumb": 12}

SMPLH = """
Pelvis = pelvis
  {S}_Hip = hip
    {S}_Knee = knee
      {S}_Ankle = ankle
        {S}_Foot = foot
  Spine1 = spine1
    Spine2 = spine2
      Spine3 = spine3
        Neck = neck
          Head = head
        {S}_Collar = collar
          {S}_Shoulder = shoulder
            {S}_Elbow = elbow
              {S}_Wrist = wrist
""" + "".join(
    " " * (16 + 2 * n) + f"{{S}}_Hand_{first + n} = {finger}{n + 1}\n"
    for finger, first in SMPLH_FIRST.items()
    for n in range(3)
)

SMPLX = """
pelvis = pelvis
  {side}_hip = hip
    {side}_knee = knee
      {side}_ankle = ankle
        {side}_foot = foot
  spine1 = spine1
    spine2 = spine2
      spine3 = spine3
        neck = neck
          head = head
            jaw @ head neck -.4
            {side}_eye_smplhf @ head neck -.6
        {side}_collar = collar
          {side}_shoulder = shoulder
            {side}_elbow = elbow
              {side}_wrist = wrist
                {side}_{f}1 = {F}1
                  {side}_{f}2 = {F}2
                    {side}_{f}3 = {F}3
"""

MIXAMO = """
Hips = pelvis
  {Side}UpLeg = hip
    {Side}Leg = knee
      {Side}Foot = ankle
        {Side}ToeBase = foot
          {Side}Toe_End @ ankle foot 1.6
  Spine = spine1
    Spine1 = spine2
      Spine2 = spine3
        Neck = neck
          Head = head
            HeadTop_End @ neck head 3
            {Side}Eye @ neck head 2
        {Side}Shoulder = collar
          {Side}Arm = shoulder
            {Side}ForeArm = elbow
              {Side}Hand = wrist
                {Side}Hand{f}1 = {F}1
                  {Side}Hand{f}2 = {F}2
                    {Side}Hand{f}3 = {F}3
                      {Side}Hand{f}4 @ {F}2 {F}3 2
"""

UE4 = """
root @ floor
  pelvis = pelvis
    spine_01 = spine1
      spine_02 = spine2
        spine_03 = spine3
          clavicle_{s} = collar
            upperarm_{s} = shoulder
              upperarm_twist_01_{s} @ shoulder elbow .02
              lowerarm_{s} = elbow
                lowerarm_twist_01_{s} @ elbow wrist .55
                hand_{s} = wrist
                  {f}_01_{s} = {F}1
                    {f}_02_{s} = {F}2
                      {f}_03_{s} = {F}3
          neck_01 = neck
            head = head
    thigh_{s} = hip
      thigh_twist_01_{s} @ hip knee .4
      calf_{s} = knee
        calf_twist_01_{s} @ knee ankle .6
        foot_{s} = ankle
          ball_{s} = foot
  ik_foot_root @ floor
    ik_foot_{s} @ ankle ankle 0
  ik_hand_root @ floor
    ik_hand_gun @ wrist wrist 0
      ik_hand_{s} @ wrist wrist 0
"""

UE5 = """
root @ floor
  pelvis = pelvis
    spine_01 = spine1
      spine_02 @ trunk .25
        spine_03 @ trunk .5
          spine_04 = spine2 @ trunk .75
            spine_04_latissimus_{s} @ spine3 shoulder .4
            spine_05 = spine3
              clavicle_{s} = collar
                upperarm_{s} = shoulder
                  upperarm_correctiveRoot_{s} @ shoulder elbow 0
                    upperarm_bck_{s} @ shoulder elbow 0
                  upperarm_twist_01_{s} @ shoulder elbow .33
                    upperarm_bicep_{s} @ shoulder elbow .4
                  upperarm_twist_02_{s} @ shoulder elbow .66
                  lowerarm_{s} = elbow
                    lowerarm_correctiveRoot_{s} @ elbow wrist 0
                    lowerarm_twist_02_{s} @ elbow wrist .33
                    lowerarm_twist_01_{s} @ elbow wrist .66
                    hand_{s} = wrist
                      wrist_inner_{s} @ wrist wrist 0
                      {f}_metacarpal_{s} @ wrist {F}1 .3 not thumb
                      {f}_01_{s} = {F}1 < {f}_metacarpal_{s}
                        {f}_02_{s} = {F}2
                          {f}_03_{s} = {F}3
                      weapon_{s} @ wrist middle1 1
                clavicle_out_{s} @ collar shoulder .8
                clavicle_scap_{s} @ collar shoulder .5
              clavicle_pec_{s} @ spine3 shoulder .5
              neck_01 = neck
                neck_02 @ neck head .5
                  head = head
    thigh_{s} = hip
      thigh_correctiveRoot_{s} @ hip knee 0
      thigh_twist_01_{s} @ hip knee .33
      thigh_twist_02_{s} @ hip knee .66
      calf_{s} = knee
        calf_correctiveRoot_{s} @ knee ankle 0
          calf_kneeBack_{s} @ knee ankle 0
        calf_twist_02_{s} @ knee ankle .33
        calf_twist_01_{s} @ knee ankle .66
        foot_{s} = ankle
          ankle_bck_{s} @ ankle ankle 0
          ankle_fwd_{s} @ ankle ankle 0
          ball_{s} = foot
            bigtoe_01_{s} @ ankle foot 1.2
              bigtoe_02_{s} @ ankle foot 1.5
            littletoe_01_{s} @ ankle foot 1.15
              littletoe_02_{s} @ ankle foot 1.3
  ik_foot_root @ floor
    ik_foot_{s} @ ankle ankle 0
  ik_hand_root @ floor
    ik_hand_gun @ wrist wrist 0
      ik_hand_{s} @ wrist wrist 0
  interaction @ floor
  center_of_mass @ floor
"""

VRM = """
Root @ floor
  hips = pelvis
    spine = spine1
      chest = spine2
        upperChest = spine3
          neck = neck
            head = head
              jaw @ neck head 1.3
              {side}Eye @ neck head 2
          {side}Shoulder = collar
            {side}UpperArm = shoulder
              {side}LowerArm = elbow
                {side}Hand = wrist
                  {side}{f}Proximal = {F}1 not thumb
                    {side}{f}Intermediate = {F}2
                      {side}{f}Distal = {F}3
                  {side}ThumbMetacarpal = thumb1
                    {side}ThumbProximal = thumb2
                      {side}ThumbDistal = thumb3
    {side}UpperLeg = hip
      {side}LowerLeg = knee
        {side}Foot = ankle
          {side}Toes = foot
"""

VROID = """
Root @ floor
  J_Bip_C_Hips = pelvis
    J_Bip_C_Spine = spine1
      J_Bip_C_Chest = spine2
        J_Bip_C_UpperChest = spine3
          J_Sec_{S}_Bust1 @ spine3 collar 1
            J_Sec_{S}_Bust2 @ spine3 collar 1.5
          J_Bip_C_Neck = neck
            J_Bip_C_Head = head
              J_Adj_{S}_FaceEye @ neck head 2
              J_Sec_Hair1_01 @ neck head 3
                J_Sec_Hair2_01 @ neck head -2
                  J_Sec_Hair3_01 @ neck head -8
                    J_Sec_Hair4_01 @ neck head -12
          J_Bip_{S}_Shoulder = collar
            J_Bip_{S}_UpperArm = shoulder
              J_Bip_{S}_LowerArm = elbow
                J_Bip_{S}_Hand = wrist
                  J_Bip_{S}_{f}1 = {F}1
                    J_Bip_{S}_{f}2 = {F}2
                      J_Bip_{S}_{f}3 = {F}3
    J_Bip_{S}_UpperLeg = hip
      J_Sec_{S}_CoatSkirtFront1_01 @ hip knee .3
        J_Sec_{S}_CoatSkirtFront2_01 @ hip knee .9
      J_Bip_{S}_LowerLeg = knee
        J_Bip_{S}_Foot = ankle
          J_Bip_{S}_ToeBase = foot
"""

UNITY = """
Hips = pelvis
  Spine = spine1
    Chest = spine2
      UpperChest = spine3
        Neck = neck
          Head = head
            Jaw @ neck head 1.3
            {Side}Eye @ neck head 2
        {Side}Shoulder = collar
          {Side}UpperArm = shoulder
            {Side}LowerArm = elbow
              {Side}Hand = wrist
                {Side} {f} Proximal = {F}1
                  {Side} {f} Intermediate = {F}2
                    {Side} {f} Distal = {F}3
  {Side}UpperLeg = hip
    {Side}LowerLeg = knee
      {Side}Foot = ankle
        {Side}Toes = foot
"""
