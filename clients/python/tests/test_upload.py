"""An image is streamed from disk."""

import hashlib
import re
import socket
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from conftest import CREATED, Caller, response, valid

from contacts import ImageFile, InDoubtError


class Sink:
    """Takes in a body without keeping it."""

    def __init__(self) -> None:
        self.length = 0
        self.digest = hashlib.sha256()

    def __call__(self, connection: socket.socket, rest: bytes) -> None:
        chunk = rest
        while True:
            self.length += len(chunk)
            self.digest.update(chunk)
            if chunk.endswith(b"--\r\n"):
                break
            if not (chunk := connection.recv(65536)):
                return
        connection.sendall(response(CREATED))


def test_an_upload_needs_little_memory(caller: Caller, serve: Any, tmp_path: Path) -> None:
    image = tmp_path / "large"
    with image.open("wb") as file:
        file.truncate(64 << 20)
    sink = Sink()
    server = serve(sink)
    tracemalloc.start()
    try:
        assert caller.create(server.url, valid(profile_image_file=ImageFile(image))).id == "2750"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sink.length > 64 << 20
    assert peak < 16 << 20
    length = re.search(rb"Content-Length: ([0-9]+)", server.heads[0])
    assert length
    assert int(length[1]) == sink.length
    assert b"Transfer-Encoding" not in server.heads[0]


def test_a_file_that_shrinks_while_it_is_sent_is_in_doubt(caller: Caller, serve: Any, tmp_path: Path) -> None:
    image = tmp_path / "shrinking"
    with image.open("wb") as file:
        file.truncate(32 << 20)

    def shrink(connection: socket.socket, _: bytes) -> None:
        with image.open("wb") as file:
            file.truncate(1)
        while connection.recv(1 << 20):
            pass

    with pytest.raises(InDoubtError) as caught:
        caller.create(serve(shrink).url, valid(profile_image_file=ImageFile(image)))
    assert caught.value.status is None
