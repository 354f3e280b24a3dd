"""Servers to test against, and one way to call both clients."""

import asyncio
import contextlib
import re
import shlex
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contacts import AsyncClient, Client, Contact, Created, StoredContact

HERE = Path(__file__).parent
TOKEN = "t0k3n-that-is-secret"  # noqa: S105
CREATED = b'{"Status":"OK","Uri":"/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"}'


def valid(**changes: Any) -> Contact:
    """Return a contact that breaks no rule, but for the changes."""
    members = {"first_name": "Wile", "last_name": "Coyote", "email_address": "w@example.com", "accounts": ["10000"]}
    return Contact(**{**members, **changes})


class Caller:
    """Calls a client of one kind as if it were of the other."""

    def __init__(self, kind: type[Client] | type[AsyncClient], token: str = TOKEN) -> None:
        self.kind = kind
        self.token = token

    def create(self, base_url: str, contact: Contact, *, deadline: float | None = None, **options: Any) -> Created:
        """Create a contact, with no retry unless the options say otherwise."""
        created: Created = self._call(
            base_url, options, lambda client: client.create_contact(1000, contact, deadline=deadline)
        )
        return created

    def get(self, base_url: str, uri: str, **options: Any) -> StoredContact:
        """Read a contact."""
        contact: StoredContact = self._call(base_url, options, lambda client: client.get_contact(uri))
        return contact

    def _call(self, base_url: str, options: dict[str, Any], call: Callable[[Any], Any]) -> Any:
        client = self.kind("IRsandbox", self.token, base_url=base_url, **{"timeout": 10, "max_retries": 0, **options})
        if isinstance(client, Client):
            with client:
                return call(client)

        async def run() -> Any:
            async with client:
                return await call(client)

        return asyncio.run(run())


@pytest.fixture(params=[Client, AsyncClient])
def caller(request: pytest.FixtureRequest) -> Caller:
    """Both clients in turn."""
    return Caller(request.param)


class Server:
    """Takes connections, one at a time, and hands each to a function, with what was read of the body.

    That is all of a body, or the beginning of one of more than 4 KiB. It waits for no head after the first bytes
    of a TLS handshake.
    """

    def __init__(self, serve: Callable[[socket.socket, bytes], None]) -> None:
        self.heads: list[bytes] = []
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                received = b""
                while b"\r\n\r\n" not in received and received[:1] != b"\x16" and (chunk := connection.recv(65536)):
                    received += chunk
                head, _, body = received.partition(b"\r\n\r\n")
                self.heads.append(head)
                length = re.search(rb"Content-Length: ([0-9]+)", head)
                # A connection that is closed on unread bytes takes the answer with it.
                while length and len(body) < min(int(length[1]), 4096) and (chunk := connection.recv(65536)):
                    body += chunk
                with contextlib.suppress(OSError):  # the client may have gone
                    self._serve(connection, body)

    def close(self) -> None:
        """Take no more connections."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Make servers, from a function or from the bytes of one answer, which end with the test."""
    servers: list[Server] = []

    def make(answer: Callable[[socket.socket, bytes], None] | bytes) -> Server:
        function = answer if callable(answer) else lambda connection, _: connection.sendall(answer)
        servers.append(Server(function))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def response(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Return an answer, after which the connection is closed."""
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


@pytest.fixture(scope="session")
def sandbox() -> Iterator[dict[str, str]]:
    """Run `contacts sandbox`, and return what it says is to be exported."""
    command = [str(HERE.parent / "build" / "contacts"), "sandbox", "--addr", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        export = next(line for line in process.stdout if line.startswith("export "))
        yield dict(pair.split("=", 1) for pair in shlex.split(export)[1:])
        process.terminate()
