"""The ways through a proxy, by HTTP's CONNECT or by SOCKS 5."""

import ssl
from base64 import b64encode

import attrs
import h11

from .connection import LONGEST_HEADER, Connection
from .steps import Steps


@attrs.frozen
class Proxy:
    """A proxy. What it is printed as does not hold its credentials."""

    scheme: str
    host: str
    port: int
    user: bytes | None = attrs.field(default=None, repr=False)
    password: bytes = attrs.field(default=b"", repr=False)
    tls: ssl.SSLContext | None = None
    """None: no TLS to the proxy."""


class ProxyError(OSError):
    """A proxy made no connection to the server."""


def connect_through(proxy: Proxy, connection: Connection, host: str, port: int) -> Steps[None]:
    """Ask a proxy for a connection to a server. Raises OSError, or a ProtocolError of h11."""
    ask = _socks5 if proxy.scheme.startswith("socks5") else _http
    if (yield from ask(proxy, connection, host, port)):
        raise OSError("it sent bytes of its own")


def _http(proxy: Proxy, connection: Connection, host: str, port: int) -> Steps[bytes]:
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = [("Host", target)]
    if proxy.user is not None:
        headers += [("Proxy-Authorization", f"Basic {b64encode(proxy.user + b':' + proxy.password).decode()}")]
    http = h11.Connection(h11.CLIENT, LONGEST_HEADER)
    request = http.send(h11.Request(method="CONNECT", target=target, headers=headers)) or b""
    yield from connection.write(request + (http.send(h11.EndOfMessage()) or b""))
    while not isinstance(event := http.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            http.receive_data((yield from _read(connection)))
    if not 200 <= event.status_code < 300:
        raise OSError(f"it answered {event.status_code}")
    return http.trailing_data[0]


def _socks5(proxy: Proxy, connection: Connection, host: str, port: int) -> Steps[bytes]:
    """Ask as RFC 1928 and RFC 1929 say, with the host's name: the proxy resolves it."""
    received = b""

    def take(size: int) -> Steps[bytes]:
        nonlocal received
        while len(received) < size:
            received += yield from _read(connection)
        taken, received = received[:size], received[size:]
        return taken

    method = b"\x00" if proxy.user is None else b"\x02"
    yield from connection.write(b"\x05\x01" + method)
    if (yield from take(2)) != b"\x05" + method:
        raise OSError("it does not take these credentials")
    if proxy.user is not None:
        yield from connection.write(b"\x01" + _short(proxy.user) + _short(proxy.password))
        if (yield from take(2))[1:] != b"\x00":
            raise OSError("it refused the credentials")
    yield from connection.write(b"\x05\x01\x00\x03" + _short(host.encode("ascii")) + port.to_bytes(2, "big"))
    reply = yield from take(4)
    if reply[:2] != b"\x05\x00":
        raise OSError(f"it answered {reply[1]}")
    length = {1: 4, 4: 16}.get(reply[3])
    if length is None:
        length = (yield from take(1))[0]
    yield from take(length + 2)
    return received


def _short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def _read(connection: Connection) -> Steps[bytes]:
    received = yield from connection.read()
    if not received:
        raise OSError("it closed the connection")
    return received
