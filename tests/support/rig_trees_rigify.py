"""What Blender's Rigify 0.6 makes of the human metarig, and what exports leave of it.

Constraints drive the bones that deform (`DEF-`): few hang from each other. Lines as
`rig_conventions` reads them.
"""

GENERATED = """
rig @ floor
  root @ floor
    DEF-spine = pelvis
      DEF-spine.001 = spine1
        DEF-spine.002 = spine2
          DEF-spine.003 = spine3
            DEF-spine.004 = neck
              DEF-spine.005 @ neck head .5
                DEF-spine.006 = head
    VIS_thigh_ik_pole.{S} @ hip knee .5
  MCH-torso.parent @ floor
    torso @ pelvis spine1 .5
      hips @ pelvis spine1 .5
      chest @ spine1 spine3 .5
      MCH-spine.001 @ spine1 spine2 0
        spine_fk.001 @ spine1 spine2 0
          MCH-spine @ pelvis spine1 0
            spine_fk @ pelvis spine1 0
              tweak_spine @ pelvis spine1 0
                ORG-spine @ pelvis spine1 0
                  ORG-pelvis.{S} @ pelvis hip .1
                    DEF-pelvis.{S} @ pelvis hip .1
                  MCH-thigh_parent.{S} @ hip knee 0
                    thigh_fk.{S} @ hip knee 0
                      shin_fk.{S} @ knee ankle 0
                        foot_fk.{S} @ ankle foot 0
                          toe_fk.{S} @ foot ankle 0
                    thigh_ik.{S} @ hip knee 0
                  MCH-thigh_tweak.{S} @ hip knee 0
                    thigh_tweak.{S} @ hip knee 0
                  ORG-thigh.{S} @ hip knee 0
                    ORG-shin.{S} @ knee ankle 0
                      ORG-foot.{S} @ ankle foot 0
                        ORG-toe.{S} @ foot ankle 0
                        ORG-heel.02.{S} @ foot ankle 1.2
                  DEF-thigh.{S} = hip
                    DEF-thigh.{S}.001 @ hip knee .5
                      DEF-shin.{S} = knee
                        DEF-shin.{S}.001 @ knee ankle .5
                          DEF-foot.{S} = ankle
                            DEF-toe.{S} = foot
              tweak_spine.001 @ spine1 spine2 0
                ORG-spine.001 @ spine1 spine2 0
      MCH-spine.002 @ spine2 spine3 0
        spine_fk.002 @ spine2 spine3 0
          MCH-pivot @ spine2 spine3 0
            tweak_spine.002 @ spine2 spine3 0
              ORG-spine.002 @ spine2 spine3 0
          MCH-spine.003 @ spine3 neck 0
            spine_fk.003 @ spine3 neck 0
              tweak_spine.003 @ spine3 neck 0
                ORG-spine.003 @ spine3 neck 0
                  shoulder.{S} @ collar shoulder 0
                  breast.{S} @ spine3 collar 1.2
                  ORG-breast.{S} @ spine3 collar 1.2
                    DEF-breast.{S} @ spine3 collar 1.2
                  ORG-shoulder.{S} @ collar shoulder 0
                    DEF-shoulder.{S} = collar
                    upper_arm_parent.{S} @ shoulder elbow 0
                    MCH-upper_arm_parent.{S} @ shoulder elbow 0
                      upper_arm_fk.{S} @ shoulder elbow 0
                        forearm_fk.{S} @ elbow wrist 0
                          hand_fk.{S} @ wrist elbow 0
                    ORG-upper_arm.{S} @ shoulder elbow 0
                      ORG-forearm.{S} @ elbow wrist 0
                        ORG-hand.{S} @ wrist elbow 0
                          hand_tweak.{S} @ wrist elbow 0
                    DEF-upper_arm.{S} = shoulder
                      DEF-upper_arm.{S}.001 @ shoulder elbow .5
                        DEF-forearm.{S} = elbow
                          DEF-forearm.{S}.001 @ elbow wrist .5
                            DEF-hand.{S} = wrist
                              palm.{S} @ wrist pinky1 .3
                              ORG-palm.0{p}.{S} @ wrist {F}1 .3 not thumb
                                DEF-palm.0{p}.{S} @ wrist {F}1 .3
                                f_{f}.01_master.{S} @ {F}1 {F}2 0
                                MCH-f_{f}.01_drv.{S} @ {F}1 {F}2 0
                                  f_{f}.01.{S} @ {F}1 {F}2 0
                                ORG-f_{f}.01.{S} @ {F}1 {F}2 0
                                  ORG-f_{f}.02.{S} @ {F}2 {F}3 0
                                    ORG-f_{f}.03.{S} @ {F}3 {F}2 0
                                DEF-f_{f}.01.{S} = {F}1
                                  DEF-f_{f}.02.{S} = {F}2
                                    DEF-f_{f}.03.{S} = {F}3
                                ORG-thumb.01.{S} @ thumb1 thumb2 0 < ORG-palm.01.{S}
                                  ORG-thumb.02.{S} @ thumb2 thumb3 0
                                    ORG-thumb.03.{S} @ thumb3 thumb2 0
                                DEF-thumb.01.{S} = thumb1 < ORG-palm.01.{S}
                                  DEF-thumb.02.{S} = thumb2
                                    DEF-thumb.03.{S} = thumb3
              neck @ neck head 0
                head @ head neck 0
                tweak_spine.004 @ neck head 0
              ORG-spine.004 @ neck head 0
                ORG-spine.005 @ neck head .5
                  ORG-spine.006 @ head neck 0
                    ORG-face @ neck head 1.4
                      nose @ neck head 1.8
                        ORG-nose @ neck head 1.8
                        DEF-nose @ neck head 1.8
                      jaw_master @ neck head 1.2
                        jaw @ neck head 1.2
                          DEF-jaw @ neck head 1.2
                        chin @ neck head 1.1
                          DEF-chin @ neck head 1.1
                      master_eye.{S} @ neck head 2.1
                        MCH-lid.T.{S} @ neck head 2.2
                          DEF-lid.T.{S} @ neck head 2.2
                        MCH-eye.{S} @ neck head 2.1
                          ORG-eye.{S} @ neck head 2.1
                      ear.{S} @ neck head 1.9
                        ORG-ear.{S} @ neck head 1.9
                        DEF-ear.{S} @ neck head 1.9
                      DEF-forehead.{S} @ neck head 3
  MCH-foot_ik.parent.{S} @ floor
    foot_ik.{S} @ ankle foot 0
      foot_spin_ik.{S} @ foot ankle 0
        foot_heel_ik.{S} @ ankle foot 0
        MCH-heel.02_roll1.{S} @ foot ankle 1.2
  MCH-hand_ik.parent.{S} @ floor
    hand_ik.{S} @ wrist elbow 0
  upper_arm_ik_target.{S} @ shoulder elbow .5
"""

