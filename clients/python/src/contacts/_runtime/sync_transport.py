"""Connections for threads."""

import socket
from collections.abc import Iterator
from typing import TypeVar

import httpcore
import httpx

from .calls import Exchange
from .connections import Idle, Stream, climb, core_request, first_hop, origin
from .errors import UsageError
from .layers import Flow
from .routes import Route

T = TypeVar("T")


class SyncStream(Stream, httpcore.NetworkStream):
    """A socket that keeps to the time of its exchange, and counts what is written."""

    def run(self, flow: Flow[T], *, count: bool = False) -> T:
        """Do the input and output of a flow."""
        try:
            step = next(flow)
            while True:
                self.socket.settimeout(self.exchange.left())
                if step is None:
                    step = flow.send(self.socket.recv(1 << 16))
                    continue
                view = memoryview(step)
                while view:
                    sent = self.socket.send(view)
                    self.exchange.written += sent if count else 0
                    view = view[sent:]
                    if view:
                        self.socket.settimeout(self.exchange.left())
                step = flow.send(b"")
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Read what HTTP is to see next."""
        try:
            if not self.framing.rest:
                self.framing.rest = self.run(self.layer.read())
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        return self.framing.take()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Write a part of a request."""
        try:
            self.run(self.layer.write(buffer), count=True)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


class SyncConnection:
    """HTTP on a socket."""

    def __init__(self, stream: SyncStream, server: httpcore.Origin) -> None:
        self.stream = stream
        self.http = httpcore.HTTP11Connection(server, stream)


class Transport(httpx.BaseTransport):
    """HTTP/1.1 to one server, for threads."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._origin = origin(route)
        self._idle: Idle[SyncConnection] = Idle()
        self._closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response with its body still to be read."""
        exchange: Exchange = request.extensions["exchange"]
        exchange.counted = True
        if self._closed:
            raise UsageError("the client is closed")
        connection = self._take() or self._connect(exchange)
        try:
            connection.stream.begin(exchange)
            response = connection.http.handle_request(core_request(request, self._route))
            headers = httpx.Headers(response.headers)
            connection.stream.framing.body(response.status, "transfer-encoding" in headers)
            if not exchange.written:
                raise httpcore.ReadError("there was a response before the request")
        except BaseException:
            connection.http.close()
            raise
        return httpx.Response(response.status, headers=headers, stream=_Body(self, connection, response))

    def close(self) -> None:
        """Close the idle connections; the others are closed after their response."""
        self._closed = True
        for connection in self._idle.take():
            connection.http.close()

    def release(self, connection: SyncConnection) -> None:
        """Keep a connection after its response, if it can be used again."""
        if self._closed or not connection.http.is_idle() or not connection.stream.is_clean():
            connection.http.close()
            return
        for old in self._idle.put(connection):
            old.http.close()
        if self._closed:  # by another thread
            self.close()  # type: ignore[unreachable]

    def _take(self) -> SyncConnection | None:
        for connection in self._idle.take():
            if connection.stream.is_fit():
                return connection
            connection.http.close()
        return None

    def _connect(self, exchange: Exchange) -> SyncConnection:
        stream = SyncStream(_dial(*first_hop(self._route), exchange), exchange)
        try:
            stream.run(climb(stream, self._route))
        except BaseException:
            stream.close()
            raise
        return SyncConnection(stream, self._origin)


def _dial(host: str, port: int, exchange: Exchange) -> socket.socket:
    """Connect to the first address of a host that takes it."""
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError | None = None
    for i, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(exchange.left() / (len(addresses) - i))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure or OSError(f"{host} has no address")


class _Body(httpx.SyncByteStream):
    def __init__(self, transport: Transport, connection: SyncConnection, response: httpcore.Response) -> None:
        self._transport = transport
        self._connection = connection
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
        self._transport.release(self._connection)
