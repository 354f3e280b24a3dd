"""Reads a response to the letter of the contract. What cannot be read says nothing."""

import json
import re
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from .errors import FieldError
from .info import ResponseInfo
from .redaction import Redact
from .table import ErrorFormat, Member, Operation

T = TypeVar("T")

LONGEST = 1 << 20
"""How many bytes of a body are read."""


class UnreadableError(ValueError):
    """Why a body cannot be read. It quotes nothing of it."""


class Response:
    """An object of a response. A member that is null or not there is None; a list, empty."""

    __slots__ = ("_info",)
    _members: ClassVar[tuple[Member, ...]]
    _info: ResponseInfo | None

    def __reduce__(self) -> Any:
        values = {m.attribute: getattr(self, m.attribute) for m in self._members}
        return make, (type(self), values, getattr(self, "_info", None))


def make(cls: type[T], values: dict[str, Any], info: ResponseInfo | None) -> T:
    """Make an object of a response."""
    made = cls(**values)
    object.__setattr__(made, "_info", info)
    return made


def read_object(body: bytes | None) -> dict[str, Any]:
    """Read one JSON object, to the letter of RFC 8259."""
    if body is None:
        raise UnreadableError("the response did not come whole, or is longer than 1 MiB")
    try:
        members = json.loads(body.decode(), parse_int=_integer, parse_float=_Number, parse_constant=_refuse)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise UnreadableError("the response is not one JSON object in UTF-8")
    return members


def read_result(operation: Operation[T], body: bytes | None, info: ResponseInfo) -> T:
    """Read what an operation returns. Raises UnreadableError."""
    if operation.result is ResponseInfo and body is not None:
        return info  # type: ignore[return-value]
    return make(operation.result, _read(operation.result, read_object(body)), info)


def redacted(value: Any, redact: Redact) -> Any:
    """Return a value of a response without the credentials."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple):
        return tuple(redacted(item, redact) for item in value)
    if not isinstance(value, Response):
        return value
    members = {m.attribute: redacted(getattr(value, m.attribute), redact) for m in value._members}
    return make(type(value), members, value._info)


def read_errors(form: ErrorFormat, body: bytes | None, redact: Redact) -> tuple[str, tuple[FieldError, ...]]:
    """Read the server's words about an error, without the credentials. Raises UnreadableError."""
    members = read_object(body)
    message = _words(members, form.message)
    listed = members.get(form.errors) if form.errors else None
    if listed is not None and not isinstance(listed, list):
        raise _unexpected(form.errors)
    errors = []
    for error in listed or ():
        if not isinstance(error, dict):
            raise _unexpected(form.errors)
        errors.append(FieldError(redact(_words(error, form.field)), redact(_words(error, form.message))))
    return redact(message), tuple(errors)


def _words(members: dict[str, Any], name: str) -> str:
    value = members.get(name) if name else None
    return "" if value is None else _text(value, name)


def _read(cls: type[Any], members: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for member in cls._members:
        if member.last_segment_of:
            continue
        value = members.get(member.name)
        if value is not None:
            values[member.attribute] = _value(member, value)
        elif member.required:
            raise _unexpected(member.name)
    for member in cls._members:
        if member.last_segment_of:
            source = next(m for m in cls._members if m.name == member.last_segment_of)
            segment = _LAST_SEGMENT.search(values.get(source.attribute) or "")
            if segment:
                values[member.attribute] = segment[1]
            elif source.required:
                raise _unexpected(source.name)
    return values


_LAST_SEGMENT = re.compile(r"/([A-Za-z0-9_-]+)\Z")


def _value(member: Member, value: Any) -> Any:
    match member.kind:
        case "string":
            return _text(value, member.name)
        case "integer":
            return _whole(value, member.name)
        case "number":
            return _number(value, member.name)
        case "boolean":
            if value in ("true", "false"):
                return value == "true"
            if isinstance(value, bool):
                return value
        case "object":
            if isinstance(value, dict):
                return make(member.object or Response, _read(member.object or Response, value), None)
        case "list":
            if isinstance(value, list) and member.item and None not in value:
                return tuple([_value(member.item, item) for item in value])
        case "json":
            return value
        case other:
            raise NotImplementedError(other)
    raise _unexpected(member.name)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise _unexpected(name)
    # JSON can escape half of a character, which could not be printed.
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_DIGITS = re.compile(r"-?[0-9]{1,19}")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _whole(value: Any, name: str) -> int:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    elif isinstance(value, _Number):
        value = _exact(value.text)
    if isinstance(value, bool) or not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
        raise _unexpected(name)
    return value


def _exact(text: str) -> int | None:
    """Return a whole number that is written with a fraction of zeros or an exponent, if it can have 64 bits."""
    with suppress(ArithmeticError):  # of the exponent
        exact = Decimal(text[:1000])
        if exact.adjusted() < 19 and exact == exact.to_integral_value() and len(text) <= 1000:
            return int(exact)
    return None


def _number(value: Any, name: str) -> float:
    if isinstance(value, str) and _JSON_NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _unexpected(name)
    try:
        number = float(value)
    except OverflowError:
        raise _unexpected(name) from None
    if number in (float("inf"), float("-inf")):
        raise _unexpected(name)
    return number


class _Number(float):
    """A number with a fraction or an exponent, and its digits."""

    text: str

    def __new__(cls, text: str) -> "_Number":
        number = super().__new__(cls, text)
        number.text = text
        return number


def _integer(text: str) -> Any:
    # Python makes no int of more than 4,300 digits, which RFC 8259 allows.
    return int(text) if len(text) <= 4300 else Decimal(text)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _unexpected(name: str) -> UnreadableError:
    return UnreadableError(f"the response's {name} is not what the contract promises")
