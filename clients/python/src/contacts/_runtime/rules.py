"""The rules of the contract, read from its table."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from .files import Probe, probe
from .table import Field, Operation, Rule, Violation
from .values import has_type, wire_text


class Check:
    """A check of values by the rules of their fields, in order.

    With enforce false, only what cannot be sent is a violation.
    """

    def __init__(
        self, operation: Operation[Any], fields: Sequence[Field], values: Sequence[Any], *, enforce: bool = True
    ) -> None:
        self.probes: dict[str, list[Probe]] = {}
        """What a look at the files has told, by the names of their fields."""
        self.cause: Exception | None = None
        """Why a file cannot be sent."""
        self._operation = operation
        self._enforce = enforce
        self._fields = fields
        self._values = values
        found: dict[int, Violation] = {}
        for i, (field, value) in enumerate(zip(fields, values, strict=True)):
            if not is_absent(value):
                broken = self._broken_by(field, value)
            else:
                broken = self._asked_for(field) if field.presence else None
            if broken:
                found[i] = broken
        if enforce and (operation.disjoint or operation.not_empty):
            self._check_across(found)
        self.violations = [found[i] for i in sorted(found)]

    @cached_property
    def _given(self) -> set[str]:
        """The names of the fields that are there."""
        return {f.name for f, value in zip(self._fields, self._values, strict=True) if not is_absent(value)}

    def _asked_for(self, field: Field, *, is_given: bool = False) -> Violation | None:
        """Return the rule that a field breaks because it is there, or is not there."""
        if self._enforce or field.place == "path":
            for rule in field.presence:
                if (rule.broken.rule == "exclusive") is is_given and self._breaks_presence(rule):
                    return rule.broken
        return None

    def _broken_by(self, field: Field, value: Any) -> Violation | None:
        """Return the rule that a value breaks."""
        if not has_type(field, value):
            return field.wrong_type
        if field.presence and (broken := self._asked_for(field, is_given=True)):
            return broken
        of_value, of_item = _tests(field, self._enforce)
        for test, rule in of_value:
            if test(self, rule, field, value):
                return rule.broken
        for item in value if of_item else ():
            for test, rule in of_item:
                if test(self, rule, field, item):
                    return rule.broken
        return None

    def _breaks_presence(self, rule: Rule) -> bool:
        match rule.broken.rule:
            case "required":
                return self._given.isdisjoint(rule.others)
            case "required_with":
                return not self._given.isdisjoint(rule.others)
            case "required_if":
                return any(
                    rule.when == (f.name, wire_text(f.kind, v))
                    for f, v in zip(self._fields, self._values, strict=True)
                    if f.delimiter is None and f.kind != "file" and not is_absent(v) and has_type(f, v)
                )
            case "exclusive":
                return self._given.issuperset(rule.others)
        raise NotImplementedError(rule.broken.rule)

    def breaks_list_item(self, _: Rule, field: Field, value: Any) -> bool:
        """Tell whether a list holds an item that a server would not find in it."""
        white_space = _WHITE_SPACE if self._enforce and field.delimiter else ""
        for item in value if field.kind == "string" else ():
            if (
                not item
                or (field.delimiter and field.delimiter in item)
                or item[0] in white_space
                or item[-1] in white_space
            ):
                return True
        return False

    def breaks_file_name(self, _: Rule, field: Field, value: Any) -> bool:
        """Tell whether the name of a file cannot be sent."""
        is_name = field.file is not None and field.file.named
        taken = [f.name.lower() for f in self._fields if f.place == "body" and is_name]
        return any(f.name and (not _FILE_NAME(f.name) or f.name.lower() in taken) for f in _files(field, value))

    def needs_file(self, _: Rule, field: Field, value: Any) -> bool:
        """Look at files, and tell whether they cannot be sent."""
        try:
            self.probes[field.name] = [probe(file) for file in _files(field, value)]
        except (OSError, ValueError) as error:
            self.cause = error
        return field.name not in self.probes

    def _check_across(self, found: dict[int, Violation]) -> None:
        """Check the rules about several fields at once, after those of each."""
        numbers = {field.name: i for i, field in enumerate(self._fields)}
        for rule in self._operation.disjoint:
            mine, theirs = numbers[rule.broken.field], [numbers[name] for name in rule.others]
            if mine in found or any(self._fields[i].wrong_type == found.get(i) for i in theirs):
                continue
            kind = self._fields[mine].kind
            items = {wire_text(kind, item) for item in self._values[mine]}
            if any(wire_text(kind, item) in items for i in theirs for item in self._values[i]):
                found[mine] = rule.broken
        if self._operation.not_empty:
            body = [i for i, field in enumerate(self._fields) if field.place == "body"]
            if all(i not in found and is_absent(self._values[i]) for i in body):
                found[-1] = self._operation.not_empty


def is_absent(value: Any) -> bool:
    """Tell whether a value counts as absent: None, an empty text, or an empty list."""
    return value is None or (type(value) in _EMPTY and not value)


def unknown(operation: Operation[Any], draft: Mapping[str, Any]) -> list[Violation]:
    """Find the names of a draft that are none of the operation's."""
    names = sorted(map(str, draft.keys() - {f.name for f in operation.input_fields}))
    return [Violation(name, "unknown", f"{name} is not a parameter of {operation.id}.") for name in names]


