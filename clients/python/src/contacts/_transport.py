"""Connections that keep to the time that is left for the whole of an attempt.

httpx limits how long each read and each write may take, so that a server that sends a byte now and then
can hold a caller for ever. Here the limit of each is what is left of the attempt.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx


class Deadline(float):
    """The seconds that an attempt may take, counted from when this is made.

    To a transport that does not know this type, it is the limit of each read and each write.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; less than 0 if it has passed."""
        return self._end - time.monotonic()


def _left(timeout: float | None, passed: type[httpcore.TimeoutException]) -> float | None:
    if not isinstance(timeout, Deadline):
        return timeout
    left = timeout.left()
    if left <= 0:
        raise passed("the time for the attempt is over")
    return left


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]
        self.close = stream.close  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]
        self.aclose = stream.aclose  # type: ignore[method-assign]

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, left))


class _AsyncBackend(httpcore.AnyIOBackend):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _AsyncStream(await super().connect_tcp(host, port, left, local_address, socket_options))


class Transport(httpx.HTTPTransport):
    """HTTP/1.1 to one origin, through the environment's proxy if there is one, with deadlines."""

    def __init__(self, origin: httpx.URL) -> None:
        verify = httpx.create_ssl_context()
        super().__init__(verify=verify)
        proxy = _proxy(origin)
        if proxy is None:
            self._pool = httpcore.ConnectionPool(verify, network_backend=_Backend(), **_POOL)
        else:
            self._pool = httpcore.HTTPProxy(**proxy, ssl_context=verify, network_backend=_Backend(), **_POOL)


class AsyncTransport(httpx.AsyncHTTPTransport):
    """The same as Transport, for asyncio."""

    def __init__(self, origin: httpx.URL) -> None:
        verify = httpx.create_ssl_context()
        super().__init__(verify=verify)
        proxy = _proxy(origin)
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(verify, network_backend=_AsyncBackend(), **_POOL)
        else:
            self._pool = httpcore.AsyncHTTPProxy(**proxy, ssl_context=verify, network_backend=_AsyncBackend(), **_POOL)


# As many connections as there are callers. An idle one is not kept for longer than httpx does: for each
# request httpcore counts the idle ones once for each of them.
_POOL: dict[str, Any] = {"max_connections": None, "max_keepalive_connections": None, "keepalive_expiry": 5.0}


def _proxy(origin: httpx.URL) -> dict[str, Any] | None:
    """Return the proxy that the environment names for an origin; never one for a loopback address."""
    url = getproxies().get(origin.scheme) or getproxies().get("all")
    if origin.scheme != "https" or not url or proxy_bypass(origin.host):
        return None
    proxy = httpx.Proxy(url if "://" in url else f"http://{url}")
    return {"proxy_url": str(proxy.url), "proxy_auth": proxy.raw_auth}
