"""A response belongs to its request, whoever uses the connection."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
import pytest
import trustme
from conftest import CREATED, TOKEN, WILE, Caller, Server, response

from contacts import AsyncClient, Client, InDoubtError, NotSentError, RefusedError, UsageError

OTHER = CREATED.replace(b"2750", b"6666")
SURPLUS = {
    "created": response(OTHER),
    "refused": response(b"{}", "400 Bad Request"),
    "429": response(b"{}", "429 Wait", b"Retry-After: 1\r\n"),
    "newline": b"\r\n",
    "byte": b"x",
    "interim": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(CREATED), CREATED)


def test_a_connection_is_used_again(caller: Caller, serve: Any) -> None:
    for first in (response(), CHUNKED, response(b"{}", "400 Bad Request")):
        server = serve(lambda _, first=first: first)
        calls = caller.client(server.url)
        for _ in range(3):
            with suppress(RefusedError):
                calls.create()
        assert server.connections == 1


@pytest.mark.parametrize("kind", SURPLUS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_bytes_after_a_response_are_no_response(
    caller: Caller, serve: Any, kind: str, tls: bool, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    for first in (response(), CHUNKED):
        server = serve(lambda _, first=first: first + SURPLUS[kind], server_tls if tls else None)
        calls = caller.client(server.url, ssl_context=client_tls if tls else None, retries=2)
        assert [calls.create().contact_id for _ in range(3)] == ["2750"] * 3
        assert (server.connections, len(server.requests)) == (3, 3)


class Twice(Server):
    """Sends its response and a surplus one by two writes: two records of TLS."""

    pause = 0.0

    def serve(self, connection: socket.socket) -> None:
        """Respond once to each request, and once unasked."""
        while connection.recv(1 << 16):
            self.requests.append(b"")
            connection.sendall(response())
            time.sleep(self.pause)
            connection.sendall(response(OTHER))
            self.received += 1


class TwiceLater(Twice):
    """Does so after a while."""

    pause = 0.1


@pytest.mark.parametrize("kind", [Twice, TwiceLater])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_bytes_that_come_later_are_no_response(
    caller: Caller, serve: Any, kind: Any, tls: bool, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    server = serve(tls=server_tls if tls else None, kind=kind)
    calls = caller.client(server.url, ssl_context=client_tls if tls else None)
    for i in range(3):
        assert calls.create().contact_id == "2750"
        while server.received == i:  # until the other one is on its way
            time.sleep(0.01)


def test_a_connection_does_not_cross_a_fork(serve: Any) -> None:
    server = serve()
    with Client("IRtest", TOKEN, base_url=server.url) as client:
        client.create_contact(1000, WILE)
        _in_child(lambda: client.create_contact(1000, WILE).contact_id == "2750")
        client.create_contact(1000, WILE)
    assert server.connections == 2


def test_an_async_connection_does_not_cross_a_fork(serve: Any) -> None:
    server = serve()
    client = AsyncClient("IRtest", TOKEN, base_url=server.url)

    async def create() -> bool:
        return (await client.create_contact(1000, WILE)).contact_id == "2750"

    assert anyio.run(create)
    _in_child(lambda: anyio.run(create))
    assert anyio.run(create)
    anyio.run(client.aclose)
    assert server.connections == 2


def _in_child(function: Callable[[], bool]) -> None:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if function() else 1
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "backends", [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio"), ("trio", "trio")]
)
def test_one_async_client_in_two_loops(serve: Any, backends: tuple[str, str]) -> None:
    client = AsyncClient("IRtest", TOKEN, base_url=serve().url)

    async def create() -> str | None:
        return (await client.create_contact(1000, WILE)).contact_id

    assert [anyio.run(create, backend=backend) for backend in backends] == ["2750", "2750"]
    anyio.run(client.aclose)


def test_one_async_client_in_two_loops_at_once(serve: Any) -> None:
    server = serve(lambda head: response(b'{"Id":"%s"}' % head.split(b" ", 2)[1].rpartition(b"/")[2]))
    client = AsyncClient("IRtest", TOKEN, base_url=server.url)
    wrong: list[object] = []

    async def work(name: str) -> None:
        ids = [f"{name}-{i}" for i in range(40)]
        wrong.extend([i for i in ids if (await client.get_contact(1000, i)).id != i])

    async def main(name: str) -> None:
        async with anyio.create_task_group() as group:
            for i in range(4):
                group.start_soon(work, f"{name}-{i}")
        wrong.remove("running")

    threads = []
    for name in ("asyncio", "trio", "asyncio"):
        wrong.append("running")
        threads.append(threading.Thread(target=anyio.run, args=(main, name), kwargs={"backend": name}))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    anyio.run(client.aclose)
    assert not wrong
    assert server.connections <= 12


def test_an_idle_connection_is_not_used_after_30_seconds(
    caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    calls = caller.client(server.url)
    calls.create()
    monkeypatch.setattr("contacts._runtime.connection.LONGEST_IDLE", 0.0)
    calls.create()
    assert server.connections == 2


def test_a_connection_that_the_server_closed_is_not_used(caller: Caller, serve: Any) -> None:
    class Once(Server):
        def serve(self, connection: socket.socket) -> None:
            self.requests.append(connection.recv(1 << 16))
            connection.sendall(response())

    server = serve(kind=Once)
    calls = caller.client(server.url)
    for _ in range(3):
        assert calls.create().contact_id == "2750"
        time.sleep(0.05)
    assert server.connections == 3


def test_content_that_is_given_up_takes_its_connection_with_it(caller: Caller, serve: Any) -> None:
    server = serve(lambda head: response(b"x" * (1 << 20)) if head.startswith(b"GET") else response())
    calls = caller.client(server.url)
    calls.content("aclose" if caller.is_async else "close")
    assert calls.create().contact_id == "2750"
    assert server.connections == 2


def test_many_threads_share_a_client(serve: Any) -> None:
    server = serve(lambda head: response(b'{"Id":"%s"}' % head.split(b" ", 2)[1].rpartition(b"/")[2]))
    wrong: list[object] = []
    with Client("IRtest", TOKEN, base_url=server.url) as client:

        def work(thread: int) -> None:
            ids = [f"{thread}-{i}" for i in range(20)]
            wrong.extend(i for i in ids if client.get_contact(1000, i).id != i)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong
    assert server.connections <= 16


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_leaves_no_connection(serve: Any, backend: str) -> None:
    is_cancelled = threading.Event()

    def handle(_: bytes) -> bytes:
        if len(server.requests) > 1:
            return response()
        is_cancelled.wait(10)
        return response(OTHER)

    server: Server = serve(handle)

    async def main() -> None:
        async with AsyncClient("IRtest", TOKEN, base_url=server.url) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.create_contact, 1000, WILE)
                while not server.requests:
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            is_cancelled.set()
            assert (await client.create_contact(1000, WILE)).contact_id == "2750"

    anyio.run(main, backend=backend)
    assert server.connections == 2


def test_tls_that_is_not_trusted_is_sent_nothing(caller: Caller, serve: Any, server_tls: ssl.SSLContext) -> None:
    server = serve(tls=server_tls)
    with pytest.raises(NotSentError, match="certificate") as caught:
        caller.client(server.url).create()
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
    assert server.received == 0


def test_a_context_that_offers_another_protocol_is_a_mistake(
    caller: Caller, serve: Any, authority: trustme.CA, server_tls: ssl.SSLContext
) -> None:
    context, modern = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(context)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority.issue_cert("127.0.0.1").configure_cert(modern)
    modern.set_alpn_protocols(["h2"])
    server = serve(tls=modern)
    with pytest.raises(UsageError, match=r"ssl_context .* h2"):
        caller.client(server.url, ssl_context=context).create()
    assert server.received == 0
    assert caller.client(serve(tls=server_tls).url, ssl_context=context).create().contact_id == "2750"


def test_a_server_that_speaks_no_tls_is_sent_nothing(caller: Caller, serve: Any) -> None:
    for answer in (b"not TLS", None):
        server = serve(lambda _, answer=answer: answer, kind=Greeting if answer else Server)
        with pytest.raises(NotSentError):
            caller.client(server.url.replace("http", "https"), timeout=2).create()


class Greeting(Server):
    """Says something that is no TLS."""

    def serve(self, connection: socket.socket) -> None:
        """Say it."""
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_server_that_ends_tls_after_the_request_leaves_it_in_doubt(
    caller: Caller, serve: Any, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    server = serve(lambda _: None, server_tls)
    with pytest.raises(InDoubtError):
        caller.client(server.url, ssl_context=client_tls).create()
    assert len(server.requests) == 1
