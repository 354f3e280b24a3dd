"""The client's own connections: how they are made, and when they are used again."""

import os
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import suppress

import h11
import httpx

from .connection import LONGEST_IDLE, Connection
from .errors import UsageError
from .exchange import Exchange, Failure, Progress
from .proxies import ProxyError, connect_through
from .routes import Route
from .steps import WRITE, Ready, Resolve, Steps
from .tls import Tls


class Pool:
    """Connections to one server, for threads and tasks. The one that was used last is the next."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._idle: deque[Connection] = deque()  # its operations are atomic
        self._is_closed = False

    def send(self, exchange: Exchange) -> "Steps[PooledResponse]":
        """Send a request, and receive the header of its response."""
        if self._is_closed:
            raise UsageError("the client is closed")
        connection = self._take() or (yield from _connect(self._route, Progress(exchange.end)))
        try:
            return PooledResponse(self, connection, (yield from connection.request(exchange)))
        except BaseException:
            connection.close()
            raise

    def classify(self, error: Exception, exchange: Exchange) -> Failure:
        """Tell what an error without a response means: what was not written was not sent."""
        if exchange.written:
            return "in_doubt"
        return "not_sent" if isinstance(error, (OSError, h11.ProtocolError)) else "mistake"

    def close(self) -> Steps[None]:
        """Close the idle connections; the others are closed after their response."""
        self._is_closed = True
        for connection in self._drain():
            connection.close()
        yield from ()

    def release(self, connection: Connection) -> None:
        """Keep a connection after its response, if it can be used again."""
        if not connection.end():
            connection.close()
            return
        self._idle.append(connection)
        with suppress(IndexError):  # another thread may take them
            while connection.idle_since - self._idle[0].idle_since >= LONGEST_IDLE:
                self._idle.popleft().close()
        if self._is_closed:
            for old in self._drain():
                old.close()

    def _take(self) -> Connection | None:
        for connection in self._drain():
            if connection.is_fit():
                return connection
            connection.close()
        return None

    def _drain(self) -> Iterator[Connection]:
        with suppress(IndexError):
            while True:
                yield self._idle.pop()


class PooledResponse:
    """A response on a connection of a pool."""

    def __init__(self, pool: Pool, connection: Connection, response: h11.Response) -> None:
        self.status = response.status_code
        self.headers = httpx.Headers(response.headers.raw_items())
        self._pool = pool
        self._connection: Connection | None = connection

    def read(self) -> Steps[bytes]:
        """Receive a part of the body; nothing at its end."""
        return (yield from self._connection.receive_body()) if self._connection else b""

    def close(self) -> Steps[None]:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection:
            self._pool.release(connection)
        yield from ()


def _connect(route: Route, progress: Progress) -> Steps[Connection]:
    """Make a connection to the server, through a proxy if need be."""
    connection: Connection | None = None
    try:
        if (proxy := route.proxy) is not None:
            try:
                connection = Connection((yield from _dial(proxy.host, proxy.port, progress)), progress)
                if proxy.tls:
                    yield from connection.begin_tls(Tls(proxy.tls, proxy.host))
                yield from connect_through(proxy, connection, route.host, route.port)
            except (OSError, h11.ProtocolError) as error:
                raise ProxyError(f"the proxy {proxy.host}:{proxy.port} made no connection: {error}") from error
        else:
            connection = Connection((yield from _dial(route.host, route.port, progress)), progress)
        if route.tls:
            yield from connection.begin_tls(Tls(route.tls, route.host))
    except BaseException:
        if connection:
            connection.close()
        raise
    return connection


def _dial(host: str, port: int, progress: Progress) -> Steps[socket.socket]:
    """Connect to the first address of a host that takes it."""
    try:
        addresses = yield Resolve(host, port, progress.left())
    except UnicodeError as error:
        raise OSError(f"{host} cannot be the name of a host") from error
    failure: OSError | None = None
    for i, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            try:
                sock.connect(address)
            except BlockingIOError:
                yield Ready(sock, WRITE, progress.left() / (len(addresses) - i))
            if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(code, os.strerror(code))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure or OSError(f"{host} has no address")
