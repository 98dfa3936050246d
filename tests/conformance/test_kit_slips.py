"""The kit in the hands of an author who slips: what is wrong is said, and nothing passes for it."""

from __future__ import annotations

import subprocess
import sys

import attrs
import pytest

from conformance import toy_ik, toy_pass
from retarget.errors import UsageError
from retarget.options import Options
from retarget.parameters import parameter
from retarget.testing import CrossBackendTests, ExporterTests, FKSolverTests, PassTests

# What is abstract


@pytest.mark.parametrize("kit", [PassTests, FKSolverTests, ExporterTests, CrossBackendTests])
def test_a_test_class_that_lacks_something_is_refused(kit):
    with pytest.raises(TypeError, match=r"TestMine lacks make.*none of its checks would run"):
        type("TestMine", (kit,), {"other": lambda _: None})


def test_what_may_have_been_meant_is_told():
    with pytest.raises(TypeError, match=r"Is its mkae meant as make\?"):
        type("TestMine", (PassTests,), {"mkae": lambda _: None, "__doc__": ""})


def test_a_base_class_may_leave_things_open():
    class Base(PassTests):
        pass

    class TestMine(Base):
        def make(self):
            return toy_pass.Toy()

    assert TestMine().make()


def test_pytest_does_not_pass_over_it(tmp_path):
    module = tmp_path / "test_mine.py"
    module.write_text(
        "from retarget.testing import PassTests\n"
        "class TestMine(PassTests):\n    def mkae(self): ...\n"
        "def test_other(): ...\n"
    )
    options = ["-q", "-pno:cacheprovider", f"--rootdir={tmp_path}"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(module)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    # pytest's own summary says it once more where CI is set.
    errors = [line for line in run.stdout.splitlines() if line.startswith("E ")]
    assert sum("TypeError: TestMine lacks make" in line for line in errors) == 1
    assert "Is its mkae meant as make?" in run.stdout


# What `make` returns


class GivesTheClass(PassTests):
    def make(self):
        return toy_pass.Toy


class GivesTheClassStatically(PassTests):
    @staticmethod
    def make():
        return toy_pass.Toy


class Maker:
    def make(self):
        return toy_pass.Toy


class GivesTheClassOfAMixin(Maker, PassTests):
    pass


class GivesNothing(PassTests):
    def make(self):
        toy_pass.Toy()


@pytest.mark.parametrize(
    ("kit", "told"),
    [
        (GivesTheClass, r"GivesTheClass.make returned the class Toy; return an instance, Toy\(\)"),
        (GivesTheClassStatically, r"GivesTheClassStatically.make returned the class Toy"),
        (GivesTheClassOfAMixin, r"GivesTheClassOfAMixin.make returned the class Toy"),
        (GivesNothing, r"GivesNothing.make returned None\."),
    ],
)
def test_a_make_that_returns_no_instance_is_told(kit, told):
    with pytest.raises(pytest.fail.Exception, match=told):
        kit().test_tracks_stay_clean("humanoid")


def test_so_is_the_other_of_two():
    class Compared(CrossBackendTests):
        def make(self):
            return toy_pass.Toy()

        def other(self):
            return toy_pass.Toy

    with pytest.raises(pytest.fail.Exception, match=r"Compared.other returned the class Toy"):
        Compared().other()


# Roles


def test_an_end_that_is_no_role_is_refused():
    with pytest.raises(TypeError, match=r"'left_rist', which is no role; did you mean left_wrist"):
        type("TestMine", (toy_ik.PassKit,), {"keeps": ("left_rist",)})


def test_a_joint_turned_under_a_misspelt_role_is_named():
    class Mine(toy_ik.PassKit):
        turns = ("*_shoulder", "*_elbw", "*_wrist")

    with pytest.raises(AssertionError, match=r"turns left_elbow, .*which it does not own"):
        Mine().test_other_joints_are_bit_equal("stretched")


# Parameters


@attrs.frozen(kw_only=True)
class Strength:
    """Parameters of a toy."""

    share: float = parameter(0.5, "how much", at_least=0, at_most=1)


class Strong(toy_pass.Toy):
    """Tells how strong it was."""

    parameters = Strength

    def provenance(self, clip):
        return {**clip.provenance, "toy": self.share}

    def apply(self, clip, context):
        self.share = context.parameters(Strength).share
        return super().apply(clip, context)


class StrongKit(PassTests):
    def make(self):
        return Strong()

    def share(self):
        return self.applied(*self.given("humanoid")).provenance["toy"]


class TestSet(StrongKit):
    """A pass is tried with the parameters given, under any name."""

    options = Options(settings={"strong": {"share": 0.25}})

    def test_they_arrive(self):
        assert self.share() == 0.25


class TestUnset(StrongKit):
    """Without any it has its defaults."""

    def test_they_arrive(self):
        assert self.share() == 0.5


class StrongIK(toy_ik.ToyPass):
    parameters = Strength


class TestSetIK(toy_ik.PassKit):
    """So is a pass that moves limbs."""

    made = StrongIK
    options = Options(settings={"strong": {"share": 0.25}})

    def test_they_arrive(self):
        _, context = self.given("humanoid")
        assert context.parameters(Strength).share == 0.25


@pytest.mark.parametrize(
    ("settings", "error", "told"),
    [
        ({"strong": {"shar": 1}}, UsageError, "no such parameter. Did you mean share?"),
        ({"strong": {"share": 2}}, UsageError, "at most 1"),
        ({"a": {}, "b": {}}, pytest.fail.Exception, "settings of several passes, a, b"),
    ],
)
def test_settings_that_cannot_be_are_told(settings, error, told):
    class Mine(StrongKit):
        options = Options(settings=settings)

    with pytest.raises(error, match=told):
        Mine().share()
