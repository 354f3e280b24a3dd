"""The client for tasks, of asyncio or trio."""

import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio
import httpx
from typing_extensions import Self, Unpack

from .calls import Incoming
from .client import BaseClient, Content, Pages
from .inputs import Input
from .options import CallOptions
from .steps import run_in_task
from .table import Operation


class AsyncByteStream(Content):
    """Content that comes from the server. It must be read to its end, or closed."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the chunks. Raises InDoubtError if the content does not come whole."""
        self._begin()
        try:
            while chunk := await run_in_task(self._next()):
                yield chunk
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
        await run_in_task(self._close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class TaskClient(BaseClient):
    """A client for tasks. It may be used by several at once."""

    _transport_type = httpx.AsyncBaseTransport

    async def _call(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Any:
        steps = self._core.call(operation, path, parameters, self._settings(options))
        return self._result(operation, await run_in_task(steps))

    def _result(self, operation: Operation[Any], result: Any) -> Any:
        return AsyncByteStream(operation.id, result, self._core) if isinstance(result, Incoming) else result

    async def _items(self, pages: Pages, path: tuple[Any, ...]) -> AsyncIterator[Any]:
        while not pages.are_over:
            for item in await run_in_task(pages.next(path)):
                yield item

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
        steps = self._core.call_draft(table, path, draft, self._settings(options))
        return self._result(table, await run_in_task(steps))

    def iterate(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[Any]:
        """Call an operation that has pages as `call` does, and return the items of all pages."""
        items: AsyncIterator[Any] = self._iterate(operation, path, draft, options)
        return items

    async def aclose(self) -> None:
        """Close the connections. The client cannot be used any more."""
        await run_in_task(self._core.close())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
