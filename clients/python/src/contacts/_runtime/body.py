"""The body of a request. Its files are read while it is sent, in constant memory."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import IO

import httpx

from .files import Probe
from .steps import Call, Steps

_CHUNK = 1 << 17


class FileGoneError(OSError):
    """A file cannot be opened any more. Nothing of the request was sent."""


class FileShrankError(OSError):
    """A file has fewer bytes than were announced. What was sent of the request has no end."""


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of one attempt. It is to be opened before, and closed after it was sent."""

    def __init__(self, pieces: Sequence[bytes | Probe]) -> None:
        self._pieces = pieces
        self._files: list[IO[bytes]] = []
        self._opened = ExitStack()

    def open(self) -> Steps[None]:
        """Open the files."""
        for piece in self._pieces:
            if not isinstance(piece, bytes):
                try:
                    file = yield Call(piece.file.open)
                except OSError as error:
                    raise FileGoneError(f"a file cannot be opened any more: {error}") from error
                self._files.append(self._opened.enter_context(file))

    def chunks(self) -> Iterator[bytes | Call]:
        """Return the bytes, or how to read them."""
        files = iter(self._files)
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            file = next(files)
            for begin in range(0, piece.length, _CHUNK):
                yield Call(partial(_read, file, min(_CHUNK, piece.length - begin)))

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.chunks():
            yield chunk if isinstance(chunk, bytes) else chunk.wait()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _InTask(self.chunks())

    def close(self) -> None:
        """Close the files."""
        self._opened.close()


class _InTask(AsyncIterator[bytes]):
    """No generator, which trio wants to see exhausted."""

    def __init__(self, chunks: Iterator[bytes | Call]) -> None:
        self._chunks = chunks

    async def __anext__(self) -> bytes:
        for chunk in self._chunks:
            return chunk if isinstance(chunk, bytes) else await chunk.wait_in_task()
        raise StopAsyncIteration


def _read(file: IO[bytes], size: int) -> bytes:
    chunk = file.read(size)
    while len(chunk) < size:
        more = file.read(size - len(chunk))
        if not more:
            raise FileShrankError("a file has fewer bytes than it had when it was checked")
        chunk += more
    return chunk