DEFORM_ONLY = """
rig @ floor
  DEF-spine = pelvis
    DEF-spine.001 = spine1
      DEF-spine.002 = spine2
        DEF-spine.003 = spine3
          DEF-spine.004 = neck
            DEF-spine.005 @ neck head .5
              DEF-spine.006 = head
  DEF-pelvis.{S} @ pelvis hip .1
  DEF-thigh.{S} = hip
    DEF-thigh.{S}.001 @ hip knee .5
      DEF-shin.{S} = knee
        DEF-shin.{S}.001 @ knee ankle .5
          DEF-foot.{S} = ankle
            DEF-toe.{S} = foot
  DEF-breast.{S} @ spine3 collar 1.2
  DEF-shoulder.{S} = collar
  DEF-upper_arm.{S} = shoulder
    DEF-upper_arm.{S}.001 @ shoulder elbow .5
      DEF-forearm.{S} = elbow
        DEF-forearm.{S}.001 @ elbow wrist .5
          DEF-hand.{S} = wrist
            DEF-palm.0{p}.{S} @ wrist {F}1 .3 not thumb
            DEF-f_{f}.01.{S} = {F}1
              DEF-f_{f}.02.{S} = {F}2
                DEF-f_{f}.03.{S} = {F}3
            DEF-thumb.01.{S} = thumb1 < DEF-hand.{S}
              DEF-thumb.02.{S} = thumb2
                DEF-thumb.03.{S} = thumb3
  DEF-nose @ neck head 1.8
  DEF-jaw @ neck head 1.2
  DEF-chin @ neck head 1.1
  DEF-lid.T.{S} @ neck head 2.2
  DEF-ear.{S} @ neck head 1.9
  DEF-forehead.{S} @ neck head 3
"""
