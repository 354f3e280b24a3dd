"""A transport of httpx that the caller gave."""

import time
from contextlib import suppress
from typing import Any

import anyio
import attrs
import httpx

from .exchange import Exchange, Failure
from .steps import Steps

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What httpx documents for a transport that has no connection to send a request on."""


class CustomTransport:
    """Carries requests by a transport of httpx."""

    def __init__(self, transport: Any, origin: str) -> None:
        self._transport = transport
        self._origin = origin

    def send(self, exchange: Exchange) -> "Steps[CustomResponse]":
        """Send a request, and receive the header of its response."""
        timeouts = dict.fromkeys(("connect", "pool", "read", "write"), exchange.left())
        request = httpx.Request(
            exchange.method,
            self._origin + exchange.target,
            headers=exchange.headers,
            stream=exchange.body,
            extensions={"target": exchange.target.encode("ascii"), "timeout": timeouts},
        )
        response = yield _Handle(self._transport, request, exchange.end)
        if not isinstance(response, httpx.Response):
            raise TypeError("the transport returned no httpx.Response")
        return CustomResponse(response, exchange)

    def classify(self, error: Exception, exchange: Exchange) -> Failure:  # noqa: ARG002
        """Tell what an error without a response means."""
        if isinstance(error, _NEVER_CONNECTED):
            return "not_sent"
        # What a fake raises was raised before anything was sent, as nothing ever is.
        is_mistake = isinstance(self._transport, httpx.MockTransport) and not isinstance(error, httpx.TransportError)
        return "mistake" if is_mistake else "in_doubt"

    def close(self) -> Steps[None]:
        """Close the transport."""
        yield _Close(self._transport)


class CustomResponse:
    """A response of a transport of httpx."""

    def __init__(self, response: httpx.Response, exchange: Exchange) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._response = response
        self._next = _Next(response.stream, exchange)

    def read(self) -> Steps[bytes]:
        """Receive a part of the body; nothing at its end."""
        while (chunk := (yield self._next)) == b"":
            pass
        return chunk or b""

    def close(self) -> Steps[None]:
        """Close the response."""
        with suppress(Exception):
            yield _Close(self._response)


@attrs.frozen
class _Handle:
    """Send a request, and return the response."""

    transport: Any
    request: httpx.Request
    end: float

    def wait(self) -> Any:
        return self.transport.handle_request(self.request)

    async def wait_in_task(self) -> Any:
        with anyio.move_on_after(self.end - time.monotonic()):
            return await self.transport.handle_async_request(self.request)
        raise httpx.ReadTimeout("the time for the attempt is over")


class _Next:
    """Return the next part of a body; None at its end."""

    def __init__(self, stream: Any, exchange: Exchange) -> None:
        self._stream = stream
        self._exchange = exchange
        self._chunks: Any = None

    def wait(self) -> bytes | None:
        self._exchange.left()
        self._chunks = self._chunks or iter(self._stream)
        return next(self._chunks, None)

    async def wait_in_task(self) -> bytes | None:
        with anyio.fail_after(self._exchange.left()):
            self._chunks = self._chunks or aiter(self._stream)
            return await anext(self._chunks, None)


@attrs.frozen
class _Close:
    """Close a response or a transport, even if the task is cancelled."""

    what: Any

    def wait(self) -> None:
        self.what.close()

    async def wait_in_task(self) -> None:
        with anyio.CancelScope(shield=True):
            await self.what.aclose()
