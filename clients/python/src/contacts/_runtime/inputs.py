"""Inputs are values: immutable, comparable, and to be copied with changes by `attrs.evolve`."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from .errors import InvalidError, UsageError
from .rules import Check, is_absent, unknown
from .table import Operation, Violation
from .values import has_type

I = TypeVar("I", bound="Input")  # noqa: E741


class Input:
    """What an operation sends. An empty text or list and None count as absent."""

    __slots__ = ()
    _operation: ClassVar[Operation[Any]]

    def __attrs_post_init__(self) -> None:
        for field in self._operation.input_fields:
            if field.delimiter is not None:
                items = frozen(getattr(self, field.attribute))
                object.__setattr__(self, field.attribute, items)

    def validate(self) -> list[Violation]:
        """Check the rules of the contract, without sending. To do so, the beginning of each file is read.

        Returns:
            All violations, in the contract's order, one for each parameter; empty if there is none.
        """
        return Check(self._operation, self._operation.input_fields, values_of(self)).violations

    @classmethod
    def from_draft(cls: type[I], draft: Mapping[str, Any]) -> I:
        """Make an input from data that comes from outside, such as JSON.

        Args:
            draft: The parameters under the API's own names. A file is a `File`.

        Raises:
            InvalidError: A value has the wrong type (`type`), or a name is none of the operation's (`unknown`).
                All other violations are with it. Without these two there is an input; a client checks its rules.
            UsageError: The draft is no mapping.
        """
        operation = cls._operation
        values = draft_values(operation, draft)
        if not fits(operation, draft, values):
            raise InvalidError(operation.id, validate_draft(operation, draft))
        return cls(**{f.attribute: value for f, value in zip(operation.input_fields, values, strict=True)})


def values_of(parameters: Input) -> list[Any]:
    """Return the values of an input, in the order of the operation's fields."""
    return [getattr(parameters, f.attribute) for f in parameters._operation.input_fields]


def draft_values(operation: Operation[Any], draft: Mapping[str, Any]) -> list[Any]:
    """Return the values of a draft, in the order of the operation's fields."""
    if not isinstance(draft, Mapping):
        raise UsageError("draft must be a mapping")
    return [
        draft.get(f.name) if f.delimiter is None else frozen(draft.get(f.name), lists=(list, tuple))
        for f in operation.input_fields
    ]


def fits(operation: Operation[Any], draft: Mapping[str, Any], values: list[Any]) -> bool:
    """Tell whether there is an input of a draft: one without a value of the wrong type, and without an unknown name."""
    typed = (is_absent(v) or has_type(f, v) for f, v in zip(operation.input_fields, values, strict=True))
    return all(typed) and not unknown(operation, draft)


def validate_draft(operation: Operation[Any], draft: Mapping[str, Any]) -> list[Violation]:
    """Check data from outside, without sending it. The rules of the path are left out."""
    values = draft_values(operation, draft)
    return [*Check(operation, operation.input_fields, values).violations, *unknown(operation, draft)]


def frozen(value: Any, lists: Any = Iterable) -> Any:
    """Return a list as a tuple, and None as an empty one. What is no list is a violation later."""
    if value is None:
        return ()
    if isinstance(value, (tuple, str, bytes, bytearray, Mapping)):
        return value
    return tuple(value) if isinstance(value, lists) else value
