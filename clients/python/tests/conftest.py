"""Servers on loopback that do what a test asks for."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

CREATED = b'{"Status":"OK","Uri":"/Advertisers/IRtest/Campaigns/1000/Contacts/2750"}'


def response(body: bytes = CREATED, status: str = "200 OK", extra: bytes = b"") -> bytes:
    """Return a whole response."""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), extra, body)


class Server:
    """What it received, and where it is."""

    def __init__(self, handle: Callable[[bytes], bytes | None]) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._handle = handle
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            received = b""
            while True:
                chunk = connection.recv(1 << 16)
                if not chunk:
                    return
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
    """Return a function that starts a server: it responds with what a function returns, or closes."""
    servers: list[Server] = []

    def start(handle: Callable[[bytes], bytes | None] = lambda _: response()) -> Server:
        servers.append(Server(handle))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
