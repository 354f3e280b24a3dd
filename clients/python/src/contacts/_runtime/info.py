"""What a response says beside its body: status, headers, limits, and how long to wait."""

import re
import time
from contextlib import suppress
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import attrs
import httpx

_WAITS = ("Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset")
_LIMITS = ("X-RateLimit-{}", "X-RateLimit-{}-Hour", "RateLimit-{}")

_NUMBER = re.compile(r"[0-9]{1,15}")


@attrs.frozen
class ResponseInfo:
    """The status, the headers and the limits of a response. It prints the status only."""

    status: int
    """The status of HTTP."""
    headers: httpx.Headers = attrs.field(repr=False)
    """The headers, under names in any case."""
    body: bytes = attrs.field(default=b"", repr=False)
    """The body as it came; empty if it is a stream or did not come whole."""
    received: float = attrs.field(factory=time.time, repr=False, eq=False)
    """When the response came, as a Unix time."""

    @property
    def limit(self) -> int | None:
        """How many requests the server allows in a period."""
        return self._first("Limit")

    @property
    def remaining(self) -> int | None:
        """How many requests are left in this period."""
        return self._first("Remaining")

    @property
    def reset_seconds(self) -> float | None:
        """How many seconds after the response the next period begins."""
        for name in _LIMITS:
            wait = _seconds(self._value(name.format("Reset")), self.received)
            if wait is not None:
                return max(wait, 0.0)
        return None

    @property
    def retry_after(self) -> float:
        """How many seconds a 429 asks to wait: 1 to 3,660, and 60 if no header has a usable value."""
        for name in _WAITS:
            wait = _seconds(self._value(name), self.received, dates=name == "Retry-After")
            if wait is not None:
                return min(max(wait, 1.0), 3660.0)
        return 60.0

    def _value(self, name: str) -> str:
        """Return the first of the headers of a name; empty if there is none."""
        return next(iter(self.headers.get_list(name)), "").strip(" \t")

    def _first(self, what: str) -> int | None:
        for name in _LIMITS:
            value = self._value(name.format(what))
            if _NUMBER.fullmatch(value):
                return int(value)
        return None


def info_of(response: Any) -> ResponseInfo:
    """Return the status, the headers and the limits of the response that an operation returned.

    Args:
        response: What a method of a client returned: not a part of it.

    Raises:
        TypeError: It is something else.
    """
    info = response if isinstance(response, ResponseInfo) else getattr(response, "_info", None)
    if not isinstance(info, ResponseInfo):
        raise TypeError("only what a method of a client returned has an info")
    return info


def _seconds(value: str, now: float, *, dates: bool = False) -> float | None:
    """Read seconds, a Unix time in seconds or milliseconds, or a date."""
    if _NUMBER.fullmatch(value):
        number = float(value)
        if number >= 1e12:
            return number / 1000 - now
        return number - now if number >= 1e9 else number
    if dates:
        with suppress(ValueError):
            date = parsedate_to_datetime(value)
            # It takes more forms than HTTP's, and a wrong day of the week.
            return date.timestamp() - now if format_datetime(date, usegmt=True) == value else None
    return None
