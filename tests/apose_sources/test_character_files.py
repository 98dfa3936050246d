"""Which files are characters, and what is said of those that are nearly."""

import pytest
from hypothesis import HealthCheck, given, settings

import retarget
from retarget import kinds
from retarget.errors import FileReadError, RetargetError, UsageError
from retarget.plugins import Plugins
from retarget.testing import APoseSourceTests
from retarget_apose.character_files import CharacterTarget
from support import characters
from support.mutations import damaged_bytes, damaged_json
from support.stick_figure import JOINTS, stick_figure


def claims(path):
    sources = Plugins().load_all(kinds.APOSE_SOURCE)
    return [name for name, source in sources.items() if source.sniff(str(path))]


def vrm():
    glb = stick_figure()
    glb.json["extensions"] = {"VRM": {"humanoid": {"humanBones": []}}}
    return glb


def test_content_decides_not_the_name(tmp_path):
    for suffix in (".glb", ".vrm", ".bin", ""):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(stick_figure().bytes())
        assert claims(path) == ["glb"]
        path.write_bytes(vrm().bytes())
        assert claims(path) == ["vrm"]


@pytest.mark.parametrize("embedded", [False, True])
def test_gltf_is_read_with_its_buffer(tmp_path, embedded):
    path = stick_figure().save_gltf(tmp_path / "a.gltf", embedded=embedded)
    assert claims(path) == ["glb"]
    rig = retarget.load_rig(path)
    assert set(rig.roles.values()) == set(JOINTS)
    assert rig.asset.path == path
    assert not rig.asset.gltf.is_glb
    path = vrm().save_gltf(tmp_path / "b.gltf", embedded=embedded)
    assert claims(path) == ["vrm"]


def test_a_byte_order_mark_and_spaces_before_the_json_do_no_harm(tmp_path):
    path = stick_figure().save(tmp_path / "a.gltf")
    path.write_bytes(b"\xef\xbb\xbf\r\n  " + path.read_bytes())
    assert claims(path) == ["glb"]
    assert retarget.load_rig(path).name == "a.gltf"


@pytest.mark.parametrize(
    "content", [b"", b"glT", b"{}", b'{"version": "2.0"}', b'[{"asset": 1}]', b"PK\3\4", b"\0" * 99]
)
def test_other_files_are_not_claimed(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert claims(path) == []
    with pytest.raises(UsageError, match=r"a\.json: is nothing that any target source knows"):
        retarget.load_rig(path)


@pytest.mark.parametrize("suffix", [".glb", ".gltf", ".vrm", ".GLB"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "neither a GLB nor glTF"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x89PNG", "neither a GLB nor glTF"),
        (b"{}", "its JSON has no asset"),
    ],
)
def test_what_is_only_called_so_is_told(tmp_path, suffix, content, told):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(FileReadError, match=f"a{suffix}: .*{told}"):
        retarget.load_rig(path)


@pytest.mark.parametrize("spec", ["", "a\0.glb", "default", "x" * 5000, "/", "gone.glb"])
def test_what_is_no_file_is_not_claimed(spec):
    assert not {"glb", "vrm"} & set(claims(spec))


def test_a_glb_without_a_rig_is_claimed_and_told(tmp_path):
    glb = stick_figure()
    glb.json = {"asset": {"version": "2.0"}, "nodes": [{"name": "Chair"}]}
    path = glb.save(tmp_path / "chair.glb")
    assert claims(path) == ["glb"]
    with pytest.raises(RetargetError, match=r"chair\.glb: there is no rig in it"):
        retarget.load_rig(path)


def test_a_glb_without_nodes_is_told(tmp_path):
    glb = stick_figure()
    glb.json = {"asset": {"version": "2.0"}}
    path = glb.save(tmp_path / "empty.glb")
    with pytest.raises(UsageError, match=r"empty\.glb: is glTF without nodes"):
        retarget.load_rig(path)


def test_names_are_known_where_the_plugin_is_not_installed():
    assert {"default", "npz", "glb", "vrm"} <= set(kinds.APOSE_SOURCE.absent)


class TestGlbKit(APoseSourceTests):
    """The kit that every target source must pass."""

    suffix = ".glb"

    def make(self):
        return CharacterTarget(vrm=False)

    def spec(self, folder):
        # Z-up, looking along -Y, in centimetres: the kit has it upright, forward and in metres.
        glb = characters.scaled_armature(stick_figure(), 0.01)
        return str(characters.turned(glb, characters.Z_UP).save(folder / f"a{self.suffix}"))

    def expected(self):
        return {role: at for role, (_, at) in JOINTS.items()}

    def refused(self, folder):
        kneeless = characters.without(stick_figure(), ["left_knee", "left_ankle", "left_foot"])
        folder.joinpath("a").mkdir()
        return {str(kneeless.save(folder / "a" / f"kneeless{self.suffix}")): "left_knee"}


class TestGltfKit(TestGlbKit):
    suffix = ".gltf"


class TestVrmKit(TestGlbKit):
    suffix = ".vrm"

    def make(self):
        return CharacterTarget(vrm=True)

    def spec(self, folder):
        bones = {role: role for role in JOINTS}
        absent = [bone for bone, role in characters.VRM0_BONES.items() if role not in bones]
        return str(characters.vrm0(stick_figure(), bones, absent).save(folder / "a.vrm"))


FIGURE = stick_figure()

often = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.function_scoped_fixture],
)


def rig_or_told(path):
    """Load a rig; whatever comes out is a rig, or an error that names the file."""
    told = path.name
    try:
        rig = retarget.load_rig(path)
        assert len(rig.asset.nodes) == len(rig.skeleton)
    except RetargetError as error:
        told = str(error)
    assert path.name in told


@often
@given(damaged_bytes(FIGURE.bytes()))
def test_damaged_bytes_raise_nothing_but_told_errors(tmp_path, content):
    path = tmp_path / "a.glb"
    path.write_bytes(content)
    rig_or_told(path)


@often
@given(damaged_json(FIGURE))
def test_damaged_json_raises_nothing_but_told_errors(tmp_path, glb):
    rig_or_told(glb.save(tmp_path / "a.glb"))


@often
@given(damaged_json(vrm()))
def test_damaged_vrm_raises_nothing_but_told_errors(tmp_path, glb):
    rig_or_told(glb.save(tmp_path / "a.vrm"))
