"""The client for tasks, of asyncio or trio."""

import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import attrs
import httpx
from typing_extensions import Self, Unpack

from .async_transport import AsyncTransport
from .calls import Answer, Pause, Send, Steps
from .client import BaseClient, Content, checked, first_page, input_of, is_last, path_of
from .errors import UsageError
from .inputs import Input, values_of
from .options import BaseURL, CallOptions
from .reading import LONGEST
from .routes import route
from .table import Operation

R = TypeVar("R")


class AsyncByteStream(Content):
    """Content that comes from the server. It must be read to its end, or closed."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the chunks. Raises InDoubtError if the content does not come whole."""
        self._begin()
        received = 0
        try:
            async for chunk in self._response.stream:  # type: ignore[union-attr]
                self._exchange.left()
                received += len(chunk)
                yield chunk
            if self.length is not None and received < self.length:
                raise EOFError("it ended too early")
        except Exception as error:
            raise self._cut(error) from None
        finally:
            await self.aclose()

    async def read(self) -> bytes:
        """Read all of it. Raises InDoubtError if the content does not come whole."""
        return b"".join([chunk async for chunk in self])

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Write all of it to a file. If it does not come whole, this is an InDoubtError, and there is no new file."""
        part = anyio.Path(f"{os.fspath(path)}.part")
        try:
            async with await part.open("wb") as file:
                async for chunk in self:
                    await file.write(chunk)
            await part.replace(os.fspath(path))
        finally:
            with anyio.CancelScope(shield=True):
                await part.unlink(missing_ok=True)

    async def aclose(self) -> None:
        """Give up what was not read."""
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class TaskClient(BaseClient):
    """A client for tasks. It may be used by several at once."""

    def _transport_of(self, transport: Any) -> httpx.AsyncBaseTransport:
        if not isinstance(transport, httpx.AsyncBaseTransport):
            raise UsageError("transport must be an httpx.AsyncBaseTransport")
        return transport

    def _connect(self, base: BaseURL, proxy: Any, ssl_context: Any, trust_env: Any) -> httpx.AsyncBaseTransport:
        return AsyncTransport(route(base, proxy, ssl_context, trust_env))

    async def _call(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Any:
        settings = self._settings(options)
        if parameters is not None and _has_file(operation, parameters):
            prepared = await anyio.to_thread.run_sync(self._core.prepare, operation, path, parameters, settings)
        else:
            prepared = self._core.prepare(operation, path, parameters, settings)
        result = await self._run(self._core.attempts(operation, prepared, settings))
        return AsyncByteStream(operation.id, result, self._core) if isinstance(result, Answer) else result

    async def _pages(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> AsyncIterator[Any]:
        pages = operation.pages
        if pages is None or operation.input is None:
            raise UsageError(f"{operation.id} has no pages")
        given: Any = parameters if parameters is not None else operation.input()
        number = first_page(operation, given)
        while True:
            page = await self._call(operation, path, attrs.evolve(given, **{pages.page: number}), options)
            for item in getattr(page, pages.items):
                yield item
            if is_last(operation, page, number):
                return
            number += 1

    async def _run(self, steps: Steps[Any]) -> Any:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(await self._send(step))
        except StopIteration as end:
            return end.value

    async def _send(self, step: Send) -> Answer | Exception:
        # Our own transport keeps to the time by itself.
        limit = None if self._is_own else step.exchange.end - time.monotonic()
        body: bytes | None = None
        response: httpx.Response | None = None
        with anyio.move_on_after(limit):
            try:
                response = checked(await self._transport.handle_async_request(step.request))
                if step.streams and 200 <= response.status_code < 300:
                    return Answer(response, None, step.exchange, True)
            except Exception as error:
                return error
            body = await _read(response)
        if response is None:
            return httpx.ReadTimeout("the time for the attempt is over")
        return Answer(response, body, step.exchange)

    async def call(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Any:
        """Call an operation by its id, with data from outside.

        Args:
            operation: The id of the operation.
            path: The parameters of the path, under the API's names.
            draft: The other parameters, under the API's names. A file is a `File`.
            **options: For this call.

        Returns:
            What the operation's method returns: one page, of an operation that has pages.
        """
        table = self._package.operation(operation)
        values = path_of(table, path)
        rules = self._settings(options).rules
        parameters = await anyio.to_thread.run_sync(input_of, self._core, table, values, draft, rules)
        method = getattr(self, table.method)
        return await (method(*values, **options) if parameters is None else method(*values, parameters, **options))

    async def iterate(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Any]:
        """Call an operation that has pages as `call` does, and return the items of all pages."""
        table = self._package.operation(operation)
        values = path_of(table, path)
        parameters = input_of(self._core, table, values, draft, self._settings(options).rules)
        async for item in self._pages(table, values, parameters, options):
            yield item

    async def aclose(self) -> None:
        """Close the connections. The client cannot be used any more."""
        self._core.closed = True
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def _read(response: httpx.Response) -> bytes | None:
    """Read a body; None if it does not come whole, or is too long."""
    body = bytearray()
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]
            body += chunk
            if len(body) > LONGEST:
                return None
    except Exception:
        return None
    finally:
        with anyio.CancelScope(shield=True), suppress(Exception):
            await response.aclose()
    return bytes(body)


def _has_file(operation: Operation[Any], parameters: Input) -> bool:
    return type(parameters) is operation.input and any(
        f.kind == "file" and value for f, value in zip(operation.input_fields, values_of(parameters), strict=True)
    )
