"""Inputs are values: immutable, comparable, and to be copied with changes by `attrs.evolve`."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, TypeVar

from .errors import InvalidError
from .rules import check, unknown
from .table import Operation, Violation

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
        return check(self._operation, self._operation.input_fields, values_of(self)).violations

    @classmethod
    def from_draft(cls: type[I], draft: Mapping[str, Any]) -> I:
        """Make an input from data that comes from outside, such as JSON.

        Args:
            draft: The parameters under the API's own names. A file is a `File`.

        Raises:
            InvalidError: A value has the wrong type (`type`), or a name is none of the operation's (`unknown`).
                All other violations are with it. Without these two there is an input; a client checks its rules.
        """
        operation = cls._operation
        values = draft_values(operation, draft)
        checked = check(operation, operation.input_fields, values)
        strange = unknown(operation, draft)
        if strange or any(v.rule == "type" for v in checked.violations):
            raise InvalidError(operation.id, [*checked.violations, *strange])
        return cls(**{f.attribute: value for f, value in zip(operation.input_fields, values, strict=True)})


def values_of(parameters: Input) -> tuple[Any, ...]:
    """Return the values of an input, in the order of the operation's fields."""
    operation = parameters._operation
    if len(operation.input_fields) == 1:
        return (getattr(parameters, operation.input_fields[0].attribute),)
    values: tuple[Any, ...] = _getter(operation)(parameters)
    return values


def draft_values(operation: Operation[Any], draft: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of a draft, in the order of the operation's fields."""
    return tuple(
        draft.get(f.name) if f.delimiter is None else frozen(draft.get(f.name), lists=(list, tuple))
        for f in operation.input_fields
    )


def frozen(value: Any, lists: Any = Iterable) -> Any:
    """Return a list as a tuple, and None as an empty one. What is no list is a violation later."""
    if value is None:
        return ()
    if isinstance(value, (tuple, str, bytes, bytearray, Mapping)):
        return value
    return tuple(value) if isinstance(value, lists) else value


_getters: "dict[Operation[Any], attrgetter[Any]]" = {}


def _getter(operation: Operation[Any]) -> Any:
    if operation not in _getters:
        _getters[operation] = attrgetter(*(f.attribute for f in operation.input_fields))
    return _getters[operation]
