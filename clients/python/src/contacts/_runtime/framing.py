"""Hands received bytes to HTTP so that what follows a response is never taken for a part of the next one.

The library that reads HTTP keeps the bytes after a response, and takes them for the next response on the
connection. So it is given a header up to its empty line, then as many bytes as the body has. A body in chunks ends
with an empty line as well. What is left then, nobody has asked for, and the connection is not used again.
"""

import re

import httpcore

LONGEST_HEADER = 1 << 16

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Framing:
    """The bytes that a connection has received, and how many of them are HTTP's next."""

    __slots__ = ("_body", "_ended", "_head", "_left", "_tail", "rest")

    def __init__(self) -> None:
        self.rest = b""
        """What was received, and not handed on."""
        self.begin()

    def begin(self) -> None:
        """Expect the header of a response."""
        self._head = b""
        self._ended = False
        self._tail = b""
        self._body = False
        self._left: int | None = None

    def body(self, status: int, is_chunked: bool) -> None:
        """Expect the body of the response whose header was handed on last."""
        lengths = _LENGTH.findall(self._head)
        self._body = True
        if status in (204, 304):
            self._left = 0
        elif is_chunked:
            self._left = None
        elif lengths:
            if len(lengths) > 1 or not lengths[0].isdigit():
                raise httpcore.RemoteProtocolError("the response's Content-Length is not one number")
            self._left = int(lengths[0])
        else:
            self._left = -1  # all that comes

    def take(self) -> bytes:
        """Return the bytes that are HTTP's next."""
        rest = self.rest
        if self._left is not None:
            end = self._left if self._left >= 0 else len(rest)
            piece, self.rest = rest[:end], rest[end:]
            if self._left > 0:
                self._left -= len(piece)
            return piece
        known = len(self._tail)
        joined = self._tail + rest
        match = _EMPTY_LINE.search(joined)
        while match and match.end() <= known:
            match = _EMPTY_LINE.search(joined, match.start() + 1)
        end = match.end() - known if match else len(rest)
        piece, self.rest = rest[:end], rest[end:]
        self._tail = (self._tail + piece)[-2:]
        if not self._body:
            self._head = piece if self._ended else self._head + piece
            self._ended = match is not None
            if len(self._head) > LONGEST_HEADER:
                raise httpcore.RemoteProtocolError("the response's header has more than 64 KiB")
        return piece
