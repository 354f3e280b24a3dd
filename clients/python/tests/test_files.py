"""A file is streamed, and arrives as it was announced or not at all."""

import io
import os
import re
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

import anyio
import pytest
from conftest import DRAFT, PNG, TOKEN, Caller, Server, response, with_image

from contacts import AsyncClient, Client, File, InDoubtError, InvalidError, NotSentError, RefusedError

SIZE = (8 << 20) + 12345


class Changing:
    """Opens a file, and does something to it after it was looked at."""

    def __init__(self, path: Path, change: Callable[[Path], object]) -> None:
        self._path = path
        self._change = change
        self._opened = 0

    def __call__(self) -> IO[bytes]:
        self._opened += 1
        if self._opened == 2:
            self._change(self._path)
        return self._path.open("rb")


def image(tmp_path: Path, change: Callable[[Path], object]) -> File:
    path = tmp_path / "image.png"
    path.write_bytes(PNG + b"x" * (SIZE - 8))
    return File.from_opener(Changing(path, change), SIZE)


def test_a_file_that_shrinks_is_not_ended_as_if_it_were_whole(caller: Caller, serve: Any, tmp_path: Path) -> None:
    for left in (0, 1, SIZE // 2, SIZE - 1):
        server = serve()
        with pytest.raises(InDoubtError, match="fewer bytes"):
            caller.client(server.url).create(with_image(image(tmp_path, partial(os.truncate, length=left))))
        assert not server.requests


def test_a_file_that_shrinks_while_it_is_sent(caller: Caller, serve: Any, tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(PNG + b"x" * SIZE)
    ends: list[bytes] = []

    class Shrinking(Server):
        def serve(self, connection: socket.socket) -> None:
            os.truncate(path, 100)
            while chunk := connection.recv(1 << 20):
                ends.append(chunk[-100:])

    with pytest.raises(InDoubtError):
        caller.client(serve(kind=Shrinking).url).create(with_image(path))
    assert not any(end.endswith(b"--\r\n") for end in ends)


def test_of_a_file_that_grows_the_first_bytes_are_sent(caller: Caller, serve: Any, tmp_path: Path) -> None:
    def grow(path: Path) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    server = serve()
    assert caller.client(server.url).create(with_image(image(tmp_path, grow))).contact_id == "2750"
    assert b"more" not in server.requests[0]
    assert server.requests[0].count(b"x") >= SIZE - 8


def test_a_path_that_names_no_regular_file_is_a_violation_at_once(caller: Caller, serve: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    server = serve()
    paths: list[Any] = [
        tmp_path / "pipe",
        tmp_path / "empty",
        tmp_path / "missing",
        tmp_path,
        "/dev/zero",
        "",
        "a\0b",
        "\ud800",
    ]
    paths += ["/proc/self/status"]  # its size is 0, and it has bytes
    for path in paths:
        with pytest.raises(InvalidError) as caught:
            caller.client(server.url).create(with_image(File.from_path(path)))
        assert [(v.field, v.rule) for v in caught.value.violations] == [("ProfileImageFile", "needs_file")]
        assert isinstance(caught.value.__cause__, (OSError, ValueError))
    assert server.connections == 0


def test_files_of_all_kinds_arrive(caller: Caller, serve: Any, tmp_path: Path) -> None:
    content = PNG + b"content"
    path = tmp_path / "private name.png"
    path.write_bytes(content)
    beginning = io.BytesIO(b"skipped" + content)
    beginning.seek(7)
    with path.open("rb") as opened:
        for file in (
            File.from_path(path),
            File.from_path(str(path)),
            File.from_bytes(content),
            File.from_file(opened),
            File.from_file(beginning),
            File.from_opener(lambda: io.BytesIO(content), len(content)),
        ):
            server = serve()
            calls = caller.client(server.url)
            for _ in range(2):
                calls.create(with_image(file))
            for request in server.requests:
                assert b"\r\n\r\n" + content + b"\r\n--" in request
                assert b'name="profile-image.png"; filename="profile-image.png"\r\nContent-Type: image/png' in request
                assert b"private" not in request
        assert not opened.closed


def test_a_file_is_a_value() -> None:
    assert File.from_path("a.png") == File.from_path("a.png") != File.from_path("b.png")
    assert File.from_bytes(b"x").named("x.png").name == "x.png"
    assert "secret" not in repr(File.from_bytes(b"secret content"))


def test_an_upload_is_never_in_memory_as_a_whole(caller: Caller, serve: Any, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(PNG)
    os.truncate(path, 64 << 20)

    class Sink(Server):
        def serve(self, connection: socket.socket) -> None:
            head = b""
            while chunk := connection.recv(1 << 16):
                head = head or chunk
                self.received += len(chunk)
                if chunk.endswith(b"--\r\n"):
                    length = re.search(rb"Content-Length: ([0-9]+)", head)
                    assert length
                    assert self.received == int(length[1]) + head.index(b"\r\n\r\n") + 4
                    connection.sendall(response())

    server = serve(kind=Sink)
    calls = caller.client(server.url)
    tracemalloc.start()
    try:
        assert calls.create(with_image(path)).contact_id == "2750"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert server.received > 64 << 20
    assert peak < 16 << 20


@pytest.mark.parametrize("status", [401, 413])
def test_an_early_response_to_an_upload_is_read(caller: Caller, serve: Any, tmp_path: Path, status: int) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(PNG)
    os.truncate(path, 32 << 20)

    class Early(Server):
        def serve(self, connection: socket.socket) -> None:
            connection.recv(1000)
            connection.sendall(response(b'{"Status":"ERROR","Message":"no"}', f"{status} No", b"Connection: close\r\n"))
            connection.shutdown(socket.SHUT_WR)

    for _ in range(5):
        with pytest.raises(Exception, match="no") as caught:
            caller.client(serve(kind=Early).url).create(with_image(path))
        assert caught.value.status == status  # type: ignore[attr-defined]


def test_an_early_response_is_read_even_if_the_server_takes_no_more(
    caller: Caller, serve: Any, tmp_path: Path, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(PNG)
    os.truncate(path, 32 << 20)
    is_over = threading.Event()

    class Early(Server):
        def serve(self, connection: socket.socket) -> None:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            connection.sendall(response(b'{"Status":"ERROR","Message":"no"}', "413 No"))
            is_over.wait(30)

    begin = time.monotonic()
    for tls in (None, server_tls):
        calls = caller.client(serve(tls=tls, kind=Early).url, ssl_context=client_tls if tls else None)
        with pytest.raises(RefusedError, match="no"):
            calls.create(with_image(path))
    assert time.monotonic() - begin < 10
    is_over.set()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_file_is_opened_and_read_beside_the_event_loop(serve: Any, backend: str) -> None:
    threads: set[int] = set()

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.add(threading.get_ident())
            return super().read(size)

    def opener() -> IO[bytes]:
        threads.add(threading.get_ident())
        return Watched(PNG)

    image = with_image(File.from_opener(opener, len(PNG)))

    async def main() -> None:
        async with AsyncClient("IRtest", TOKEN, base_url=serve().url) as client:
            await client.create_contact(1000, image)
            draft = {**DRAFT, "ProfileImageFile": image.profile_image_file}
            await client.call("createContact", {"CampaignId": 1000}, draft)
            with pytest.raises(InvalidError):
                await client.call("createContact", {"CampaignId": 1000}, {**draft, "Title": 1})

    anyio.run(main, backend=backend)
    assert threads
    assert threading.get_ident() not in threads


class Broken(io.BytesIO):
    """Fails on its second read, or when it is closed."""

    def __init__(self, on_read: bool) -> None:
        super().__init__(PNG + b"x" * SIZE)
        self._on_read = on_read
        self._reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self._reads += 1
        if self._on_read and self._reads == 2:
            raise KeyError("mine")
        return super().read(size)

    def close(self) -> None:
        is_first = not self.closed
        super().close()
        if is_first and not self._on_read and self._reads > 1:
            raise KeyError("mine")


def test_a_stream_that_raises_after_the_first_byte_leaves_it_in_doubt(caller: Caller, serve: Any) -> None:
    with pytest.raises(InDoubtError, match="KeyError") as caught:
        caller.client(serve().url).create(with_image(File.from_opener(lambda: Broken(True), SIZE)))
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_stream_that_cannot_be_closed_changes_nothing(caller: Caller, serve: Any) -> None:
    file = File.from_opener(lambda: Broken(False), SIZE)
    assert caller.client(serve().url).create(with_image(file)).contact_id == "2750"


def test_a_file_that_is_gone_for_the_next_attempt_is_not_sent(serve: Any, tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(PNG)

    def handle(_: bytes) -> bytes:
        path.unlink(missing_ok=True)
        return response(b"{}", "429 Wait", b"Retry-After: 1\r\n")

    with Client("IRtest", TOKEN, base_url=serve(handle).url) as client, pytest.raises(NotSentError, match="opened"):
        client.create_contact(1000, with_image(path))


def test_content_is_saved_or_is_not(caller: Caller, serve: Any, tmp_path: Path) -> None:
    content = PNG + bytes(range(256)) * 8192
    whole, path = response(content, extra=b"Content-Type: image/png\r\n"), tmp_path / "image.png"
    calls = caller.client(serve(lambda _: whole).url)
    image = calls.get_profile_image(1000, "1")
    assert (image.content_type, image.length, image.info.status) == ("image/png", len(content), 200)
    assert caller.run(image.read) == content
    calls.content("save", path)
    assert path.read_bytes() == content

    class Cut(Server):
        def serve(self, connection: socket.socket) -> None:
            connection.recv(1 << 16)
            connection.sendall(whole[:-1])

    with pytest.raises(InDoubtError, match="did not come whole"):
        caller.client(serve(kind=Cut).url).content("save", path)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["image.png"]


def test_content_is_read_once(caller: Caller, serve: Any) -> None:
    calls = caller.client(serve(lambda _: response(b"x")).url)
    image = calls.get_profile_image(1000, "1")
    assert caller.run(image.read) == b"x"
    with pytest.raises(ValueError, match="read before"):
        caller.run(image.read)
