"""How long a 429 asks to wait (FACTS F4)."""

import re
import time
from datetime import datetime, timezone

import httpx

# In the order in which they are believed.
_HEADERS = ("Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset")

_NUMBER = re.compile(r"[0-9]{1,15}")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"({'|'.join(_DAYS)}), ([0-9]{{2}}) ({'|'.join(_MONTHS)}) ([0-9]{{4}})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


def retry_after(headers: httpx.Headers) -> float:
    """Return seconds: 1 to 3,660, and 60 if no header names a usable value."""
    for name in _HEADERS:
        for value in headers.get_list(name)[:1]:
            wait = _seconds(value.strip(" \t"), dates=name == "Retry-After")
            if wait is not None:
                return min(max(wait, 1.0), 3660.0)
    return 60.0


def _seconds(value: str, *, dates: bool) -> float | None:
    """Read seconds, a Unix time in seconds or milliseconds, or a date."""
    if _NUMBER.fullmatch(value):
        number = float(value)
        if number >= 1e12:
            return number / 1000 - time.time()
        return number - time.time() if number >= 1e9 else number
    if dates and (match := _DATE.fullmatch(value)):
        weekday, day, month, year, hour, minute, second = match.groups()
        numbers = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
        try:
            date = datetime(*numbers, tzinfo=timezone.utc)
        except ValueError:  # a day or an hour that there is not
            return None
        return date.timestamp() - time.time() if date.weekday() == _DAYS.index(weekday) else None
    return None
