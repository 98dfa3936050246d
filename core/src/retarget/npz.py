"""Safe reading of strangers' NPZ files: headers first, no pickle, sizes bounded before allocating.

`numpy.load` decides per member whether to unpickle, reads whole members and says little on a bad
file. This reader looks at the zip directory and the `.npy` headers alone, so that telling what a
file is costs no array; a stored (not deflated) member is then memory-mapped, a deflated one is
read up to the size its header states and not a byte further.

Format: NEP 1 / numpy.lib.format for `.npy`, PKWARE APPNOTE 4.3.7 for the zip's local headers.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
import zipfile
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from retarget.errors import FileReadError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MAX_BYTES = 4 << 30
"""Largest array that will be read: an hour of SMPL-H at 240 frames/s is a quarter of it."""

MAX_MEMBERS = 4096
"""More members than any motion or skeleton file has; a bound on the work of looking."""

_MAX_HEADER = 12 + 10_000
"""Bytes of a member that are looked at for its `.npy` header; numpy takes none that is longer."""

_MAX_DIMENSION = 1 << 48
"""More elements than any memory has along one axis."""

_CHUNK = 1 << 20

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy writes. zipfile inflates others without a bound on what comes out."""

_DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What zipfile, zlib and numpy raise on damaged bytes."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LFS_MAGIC = b"version https://git-lfs"


@attrs.frozen(kw_only=True)
class Member:
    """The header of one array in an NPZ file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    offset: int
    """Where the array's bytes begin in the uncompressed member."""
    info: zipfile.ZipInfo = attrs.field(repr=False)

    @property
    def pickled(self) -> bool:
        """True where reading it would mean unpickling, which is never done."""
        return self.dtype.hasobject


@attrs.frozen(kw_only=True)
class Npz:
    """The arrays of an NPZ file by name; nothing but headers is read until `read` is called."""

    path: Path
    members: Mapping[str, Member]

    @classmethod
    def open(cls, path: Path) -> Npz:
        """Read the directory and the headers.

        Raises:
            FileReadError: not there, not an NPZ, a git-LFS pointer, truncated, or absurd.

        """
        try:
            state = path.stat()
            return _opened(path, state.st_mtime_ns, state.st_size)
        except OSError as error:
            raise FileReadError(f"{path}: cannot be read ({error.strerror or error}).") from error
        except _DAMAGE as error:
            raise FileReadError(f"{path}: damaged or truncated NPZ file ({error}).") from error

    def __contains__(self, key: str) -> bool:
        """Tell whether the file has an array of this name."""
        return key in self.members

    def shape(self, key: str) -> tuple[int, ...] | None:
        """Return the shape of an array, or None where there is none or it is pickled."""
        member = self.members.get(key)
        return None if member is None or member.pickled else member.shape

    def read(self, key: str) -> NDArray[Any]:
        """Read one array, memory-mapped (read-only) where it is stored without compression.

        Raises:
            FileReadError: no such array, pickled, larger than `MAX_BYTES`, or truncated.

        """
        member = self.members.get(key)
        if member is None:
            raise FileReadError(f"{self.path}: no array {key!r}.")
        if member.pickled:
            raise FileReadError(f"{self.path}: {key!r} is pickled; retarget never unpickles.")
        size = math.prod(member.shape) * member.dtype.itemsize
        if size > MAX_BYTES:
            raise FileReadError(
                f"{self.path}: {key!r} claims more than {MAX_BYTES >> 30} GiB, the limit."
            )
        if member.offset + size != member.info.file_size:
            raise FileReadError(
                f"{self.path}: {key!r} claims {size} bytes but holds "
                f"{member.info.file_size - member.offset}; the file is damaged."
            )
        try:
            if size == 0:
                return np.empty(member.shape, member.dtype)
            stored = member.info.compress_type == zipfile.ZIP_STORED
            return self._map(member) if stored else self._inflate(member, size)
        except _DAMAGE as error:
            raise FileReadError(
                f"{self.path}: {key!r} is damaged or truncated ({error})."
            ) from error

    def _map(self, member: Member) -> NDArray[Any]:
        with self.path.open("rb") as file:
            file.seek(member.info.header_offset)
            magic, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        if magic != b"PK\x03\x04":
            raise zipfile.BadZipFile("local header is not where the directory says")
        start = member.info.header_offset + _LOCAL_HEADER.size + name + extra + member.offset
        return np.memmap(
            self.path,
            member.dtype,
            mode="r",
            offset=start,
            shape=member.shape,
            order="F" if member.fortran else "C",
        )

    def _inflate(self, member: Member, size: int) -> NDArray[Any]:
        with zipfile.ZipFile(self.path) as archive, archive.open(member.info) as file:
            file.read(member.offset)
            payload = bytearray()  # grows with what is there, whatever the header claims
            while chunk := file.read(min(_CHUNK, size - len(payload))):
                payload += chunk
        if len(payload) != size:
            raise EOFError(f"{size - len(payload)} bytes are missing")
        flat = np.frombuffer(payload, member.dtype)
        return flat.reshape(member.shape, order="F" if member.fortran else "C")


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, Member]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise FileReadError(f"{path}: {len(infos)} members; that is no motion or skeleton file.")
    members = {}
    for info in infos:
        if not info.filename.endswith(".npy"):
            continue
        if info.flag_bits & 1:
            raise FileReadError(f"{path}: {info.filename} is encrypted.")
        if info.compress_type not in _COMPRESSIONS:
            raise FileReadError(f"{path}: {info.filename} is compressed as numpy never does.")
        try:
            with archive.open(info) as file:
                header = file.read(_MAX_HEADER)
            members[info.filename.removesuffix(".npy")] = _header(header, info)
        except Exception as error:  # numpy parses headers as Python, so anything may come
            raise FileReadError(
                f"{path}: {info.filename} has no readable header ({error})."
            ) from error
    return members


def _header(start: bytes, info: zipfile.ZipInfo) -> Member:
    file = io.BytesIO(start)
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"unknown .npy version {version}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy on headers that Python 2 wrote, as early AMASS's
        shape, fortran, dtype = read(file)
    if any(not 0 <= n < _MAX_DIMENSION for n in shape):
        raise ValueError("absurd shape")
    return Member(shape=shape, dtype=dtype, fortran=fortran, offset=file.tell(), info=info)


@lru_cache(maxsize=4)
def _opened(path: Path, mtime: int, size: int) -> Npz:  # noqa: ARG001 - they say it has changed
    """Read a file's headers once for all the sources that are asked whether they know it."""
    with path.open("rb") as file:
        start = file.read(len(_LFS_MAGIC))
        if start == _LFS_MAGIC:
            raise FileReadError(
                f"{path}: this is a git-LFS pointer, not the file itself; "
                "fetch the data with `git lfs pull`."
            )
        if start[:2] != b"PK":
            raise FileReadError(f"{path}: not an NPZ file (it does not begin as a zip).")
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            return Npz(path=path, members=_members(path, archive))
