"""Servers on loopback that do what a test asks for, and one way to call all clients."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
import trustme
from anyio.from_thread import start_blocking_portal

from contacts import AsyncClient, Client, CreateContactInput, File

TOKEN = "secret-token"
CREATED = b'{"Status":"OK","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/2750"}'
WILE = CreateContactInput(first_name="Wile", last_name="Coyote", email_address="wile@example.com", accounts=["10000"])
DRAFT = {"FirstName": "Wile", "LastName": "Coyote", "EmailAddress": "wile@example.com", "Accounts": ["10000"]}
PNG = b"\x89PNG\r\n\x1a\n"

Handle = Callable[[bytes], bytes | None]


def response(body: bytes = CREATED, status: str = "200 OK", extra: bytes = b"") -> bytes:
    """Return a whole response."""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), extra, body)


def with_image(file: File | Path) -> CreateContactInput:
    """Return a contact with an image."""
    return attrs.evolve(WILE, profile_image_file=file if isinstance(file, File) else File.from_path(file))


class Server:
    """What it received, and where it is. A handler returns the response to a head, or None to close."""

    def __init__(self, handle: Handle, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.received = 0
        self.connections = 0
        self._handle = handle
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if not self._tls:
                self.serve(connection)
                return
            with self._tls.wrap_socket(connection, server_side=True) as wrapped:
                self.serve(wrapped)

    def serve(self, connection: socket.socket) -> None:
        """Respond to each request of a connection."""
        received = b""
        while chunk := connection.recv(1 << 16):
            self.received += len(chunk)
            received += chunk
            head, end, body = received.partition(b"\r\n\r\n")
            length = next((int(h[15:]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
            if not end or len(body) < length:
                continue
            self.requests.append(received)
            received = b""
            answer = self._handle(head)
            if answer is None:
                return
            connection.sendall(answer)

    def close(self) -> None:
        """End it."""
        self._socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server."""
    servers: list[Server] = []

    def start(
        handle: Handle = lambda _: response(), tls: ssl.SSLContext | None = None, kind: type[Server] = Server
    ) -> Server:
        servers.append(kind(handle, tls))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Caller:
    """Makes clients of one kind, which are called as if they were for threads."""

    def __init__(self, backend: str | None) -> None:
        self.kind: type[Client] | type[AsyncClient] = AsyncClient if backend else Client
        self.is_async = backend is not None
        self._opened: list[Any] = []
        self._portal = self._enter(start_blocking_portal(backend)) if backend else None

    def _enter(self, manager: Any) -> Any:
        self._opened.append(manager)
        return manager.__enter__()

    def run(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a function, or a coroutine function."""
        call = partial(function, *arguments, **options)
        return self._portal.call(call) if self._portal else call()

    def client(self, url: str, **options: Any) -> "Calls":
        """Make a client that sends nothing again, unless the options say otherwise."""
        return self._enter(Calls(self, self.kind("IRtest", TOKEN, base_url=url, **{"retries": 0, **options})))  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close all that was made."""
        while self._opened:
            self._opened.pop().__exit__(None, None, None)


class Calls:
    """The calls of one client."""

    def __init__(self, caller: Caller, client: Client | AsyncClient) -> None:
        self.client = client
        self._caller = caller

    def __enter__(self) -> "Calls":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the client."""
        self._caller.run(self.client.aclose if isinstance(self.client, AsyncClient) else self.client.close)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._caller.run, getattr(self.client, name))

    def create(self, parameters: CreateContactInput = WILE, **options: Any) -> Any:
        """Create a contact."""
        return self.create_contact(1000, parameters, **options)

    def items(self, *arguments: Any, **options: Any) -> list[Any]:
        """Return the contacts of all pages."""
        pages: Any = self.client.list_contacts

        async def collect() -> list[Any]:
            return [item async for item in pages(*arguments, **options)]

        if self._caller.is_async:
            return self._caller.run(collect)  # type: ignore[no-any-return]
        return list(pages(*arguments, **options))

    def content(self, method: str, *arguments: Any) -> Any:
        """Call a method of the image of a contact."""
        image = self.get_profile_image(1000, "1")
        return self._caller.run(getattr(image, method), *arguments)


@pytest.fixture(params=[None, "asyncio", "trio"], ids=["threads", "asyncio", "trio"])
def caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    """Return all clients in turn."""
    made = Caller(request.param)
    yield made
    made.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Return who signs the certificates."""
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """Return what a server of TLS shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost", "api.example").configure_cert(context)
    return context


@pytest.fixture(scope="session")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    """Return what trusts that server."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the proxies out of the environment."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
