"""What the connections of both clients have in common."""

import os
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Generic, Protocol, TypeVar

import httpcore
import httpx

from .calls import Exchange
from .framing import Framing
from .layers import Flow, Layer, Plain, Tls, connect_through
from .routes import Route

LONGEST_IDLE = 30.0
"""An idle connection is used again for so many seconds: devices on the way forget those that say nothing."""


class Stream:
    """A connection: its socket, what lies above, and the exchange that uses it."""

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        self.socket = sock
        self.layer: Layer = Plain()
        self.framing = Framing()
        self.exchange = exchange
        self.process = os.getpid()
        self.idle_since = 0.0

    def begin(self, exchange: Exchange) -> None:
        """Give the connection to an exchange."""
        self.exchange = exchange
        self.framing.begin()

    def is_clean(self) -> bool:
        """Tell whether nothing came after the response."""
        return not self.framing.rest and not self.layer.has_rest()

    def is_fit(self) -> bool:
        """Tell whether another exchange can use it.

        A socket that can be read has bytes that nobody asked for, or was closed by the server.
        """
        if self.process != os.getpid() or time.monotonic() - self.idle_since >= LONGEST_IDLE:
            return False
        if not hasattr(select, "poll"):
            return not select.select([self.socket], [], [], 0)[0]
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return not poll.poll(0)

    def get_extra_info(self, info: str) -> Any:
        """Return the socket, for HTTP's own look at it."""
        return self.socket if info == "socket" else None


class Connection(Protocol):
    """An idle connection."""

    @property
    def stream(self) -> Stream:
        """What it reads and writes."""


C = TypeVar("C", bound=Connection)


class Idle(Generic[C]):
    """The connections that wait to be used again. The one that was used last is the next."""

    def __init__(self) -> None:
        self._connections: deque[C] = deque()  # its operations are atomic

    def take(self) -> Iterator[C]:
        """Return the idle connections, and forget them."""
        while True:
            try:
                yield self._connections.pop()
            except IndexError:  # noqa: PERF203
                return

    def put(self, connection: C) -> list[C]:
        """Keep a connection, and return those that have idled for too long."""
        now = connection.stream.idle_since = time.monotonic()
        self._connections.append(connection)
        old = []
        while self._connections and now - self._connections[0].stream.idle_since >= LONGEST_IDLE:
            old.append(self._connections.popleft())
        return old


def first_hop(route: Route) -> tuple[str, int]:
    """Return where to connect to."""
    return (route.proxy.host, route.proxy.port) if route.proxy else (route.host, route.port)


def climb(stream: Stream, route: Route) -> Flow[None]:
    """Put what lies between the socket and HTTP above the socket."""
    if route.proxy:
        if route.proxy.scheme == "https" and route.proxy_tls:
            yield from _tls(stream, route.proxy_tls, route.proxy.host)
        yield from connect_through(route.proxy, stream.layer, route.host, route.port)
    if route.tls:
        yield from _tls(stream, route.tls, route.host)


def _tls(stream: Stream, context: ssl.SSLContext, host: str) -> Flow[None]:
    tls = Tls(stream.layer, context, host)
    yield from tls.handshake()
    stream.layer = tls


def core_request(request: httpx.Request, route: Route) -> httpcore.Request:
    """Return a request as the engine of httpx takes it."""
    url = httpcore.URL(
        scheme=b"https" if route.tls else b"http",
        host=route.host.encode("ascii"),
        port=route.port,
        target=request.extensions["target"],
    )
    return httpcore.Request(request.method, url, headers=request.headers.raw, content=request.stream)


def origin(route: Route) -> httpcore.Origin:
    """Return the server, as the engine of httpx names it."""
    return httpcore.Origin(b"https" if route.tls else b"http", route.host.encode("ascii"), route.port)
