"""The checks of an A-pose source."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest

from retarget import roles
from retarget.errors import RetargetError
from retarget.options import Options
from retarget.testing import junk
from retarget.testing.kit import Kit
from retarget.testing.oracle import world_of_rest
from retarget.values import Rig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retarget.providers import APoseSource
    from retarget.values import Float64


class APoseSourceTests(Kit, ABC):
    """Subclass as `Test…`; return your source, a spec that it reads, and the truth about it."""

    humanoid: ClassVar[bool] = True
    """False where the target is no human body and its roles are its own."""
    reads_files: ClassVar[bool] = True
    """False where the spec is a name alone and there is no file behind it."""
    position_tolerance: ClassVar[float] = 1e-4
    """Metres."""

    @abstractmethod
    def make(self) -> APoseSource:
        """Return the source to try."""

    @abstractmethod
    def spec(self, folder: Path) -> str:
        """Return what a user gives for --target, after writing the file to `folder` if it is one.

        The same call must give the same target.
        """

    @abstractmethod
    def expected(self) -> Mapping[str, Sequence[float]]:
        """Return the rest position (3,) of every role that the target of `spec` has.

        Metres, +Y up, +Z forward, +X the character's left, computed by other means than your
        source's.
        """

    def refused(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002 - for subclasses
        """Return specs that must be refused and a word that the error must hold.

        A target that lacks a required role, say, and that role.
        """
        return {}

    def load(self, folder: Path) -> Rig:
        """Return the rig of `spec`."""
        rig = self.make().load(self.spec(folder), Options())
        assert isinstance(rig, Rig), f"load returned {type(rig).__name__}"
        return rig

    # What it knows

    def test_knows_its_own_specs(self, tmp_path: Path) -> None:
        """`sniff` says yes."""
        spec = self.spec(tmp_path)
        assert self.make().sniff(spec), f"does not know {spec}"

    @pytest.mark.parametrize("kind", list(junk.JUNK))
    def test_does_not_claim_junk(self, tmp_path: Path, kind: str) -> None:
        """`sniff` never raises, and says no: a spec that two sources claim is neither's."""
        assert not self.make().sniff(self._junk(tmp_path, kind)), f"claims {kind}"

    @pytest.mark.parametrize(
        "spec", ["", "no such target", "no/such/folder/target.npz", "..", "\0"]
    )
    def test_does_not_claim_nonsense(self, spec: str) -> None:
        """`sniff` says no to names that are none."""
        assert not self.make().sniff(spec), f"claims {spec!r}"

    # What it makes

    def test_joints_rest_where_the_truth_has_them(self, tmp_path: Path) -> None:
        """The rest pose, by role, in metres and the pipeline's axes."""
        rest = _positions(self.load(tmp_path))
        expected = self.expected()
        assert rest.keys() == expected.keys(), f"roles differ: {rest.keys() ^ expected.keys()}"
        for role, position in expected.items():
            error = float(np.linalg.norm(rest[role] - np.asarray(position)))
            assert error <= self.position_tolerance, f"{role} rests {error * 1000:.3g} mm off"

    def test_a_humanoid_has_the_required_roles(self, tmp_path: Path) -> None:
        """Without them no human motion can be put on the rig."""
        self._needs_a_humanoid()
        given = self.load(tmp_path).roles.values()
        missing = [role for role in roles.REQUIRED if role not in given]
        assert not missing, f"no joint for {', '.join(missing)}"

    def test_a_humanoid_stands_upright(self, tmp_path: Path) -> None:
        """+Y is up: the shoulders are above the pelvis, the knees above the ankles."""
        self._needs_a_humanoid()
        rest = _positions(self.load(tmp_path))
        for above, below in (
            ("left_shoulder", "pelvis"),
            ("right_shoulder", "pelvis"),
            ("head", "pelvis"),
            ("pelvis", "left_knee"),
            ("left_knee", "left_ankle"),
            ("right_knee", "right_ankle"),
        ):
            if above in rest:
                assert rest[above][1] > rest[below][1], f"{above} is not above {below}"

    def test_a_humanoid_faces_plus_z(self, tmp_path: Path) -> None:
        """Its left is on +X; its toes point to +Z."""
        self._needs_a_humanoid()
        rest = _positions(self.load(tmp_path))
        for role in rest:
            if role.startswith("left_") and roles.MIRROR.get(role) in rest:
                other = roles.MIRROR[role]
                assert rest[role][0] > rest[other][0], f"{role} is not on the +X side of {other}"
        for side in roles.SIDES:
            foot, ankle = f"{side}_foot", f"{side}_ankle"
            if foot in rest:
                assert rest[foot][2] > rest[ankle][2], f"{foot} is not in front of {ankle}"

    def test_the_floor_is_under_the_feet(self, tmp_path: Path) -> None:
        """The lowest joint is above the rig's floor by a sole's height, not more."""
        self._needs_a_humanoid()
        rig = self.load(tmp_path)
        height = float(world_of_rest(rig.skeleton)[:, 1, 3].min()) - rig.floor
        assert -0.01 <= height <= 0.15, f"the lowest joint is {height:.3f} m above the floor"

    def test_loading_twice_gives_the_same(self, tmp_path: Path) -> None:
        """Deterministic."""
        first, second = self.load(tmp_path), self.load(tmp_path)
        assert first.skeleton.names == second.skeleton.names, "the joints differ"
        assert first.roles == second.roles, "the roles differ"
        assert first.floor == second.floor, "the floors differ"
        for array in ("parents", "rest_translations", "rest_rotations"):
            assert np.array_equal(
                getattr(first.skeleton, array), getattr(second.skeleton, array)
            ), f"{array} differ"

    # What it refuses

    @pytest.mark.parametrize("kind", list(junk.JUNK))
    def test_refuses_junk_by_name(self, tmp_path: Path, kind: str) -> None:
        """Told to read it anyway, it says which file it cannot read."""
        self._needs_files()
        spec = self._junk(tmp_path, kind)
        with pytest.raises(RetargetError) as refusal:
            self.make().load(spec, Options())
        name = Path(spec).name
        assert name in str(refusal.value), f"the error does not name {name}"

    def test_never_unpickles(self, tmp_path: Path) -> None:
        """A pickle runs whatever its author wanted; it is refused unread."""
        self._needs_files()
        marker, own = tmp_path / "executed", Path(self.spec(tmp_path))
        path = own.with_stem("pickled")
        if junk.is_npz(own):
            junk.with_pickles(own, path, marker, keep=False)
        else:
            junk.write_pickle(path, marker)
        self.make().sniff(str(path))
        with pytest.raises(RetargetError) as refusal:
            self.make().load(str(path), Options())
        assert not marker.exists(), "the pickle was executed"
        assert path.name in str(refusal.value), f"the error does not name {path.name}"

    @pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
    def test_a_truncated_file_is_never_read_quietly(self, tmp_path: Path, kept: float) -> None:
        """`sniff` does not raise; what it claims nevertheless, `load` refuses by name."""
        self._needs_files()
        path = Path(self.spec(tmp_path))
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
        self.make().sniff(str(path))
        with pytest.raises(RetargetError) as refusal:
            self.make().load(str(path), Options())
        assert path.name in str(refusal.value), f"the error does not name {path.name}"

    def test_refuses_what_it_must(self, tmp_path: Path) -> None:
        """The specs of `refused`, each with an error that says what is wrong."""
        refused = self.refused(tmp_path)
        if not refused:
            pytest.skip("refused names none")
        for spec, word in refused.items():
            with pytest.raises(RetargetError) as refusal:
                self.make().load(spec, Options())
            assert word in str(refusal.value), f"{spec}: the error does not say {word!r}"

    def _junk(self, folder: Path, kind: str) -> str:
        own = folder / "own"
        own.mkdir()
        suffix = Path(self.spec(own)).suffix if self.reads_files else ".npz"
        path = folder / f"target{suffix}"
        junk.JUNK[kind](path)
        return str(path)

    def _needs_a_humanoid(self) -> None:
        if not self.humanoid:
            pytest.skip("the target is no human body")

    def _needs_files(self) -> None:
        if not self.reads_files:
            pytest.skip("the spec is a name alone")


def _positions(rig: Rig) -> dict[str, Float64]:
    world = world_of_rest(rig.skeleton)
    return {role: world[joint, :3, 3] for role, joint in rig.joint_of_role.items()}
