"""`retarget check` run in this process, and finished files changed behind its back."""

from __future__ import annotations

import json
import struct

from retarget import cli


def check(capsys, *arguments):
    """Status, stdout and stderr of a run."""
    try:
        status = cli.main([str(argument) for argument in ("check", *arguments)])
    except SystemExit as done:
        status = done.code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, captured.err


def rewrite(path, change, to=None):
    """Change the JSON of a GLB."""
    data = path.read_bytes()
    size = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + size])
    change(document)
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + size :]
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A)
    (to or path).write_bytes(head + text + rest)
    return to or path


def double(path, to):
    """A file with two animations, the second saying that it was made from run.npz."""

    def add(document):
        (animation,) = document["animations"]
        animation.setdefault("extras", {})["source"] = "walk.npz"
        second = {**animation, "name": "run", "extras": {"source": "run.npz"}}
        document["animations"].append(second)

    return rewrite(path, add, to)
