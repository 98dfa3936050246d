"""Rigs named in languages of which matching knows a word here and there, and in their own words.

Lines as `rig_conventions` reads them; `{fr}`, `{es}` and `{sv}` are sides in these languages.
"""

GERMAN = """
Becken = pelvis
  Oberschenkel.{S} = hip
    Unterschenkel.{S} = knee
      Fuß.{S} = ankle
        Zehen.{S} = foot
  Rücken1 = spine1
    Rücken2 = spine2
      Brust = spine3
        Hals = neck
          Kopf = head
        Schlüsselbein.{S} = collar
          Oberarm.{S} = shoulder
            Unterarm.{S} = elbow
              Hand.{S} = wrist
                {f}1.{S} = {F}1
                  {f}2.{S} = {F}2
                    {f}3.{S} = {F}3
"""

GERMAN_FINGERS = {
    "thumb": "Daumen",
    "index": "Zeigefinger",
    "middle": "Mittelfinger",
    "ring": "Ringfinger",
    "pinky": "KleinerFinger",
}

SWEDISH = """
Bäcken = pelvis
  Lår.{sv} = hip
    Vad.{sv} = knee
      Fot.{sv} = ankle
        Tår.{sv} = foot
  Rygg1 = spine1
    Rygg2 = spine2
      Bröst = spine3
        Nacke = neck
          Huvud = head
        Nyckelben.{sv} = collar
          Överarm.{sv} = shoulder
            Underarm.{sv} = elbow
              Hand.{sv} = wrist
                {f}1.{sv} = {F}1
                  {f}2.{sv} = {F}2
                    {f}3.{sv} = {F}3
"""

SWEDISH_FINGERS = {
    "thumb": "Tumme",
    "index": "Pekfinger",
    "middle": "Långfinger",
    "ring": "Ringfinger",
    "pinky": "Lillfinger",
}

FRENCH = """
Bassin = pelvis
  Cuisse_{fr} = hip
    Jambe_{fr} = knee
      Pied_{fr} = ankle
        Orteils_{fr} = foot
  Colonne1 = spine1
    Colonne2 = spine2
      Poitrine = spine3
        Cou = neck
          Tête = head
        Épaule_{fr} = collar
          Bras_{fr} = shoulder
            AvantBras_{fr} = elbow
              Main_{fr} = wrist
                {f}1_{fr} = {F}1
                  {f}2_{fr} = {F}2
                    {f}3_{fr} = {F}3
"""

FRENCH_FINGERS = {
    "thumb": "Pouce",
    "index": "Index",
    "middle": "Majeur",
    "ring": "Annulaire",
    "pinky": "Auriculaire",
}

SPANISH = """
Pelvis = pelvis
  Muslo_{es} = hip
    Pierna_{es} = knee
      Pie_{es} = ankle
        Dedos_{es} = foot
  Columna1 = spine1
    Columna2 = spine2
      Torso = spine3
        Cuello = neck
          Cabeza = head
        Clavícula_{es} = collar
          Brazo_{es} = shoulder
            Antebrazo_{es} = elbow
              Mano_{es} = wrist
                {f}1_{es} = {F}1
                  {f}2_{es} = {F}2
                    {f}3_{es} = {F}3
"""

SPANISH_FINGERS = {
    "thumb": "Pulgar",
    "index": "Índice",
    "middle": "Medio",
    "ring": "Anular",
    "pinky": "Meñique",
}

OWN_WORDS = """
Bottom = pelvis
  UpLeg_{S} = hip
    LoLeg_{S} = knee
      Foot_{S} = ankle
        Toes_{S} = foot
  Tummy = spine1
    Belly = spine2
      Chest = spine3
        Neck = neck
          Noggin = head
        Clav_{S} = collar
          UpArm_{S} = shoulder
            LoArm_{S} = elbow
              Palm_{S} = wrist
                {f}1_{S} = {F}1
                  {f}2_{S} = {F}2
                    {f}3_{S} = {F}3
"""

OWN_FINGERS = {
    "thumb": "Thumb",
    "index": "Point",
    "middle": "Mid",
    "ring": "Ring",
    "pinky": "Pink",
}

FOUR_OF_FIVE = {
    "thumb": "Thumb",
    "index": "Pointer",
    "middle": "Bird",
    "ring": "Ring",
    "pinky": "Pinkie",
}
