"""A file to upload. It is streamed, and never held in memory as a whole."""

import io
import os
import re
import stat
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

import attrs

from .errors import UsageError


@attrs.frozen(init=False, repr=False)
class File:
    """A file to upload, made by `from_path`, `from_bytes`, `from_file` or `from_opener`.

    It is opened anew for each attempt. The first bytes, as many as it had when it was checked, are the file: what
    grows is cut, and what shrinks is never sent as if it were whole.
    """

    name: str
    """What to call the file in the request; empty: a name that the contract gives, and the extension of its
    content's type. The name of a local file is never sent."""
    _source: Any
    _length: int | None
    _open: Callable[[], AbstractContextManager[IO[bytes]]] = attrs.field(eq=False)

    def __init__(
        self, source: Any, length: int | None, opener: Callable[[], AbstractContextManager[IO[bytes]]], name: str
    ) -> None:
        if not isinstance(name, str):
            raise UsageError("name must be text")
        self.__attrs_init__(name, source, length, opener)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str], *, name: str = "") -> "File":
        """Make it from a regular file on disk.

        Args:
            path: Where it is.
            name: What to call it in the request.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise UsageError("path must be a text or a path")
        return cls(path, None, lambda: _open_path(path), name)

    @classmethod
    def from_bytes(cls, content: bytes, *, name: str = "") -> "File":
        """Make it from bytes.

        Args:
            content: The bytes.
            name: What to call it in the request.
        """
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise UsageError("content must be bytes")
        content = bytes(content)
        return cls(content, len(content), lambda: io.BytesIO(content), name)

    @classmethod
    def from_file(cls, file: IO[bytes], *, name: str = "") -> "File":
        """Make it from a binary file object that can seek: what follows its present position.

        Args:
            file: The file object. It stays open, and must not be used by two calls at once.
            name: What to call it in the request.

        Raises:
            UsageError: It is no binary file object that can seek.
        """
        try:
            begin = file.tell()
            length = file.seek(0, os.SEEK_END) - begin
            file.seek(begin)
            binary = isinstance(file.read(0), bytes)
        except (AttributeError, OSError, ValueError) as error:
            raise UsageError("file must be a binary file object that can seek") from error
        if not binary:
            raise UsageError("file must be a binary file object that can seek")

        def open_again() -> AbstractContextManager[IO[bytes]]:
            file.seek(begin)
            return nullcontext(file)  # the caller closes it

        return cls(file, length, open_again, name)

    @classmethod
    def from_opener(cls, opener: Callable[[], IO[bytes]], length: int, *, name: str = "") -> "File":
        """Make it from a function that opens a stream of bytes.

        Args:
            opener: Returns a binary file object at its beginning, anew for each attempt. It is closed.
            length: How many bytes there are.
            name: What to call it in the request.
        """
        if not callable(opener):
            raise UsageError("opener must be a function")
        if not isinstance(length, int) or isinstance(length, bool) or length < 0:
            raise UsageError("length must be a whole number of bytes, 0 or more")
        return cls(opener, length, opener, name)

    def named(self, name: str) -> "File":
        """Return the same file under another name in the request."""
        return File(self._source, self._length, self._open, name)

    def open(self) -> AbstractContextManager[IO[bytes]]:
        """Open the file at its beginning. The context closes it, if it is to be closed."""
        return self._open()

    def __repr__(self) -> str:
        source = f"{len(self._source)} bytes" if isinstance(self._source, bytes) else repr(self._source)
        return f"File({source}, name={self.name!r})"


@attrs.frozen
class Probe:
    """What a look at a file has told."""

    file: File
    length: int
    extension: str
    content_type: str


def probe(file: File) -> Probe:
    """Look at a file. Raises OSError, or ValueError for a path that cannot be one, if it cannot be sent."""
    with file.open() as stream:
        length = file._length
        if length is None:
            length = os.fstat(stream.fileno()).st_size
        beginning = b""
        while length and len(beginning) < 16 and (chunk := stream.read(16 - len(beginning))):
            beginning += chunk
    if not beginning:
        raise OSError("the file is empty")
    extension, content_type = next((e, t) for pattern, e, t in _TYPES if pattern.match(beginning))
    return Probe(file, length, extension, content_type)


_TYPES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png", "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg", "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "gif", "image/gif"),
    (re.compile(rb"RIFF.{4}WEBPVP", re.DOTALL), "webp", "image/webp"),
    (re.compile(rb""), "bin", "application/octet-stream"),
)


def _open_path(path: str | os.PathLike[str]) -> IO[bytes]:
    # A device may do something when it is opened, and a FIFO waits for its other end.
    if not stat.S_ISREG(Path(path).stat().st_mode):
        raise OSError("not a regular file")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    file = open(os.open(path, flags), "rb", buffering=0)  # noqa: PTH123, SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a regular file")
    return file
