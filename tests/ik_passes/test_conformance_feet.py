"""The kit's checks of a pass, on `floor` and `feet`."""

from retarget.testing import PassTests
from retarget_ik.feet import Feet
from retarget_ik.floor import Floor


class TestFloor(PassTests):
    def make(self):
        return Floor()


class TestFeet(PassTests):
    def make(self):
        return Feet()
