"""What lies between a socket and HTTP: TLS, and the ways through a proxy. It does no input or output itself."""

import ssl
from base64 import b64encode
from collections.abc import Callable, Generator
from typing import Any, Protocol, TypeVar

import attrs

T = TypeVar("T")

Flow = Generator[bytes | None, bytes, T]
"""It yields bytes to be sent, or None to be given bytes that were received; none at the end of the connection."""


class Layer(Protocol):
    """A way to send and receive bytes."""

    def read(self) -> Flow[bytes]:
        """Receive some bytes; none at the end."""

    def write(self, data: bytes) -> Flow[None]:
        """Send bytes."""

    def has_rest(self) -> bool:
        """Tell whether bytes were received that nobody has read."""


class Plain:
    """The socket itself."""

    def read(self) -> Flow[bytes]:
        """Receive some bytes; none at the end."""
        return (yield None)

    def write(self, data: bytes) -> Flow[None]:
        """Send bytes."""
        yield data

    def has_rest(self) -> bool:
        """Tell whether bytes were received that nobody has read."""
        return False


class Tls:
    """TLS over another layer."""

    def __init__(self, below: Layer, context: ssl.SSLContext, host: str) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def handshake(self) -> Flow[None]:
        """Begin the session."""
        yield from self._do(self._tls.do_handshake)

    def read(self) -> Flow[bytes]:
        """Receive some bytes; none at the end."""
        try:
            return (yield from self._do(self._tls.read, 1 << 16))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def write(self, data: bytes) -> Flow[None]:
        """Send bytes."""
        yield from self._do(self._tls.write, data)

    def has_rest(self) -> bool:
        """Tell whether bytes were received that nobody has read."""
        return self._incoming.pending > 0 or self._tls.pending() > 0 or self._below.has_rest()

    def _do(self, function: Callable[..., T], *arguments: Any) -> Flow[T]:
        while True:
            wants_more = False
            try:
                result = function(*arguments)
            except ssl.SSLWantReadError:
                wants_more = True
            finally:  # an alert that says what is wrong, too
                if pending := self._outgoing.read():
                    yield from self._below.write(pending)
            if not wants_more:
                return result
            if received := (yield from self._below.read()):
                self._incoming.write(received)
            else:
                self._incoming.write_eof()


@attrs.frozen
class Proxy:
    """A proxy. What it is printed as does not hold its credentials."""

    scheme: str
    host: str
    port: int
    user: bytes | None = attrs.field(default=None, repr=False)
    password: bytes = attrs.field(default=b"", repr=False)


class ProxyRefusedError(OSError):
    """A proxy made no connection to the server."""


def connect_through(proxy: Proxy, layer: Layer, host: str, port: int) -> Flow[None]:
    """Ask a proxy for a connection to a server."""
    if proxy.scheme.startswith("socks5"):
        yield from _socks5(proxy, layer, host, port)
    else:
        yield from _http_connect(proxy, layer, host, port)


def _http_connect(proxy: Proxy, layer: Layer, host: str, port: int) -> Flow[None]:
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    if proxy.user is not None:
        head += f"Proxy-Authorization: Basic {b64encode(proxy.user + b':' + proxy.password).decode()}\r\n"
    yield from layer.write(f"{head}\r\n".encode())
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = yield from layer.read()
        received += chunk
        if not chunk or len(received) > 1 << 16:
            raise ProxyRefusedError("the proxy closed the connection")
    status = received[9:12]
    if not received.startswith(b"HTTP/1.") or not status.startswith(b"2"):
        raise ProxyRefusedError(f"the proxy answered {status.decode('ascii', 'replace')}")
    if not received.endswith(b"\r\n\r\n") or received.count(b"\r\n\r\n") > 1:
        raise ProxyRefusedError("the proxy sent bytes of its own")


def _socks5(proxy: Proxy, layer: Layer, host: str, port: int) -> Flow[None]:
    """Ask as RFC 1928 and RFC 1929 say, with the host's name: the proxy resolves it."""
    received = b""

    def take(n: int) -> Flow[bytes]:
        nonlocal received
        while len(received) < n:
            chunk = yield from layer.read()
            if not chunk:
                raise ProxyRefusedError("the proxy closed the connection")
            received += chunk
        taken, received = received[:n], received[n:]
        return taken

    method = b"\x00" if proxy.user is None else b"\x02"
    yield from layer.write(b"\x05\x01" + method)
    if (yield from take(2)) != b"\x05" + method:
        raise ProxyRefusedError("the proxy does not take these credentials")
    if proxy.user is not None:
        user, password = proxy.user, proxy.password
        yield from layer.write(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
        if (yield from take(2))[1:] != b"\x00":
            raise ProxyRefusedError("the proxy refused the credentials")
    name = host.encode("ascii")
    yield from layer.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + port.to_bytes(2, "big"))
    reply = yield from take(4)
    if reply[:2] != b"\x05\x00":
        raise ProxyRefusedError(f"the proxy answered {reply[1]}")
    length = {1: 4, 4: 16}.get(reply[3])
    if length is None:
        length = (yield from take(1))[0]
    yield from take(length + 2)
    if received:
        raise ProxyRefusedError("the proxy sent bytes of its own")
