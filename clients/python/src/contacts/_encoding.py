"""The two encodings of a request's body."""

import secrets
import string
from collections.abc import AsyncIterator, Callable, Iterator
from typing import BinaryIO
from urllib.parse import urlencode

import attrs
import httpx

from ._image import FilePart


@attrs.frozen
class Encoding:
    """A body: its type, its length in bytes, and how to read it from its beginning."""

    content_type: str
    length: int
    open: Callable[[], "httpx.ByteStream | _Upload"]
    """Raises OSError if there is a file that cannot be opened any more. What it returns is to be closed."""


def form(fields: list[tuple[str, str]]) -> Encoding:
    """Encode a body as application/x-www-form-urlencoded."""
    body = urlencode(fields).encode()
    return Encoding("application/x-www-form-urlencoded", len(body), lambda: httpx.ByteStream(body))


def multipart(fields: list[tuple[str, str]], part: FilePart) -> Encoding:
    """Encode a body as multipart/form-data, the file last.

    Nothing needs escaping: the names of the fields are the contract's, and that of the part was checked.
    """
    boundary = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    begin = f"--{boundary}\r\nContent-Disposition: form-data; "
    head = "".join(f'{begin}name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
    head += f'{begin}name="{part.name}"; filename="{part.name}"\r\nContent-Type: {part.content_type}\r\n\r\n'
    before, after = head.encode(), f"\r\n--{boundary}--\r\n".encode()

    length = len(before) + part.size + len(after)
    return Encoding(
        f"multipart/form-data; boundary={boundary}",
        length,
        lambda: _Upload(before, part.open(), part.size, after),
    )


@attrs.frozen
class _Upload(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Reads a file in constant memory. If it has grown shorter, so does this, and HTTP notices."""

    before: bytes
    file: BinaryIO
    size: int
    after: bytes

    def __iter__(self) -> Iterator[bytes]:
        yield self.before
        left = self.size
        while left and (chunk := self.file.read(min(left, 1 << 16))):
            left -= len(chunk)
            yield chunk
        yield self.after

    def close(self) -> None:
        self.file.close()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # To read a chunk of a local file takes less time than to pass it to another thread.
        for chunk in self:
            yield chunk
