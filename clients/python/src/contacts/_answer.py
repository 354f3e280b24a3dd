"""What an answer says.

The generated models decode leniently: they take a number for text, and fail on a null. So an answer is
read here, and what cannot be read counts as an empty object.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import attrs
import httpx

from ._errors import FieldError

LONGEST = 1 << 20
"""How many bytes of a body are read."""


@attrs.frozen
class Answer:
    """What came back from a server."""

    status: int
    headers: httpx.Headers
    body: bytes | None
    """None if it did not come whole, or is longer than LONGEST."""


class Envelope(NamedTuple):
    """The members of an answer that say how a request ended (FACTS F2, F3). What is absent is empty."""

    status: str = ""
    uri: str = ""
    queued_uri: str = ""
    message: str = ""
    errors: tuple[FieldError, ...] = ()
    unreadable: str = ""
    """Why the rest is empty, if the body cannot be read."""


def read_envelope(answer: Answer, redact: Callable[[str], str]) -> Envelope:
    """Read an answer, and take the credentials out of the server's words."""
    try:
        members = read_object(answer.body)
        return Envelope(
            _text(members, "Status"),
            _text(members, "Uri"),
            _text(members, "QueuedUri"),
            redact(_text(members, "Message")),
            tuple(
                FieldError(redact(_text(error, "Field")), redact(_text(error, "Message")))
                for error in _list(members, "Errors")
            ),
        )
    except ValueError as error:
        return Envelope(unreadable=str(error))


def read_object(body: bytes | None) -> dict[str, Any]:
    """Read a JSON object, to the letter of RFC 8259. Raises ValueError, which quotes nothing of the body."""
    if body is None:
        raise ValueError("the answer did not come whole, or is longer than 1 MiB")
    try:
        # parse_int: no int can be made of more than 4,300 digits, which RFC 8259 allows.
        members = json.loads(body.decode(), parse_int=float, parse_constant=_refuse)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise ValueError("the answer is not one JSON object in UTF-8")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _text(members: Any, key: str) -> str:
    value = members.get(key) if isinstance(members, dict) else None
    if value is None and isinstance(members, dict):
        return ""
    if not isinstance(value, str):
        raise ValueError(f"the answer's {key} is not what the contract promises")
    # JSON can escape half of a character, which could not be printed.
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _list(members: dict[str, Any], key: str) -> list[Any]:
    value = members.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"the answer's {key} is not what the contract promises")
    return value


_ID = re.compile(r"/([A-Za-z0-9_-]+)\Z")


def id_of(uri: str) -> str:
    """Return the last segment of a Uri (FACTS F2), or an empty text if it cannot be an id."""
    match = _ID.search(uri)
    return match[1] if match else ""
