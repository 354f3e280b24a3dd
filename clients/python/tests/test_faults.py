"""Faults at every byte: there is an outcome, it is true, and the next response belongs to the next request."""

import gc
import os
import random
import socket
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import attrs
import pytest
from conftest import CREATED, PNG, TOKEN, WILE, Caller, Server, response, with_image

from contacts import ApiError, AsyncClient, File, InDoubtError, NotSentError

WHOLE = response(extra=b"X-RateLimit-Limit: 9\r\n")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(CREATED), CREATED)
OTHER = CREATED.replace(b"2750", b"6666")


def reset(connection: socket.socket) -> None:
    """Close a connection by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("whole", [WHOLE, CHUNKED], ids=["length", "chunked"])
def test_a_response_that_is_cut_anywhere_is_in_doubt(caller: Caller, serve: Any, whole: bytes) -> None:
    cuts = iter(range(len(whole)))

    class Cutting(Server):
        def serve(self, connection: socket.socket) -> None:
            while connection.recv(1 << 16):
                cut = next(cuts)
                connection.sendall(whole[:cut])
                if cut % 2:
                    reset(connection)
                return

    server = serve(kind=Cutting)
    calls = caller.client(server.url)
    for _ in range(len(whole)):
        with pytest.raises(InDoubtError):
            calls.create()


def test_a_request_that_was_received_in_part_is_never_not_sent(caller: Caller, serve: Any) -> None:
    sizes = [1, 2, 16, 100, 1 << 12, 1 << 16, 1 << 19, (1 << 20) + 1]
    left = iter(sizes)

    class Reading(Server):
        def serve(self, connection: socket.socket) -> None:
            size, received = next(left), 0
            while received < size and (chunk := connection.recv(min(size - received, 1 << 16))):
                received += len(chunk)
            reset(connection)

    server = serve(kind=Reading)
    image = with_image(File.from_bytes(PNG + bytes(2 << 20)))
    for _ in sizes:
        with pytest.raises(InDoubtError):
            caller.client(server.url).create(image)


def test_a_response_of_random_bytes_spoils_no_other(caller: Caller, serve: Any) -> None:
    chance = random.Random(7)

    def mutated() -> bytes:
        data = bytearray(chance.choice([WHOLE, CHUNKED]))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[at] = chance.randrange(256)
                case 1:
                    del data[at : at + chance.randint(1, 8)]
                case 2:
                    data[at:at] = bytes(chance.choices(range(256), k=chance.randint(1, 8)))
                case _:
                    data[at:at] = chance.choice([b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b": ", b",", WHOLE])
        return bytes(data)

    class Mutating(Server):
        def serve(self, connection: socket.socket) -> None:
            while request := connection.recv(1 << 16):
                if b"Title=odd" not in request:
                    connection.sendall(response(OTHER))
                    continue
                connection.sendall(mutated())
                if chance.random() < 0.5:
                    return

    calls = caller.client(serve(kind=Mutating).url)
    for _ in range(150):
        with suppress(ApiError):
            calls.create(attrs.evolve(WILE, title="odd"), timeout=0.2)
        try:
            created = calls.create()
        except InDoubtError:  # the server closed the connection in the moment in which it was used again
            created = calls.create()
        assert created.contact_id == "6666"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_at_any_moment_spoils_no_other(serve: Any, backend: str, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(PNG)
    os.truncate(path, 4 << 20)
    chance = random.Random(7)

    def handle(head: bytes) -> bytes:
        time.sleep(chance.choice([0, 0.005]))
        return response(CREATED if b"multipart" in head else OTHER)

    server = serve(handle)

    async def main() -> None:
        async with AsyncClient("IRtest", TOKEN, base_url=server.url) as client:
            for _ in range(100):
                with anyio.move_on_after(chance.random() * 0.02):
                    await client.create_contact(1000, with_image(path) if chance.random() < 0.5 else WILE)
                assert (await client.create_contact(1000, WILE)).contact_id == "6666"

    anyio.run(main, backend=backend)


def test_many_calls_that_fail_leave_nothing(caller: Caller, serve: Any) -> None:
    answers = [None, response(b"{}", "500 Oops"), b"nonsense\r\n\r\n", WHOLE + b"x"]
    server: Server = serve(lambda _: answers[len(server.requests) % len(answers)])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    calls, absent = caller.client(server.url), caller.client(f"http://127.0.0.1:{port}")

    def fail(times: int) -> tuple[int, int, int]:
        for _ in range(times):
            with suppress(InDoubtError):
                calls.create()
            with suppress(NotSentError):
                absent.create()
        time.sleep(0.2)  # for the server to close its own
        gc.collect()
        return len(os.listdir("/proc/self/fd")), threading.active_count(), len(gc.get_objects())

    before, after = fail(50), fail(300)
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + 2
    assert after[2] <= before[2] + 300
