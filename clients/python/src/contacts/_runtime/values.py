"""Values as they are on the wire, and their types."""

import re
from decimal import Decimal
from typing import Any

from .files import File
from .table import Field, Kind

_TEXT = {str}
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def has_kind(kind: Kind, value: Any) -> bool:
    """Tell whether a value of a request has a type. As in JSON, a number is no text, and True is no number."""
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "file":
        return isinstance(value, File)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if kind == "integer":
        return (isinstance(value, int) or value.is_integer()) and -(1 << 63) <= value < 1 << 63
    try:
        return abs(float(value)) < float("inf")
    except OverflowError:
        return False


def has_type(field: Field, value: Any) -> bool:
    """Tell whether a value that is given has the type of a field."""
    if field.delimiter is None:
        return (field.kind == "string" and type(value) is str) or has_kind(field.kind, value)
    if not isinstance(value, tuple):
        return False
    if field.kind == "string" and set(map(type, value)) == _TEXT:  # the usual case, without a call for each item
        return True
    return all(has_kind(field.kind, item) for item in value)


def wire_text(kind: Kind, value: Any) -> str:
    """Return a value as it is sent."""
    if kind == "string":
        return value if type(value) is str else str.__str__(value)
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "integer":
        return str(int(value))
    text = format(Decimal(repr(float(value))), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def path_value(field: Field, value: Any) -> Any:
    """Return a value of a path that comes from outside: a whole number may be text of digits."""
    if field.kind == "integer" and isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value
