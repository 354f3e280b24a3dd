"""Connections for tasks, of asyncio or trio.

They use sockets directly: nothing reads ahead, or writes behind, what the count of bytes does not see.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import anyio
import httpcore
import httpx

from .calls import Exchange
from .connections import Idle, Stream, climb, core_request, first_hop, origin
from .errors import UsageError
from .layers import Flow
from .routes import Route

T = TypeVar("T")


class AsyncStream(Stream, httpcore.AsyncNetworkStream):
    """A socket that keeps to the time of its exchange, and counts what is written."""

    async def run(self, flow: Flow[T], *, count: bool = False) -> T:
        """Do the input and output of a flow."""
        try:
            step = next(flow)
            while True:
                if step is None:
                    step = flow.send(await self._receive())
                    continue
                view = memoryview(step)
                while view:
                    try:
                        sent = self.socket.send(view)
                    except BlockingIOError:
                        await _until(anyio.wait_writable, self.socket, self.exchange.left())
                        continue
                    self.exchange.written += sent if count else 0
                    view = view[sent:]
                step = flow.send(b"")
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _receive(self) -> bytes:
        while True:
            await _until(anyio.wait_readable, self.socket, self.exchange.left())
            try:
                return self.socket.recv(1 << 16)
            except BlockingIOError:
                continue

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        """Read what HTTP is to see next."""
        try:
            if not self.framing.rest:
                self.framing.rest = await self.run(self.layer.read())
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        return self.framing.take()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Write a part of a request."""
        try:
            self.exchange.left()
            await self.run(self.layer.write(buffer), count=True)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close the socket."""
        self.socket.close()


def _running_loop() -> object:
    """Return the event loop; None for trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class AsyncConnection:
    """HTTP on a socket."""

    def __init__(self, stream: AsyncStream, server: httpcore.Origin) -> None:
        self.stream = stream
        self.loop = _running_loop()
        self.http = httpcore.AsyncHTTP11Connection(server, stream)


class AsyncTransport(httpx.AsyncBaseTransport):
    """HTTP/1.1 to one server, for tasks."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._origin = origin(route)
        self._idle: Idle[AsyncConnection] = Idle()
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response with its body still to be read."""
        exchange: Exchange = request.extensions["exchange"]
        exchange.counted = True
        if self._closed:
            raise UsageError("the client is closed")
        connection = self._take() or await self._connect(exchange)
        try:
            connection.stream.begin(exchange)
            response = await connection.http.handle_async_request(core_request(request, self._route))
            headers = httpx.Headers(response.headers)
            connection.stream.framing.body(response.status, "transfer-encoding" in headers)
            if not exchange.written:
                raise httpcore.ReadError("there was a response before the request")
        except BaseException:
            connection.stream.socket.close()
            raise
        return httpx.Response(response.status, headers=headers, stream=_Body(self, connection, response))

    async def aclose(self) -> None:
        """Close the idle connections; the others are closed after their response."""
        self._closed = True
        for connection in self._idle.take():
            connection.stream.socket.close()

    def release(self, connection: AsyncConnection) -> None:
        """Keep a connection after its response, if it can be used again."""
        if self._closed or not connection.http.is_idle() or not connection.stream.is_clean():
            connection.stream.socket.close()
            return
        for old in self._idle.put(connection):
            old.stream.socket.close()

    def _take(self) -> AsyncConnection | None:
        for connection in self._idle.take():
            if connection.loop is _running_loop() and connection.stream.is_fit():
                return connection
            connection.stream.socket.close()
        return None

    async def _connect(self, exchange: Exchange) -> AsyncConnection:
        stream = AsyncStream(await _dial(*first_hop(self._route), exchange), exchange)
        try:
            await stream.run(climb(stream, self._route))
        except BaseException:
            stream.socket.close()
            raise
        return AsyncConnection(stream, self._origin)


async def _dial(host: str, port: int, exchange: Exchange) -> socket.socket:
    """Connect to the first address of a host that takes it."""
    with anyio.fail_after(exchange.left()):
        addresses = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure: OSError | None = None
    for i, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            try:
                sock.connect(address)
            except BlockingIOError:
                await _until(anyio.wait_writable, sock, exchange.left() / (len(addresses) - i))
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


async def _until(wait: Callable[[socket.socket], Awaitable[None]], sock: socket.socket, seconds: float) -> None:
    with anyio.move_on_after(seconds) as scope:
        await wait(sock)
    if scope.cancelled_caught:
        raise TimeoutError("timed out")


class _Body(httpx.AsyncByteStream):
    def __init__(self, transport: AsyncTransport, connection: AsyncConnection, response: httpcore.Response) -> None:
        self._transport = transport
        self._connection = connection
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
        self._transport.release(self._connection)