_EMPTY = frozenset((str, tuple))
_WHITE_SPACE = "\t\n\v\f\r "
_FILE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch

_pattern = cache(re.compile)
_surrogate = re.compile("[\ud800-\udfff]").search
_header = re.compile("[!-~](?:[ -~]*[!-~])?").fullmatch

_CHECKS: dict[str, Callable[[Any], bool]] = {
    "unicode": lambda value: not value.isascii() and _surrogate(value) is not None,
    "segment": lambda value: value in (".", ".."),
    "header": lambda value: _header(value) is None,
}


def _files(field: Field, value: Any) -> Sequence[Any]:
    return (value,) if field.delimiter is None else value


def _length(field: Field, value: Any) -> int:
    """Return the length of a value as it is sent: of a list, with its delimiters."""
    if not isinstance(value, tuple):
        return len(value)
    return len(
        (field.delimiter or "").join(value if field.kind == "string" else [wire_text(field.kind, v) for v in value])
    )


def _limit(rule: Rule, field: Field) -> float:
    return int(rule.limit) if field.kind == "integer" else float(rule.limit)


Test = Callable[[Check, Rule, Field, Any], bool]
"""Tells whether a value breaks a rule."""

_TESTS: dict[str, Test] = {
    "list_item": Check.breaks_list_item,
    "file_name": Check.breaks_file_name,
    "needs_file": Check.needs_file,
    "too_few": lambda _, rule, __, value: len(value) < rule.length,
    "too_many": lambda _, rule, __, value: len(value) > rule.length,
    "duplicate": lambda _, __, field, value: len({wire_text(field.kind, item) for item in value}) < len(value),
    "too_short": lambda _, rule, __, value: len(value) < rule.length,
    "too_long": lambda _, rule, field, value: _length(field, value) > rule.length,
    "too_small": lambda _, rule, field, value: value < (limit := _limit(rule, field)) or (rule.open and value == limit),
    "too_large": lambda _, rule, field, value: value > (limit := _limit(rule, field)) or (rule.open and value == limit),
    "one_of": lambda _, rule, field, value: wire_text(field.kind, value) not in rule.values,
    "format": lambda _, rule, __, value: (
        _CHECKS[rule.check](value) if rule.check else _pattern(rule.pattern).fullmatch(value) is None
    ),
}


@cache
def _tests(field: Field, enforce: bool) -> list[list[tuple[Test, Rule]]]:
    """Return the tests of a field's value, and those of its items."""
    always = ("list_item", "file_name", "needs_file")
    return [
        [(_TESTS[r.broken.rule], r) for r in rules if enforce or r.check or r.broken.rule in always]
        for rules in (field.value, field.item)
    ]
