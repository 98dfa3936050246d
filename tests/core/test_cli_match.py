"""`retarget match`: the table, its JSON, and a joint map that leads back to the same match."""

import json

import pytest

from retarget import load_rig
from retarget.cli import main
from retarget.matching import read_joint_map
from retarget.options import Options
from support import characters


@pytest.fixture
def hero(tmp_path):
    return characters.game_engine().save(tmp_path / "hero.glb")


@pytest.fixture
def match(capsys):
    def run(*arguments):
        status = main(["match", *map(str, arguments)])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return status, told.out, told.err

    return run


def test_the_table_names_role_joint_and_how(hero, match):
    status, out, err = match(hero)
    assert (status, err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()[1:53]}
    assert {role: row[0] for role, row in rows.items()} == characters.GAME_ENGINE
    assert rows["left_knee"][1:] == ["name", "(Unreal)", "1.00"]


def test_json_tells_the_same(hero, match):
    status, out, _ = match(hero, "--json")
    told = json.loads(out)
    assert status == 0
    assert {j["role"]: j["joint"] for j in told["joints"]} == characters.GAME_ENGINE
    assert (told["missing"], told["unmapped"], told["score"]) == ([], [], 1.0)


def test_the_map_it_writes_is_one_it_reads(hero, match, tmp_path):
    path = tmp_path / "map.json"
    assert match(hero, "-o", path)[0] == 0
    assert read_joint_map(path) == characters.GAME_ENGINE
    rig = load_rig(hero, options=Options(joint_map=read_joint_map(path)))
    assert {role: joint for joint, role in rig.roles.items()} == characters.GAME_ENGINE
    assert {f.how for f in rig.found} == {"map"}
    before = path.read_bytes()
    status, _, err = match(hero, "-o", path)
    assert (status, "--force" in err, path.read_bytes()) == (1, True, before)
    assert match(hero, "-o", path, "--force")[0] == 0


def test_the_users_map_wins_and_an_empty_joint_leaves_a_role_out(hero, match, tmp_path):
    path = tmp_path / "map.json"
    path.write_text(json.dumps({"L_Foot": "", "left_index1": "left_middle1"}))
    status, _, err = match(hero, "--joint-map", path)
    assert status == 1
    assert "left_middle1" in err
    path.write_text(json.dumps({"L_Foot": "", "left_index1": "middle_01_l"}))
    status, out, _ = match(hero, "--joint-map", path)
    assert status == 0
    assert "missing: left_foot" in out
    assert any(
        line.split()[:3] == ["left_index1", "middle_01_l", "map"] for line in out.splitlines()
    )


@pytest.mark.parametrize("way", [".", "new/.."])
def test_the_character_itself_is_never_written_to(hero, match, way):
    before = hero.read_bytes()
    status, out, err = match(hero, "-o", hero.parent / way / hero.name, "--force")
    assert (status, out, "target itself" in err) == (2, "", True)
    assert hero.read_bytes() == before


def test_a_role_left_out_stays_so_in_the_map_that_is_written(hero, match, tmp_path):
    given, written = tmp_path / "given.json", tmp_path / "written.json"
    given.write_text(json.dumps({"left_foot": ""}))
    assert match(hero, "--joint-map", given, "-o", written)[0] == 0
    assert read_joint_map(written) == {**characters.GAME_ENGINE, "left_foot": ""}
    status, out, _ = match(hero, "--joint-map", written)
    assert (status, "missing: left_foot" in out) == (0, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"left_elbw": "x"}', "left_elbw"),
        ('{"left_elbow": 3}', "left_elbow"),
        ("[]", "map.json"),
        ("{", "map.json"),
    ],
)
def test_a_map_that_cannot_be_is_refused_by_name(hero, match, tmp_path, text, words):
    path = tmp_path / "map.json"
    path.write_text(text)
    status, out, err = match(hero, "--joint-map", path)
    assert (status in (1, 2), out, words in err) == (True, "", True)


def test_without_an_arm_it_is_an_error_that_shows_the_table(match, tmp_path):
    arm = [
        j
        for r, j in characters.GAME_ENGINE.items()
        if r.startswith("left_")
        and any(
            part in r
            for part in ("shoulder", "elbow", "wrist", "index", "middle", "ring", "pinky", "thumb")
        )
    ]
    hero = characters.without(characters.game_engine(), arm).save(tmp_path / "hero.glb")
    status, out, err = match(hero)
    assert status == 1
    assert "no joint was found for left_shoulder, left_elbow, left_wrist" in err
    assert any(line.split()[:2] == ["right_elbow", "lowerarm_r"] for line in out.splitlines())


def test_generated_skeletons_have_a_match_as_well(match):
    status, out, _ = match("default")
    assert status == 0
    assert "left_index1     L_Hand_0" in out


def test_of_a_rig_that_lacks_joints_there_is_a_map_to_go_on_from(match, tmp_path):
    hero = characters.without(characters.game_engine(), ["upperarm_l"]).save(tmp_path / "hero.glb")
    status, out, err = match(hero, "-o", tmp_path / "map.json", "--json")
    assert (status, "no joint was found for" in err, "\n" in err.strip()) == (1, True, False)
    told = json.loads(out)
    started = read_joint_map(tmp_path / "map.json")
    assert {role for role, joint in started.items() if not joint} == set(told["missing"])
    assert started["right_shoulder"] == "upperarm_r"
