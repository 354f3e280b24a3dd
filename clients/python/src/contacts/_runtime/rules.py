"""The rules of the contract, read from its table."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import attrs

from .files import Probe, probe
from .table import Field, Operation, Rule, Violation
from .values import has_type, wire_text


@attrs.define
class Checked:
    """What a check has found."""

    violations: list[Violation] = attrs.field(factory=list)
    probes: dict[str, list[Probe]] = attrs.field(factory=dict)
    """What a look at the files has told, by the names of their fields."""
    cause: Exception | None = None
    """Why a file cannot be sent."""


Breaks = Callable[[Any], bool]
"""Tells whether a value that is there breaks a rule."""
Find = Callable[[Any, Checked], Violation | None]
"""Returns what a value that is there breaks."""


class _Plan(NamedTuple):
    """How one field is checked."""

    position: int
    field: Field
    is_text: bool
    absent: tuple[Rule, ...]
    """What may ask for a field that is not there."""
    present: tuple[Rule, ...]
    """What may forbid one that is there."""
    tests: tuple[tuple[Breaks, Violation], ...]
    finds: tuple[Find, ...]


def check(
    operation: Operation[Any], fields: tuple[Field, ...], values: Sequence[Any], *, enforce: bool = True
) -> Checked:
    """Check values by the rules of their fields, in order.

    With enforce false, only what cannot be sent is a violation.
    """
    key = (fields is operation.fields, enforce)
    plans = operation.plans.get(key)
    if plans is None:
        plans = operation.plans[key] = [_plan(operation, fields, i, enforce) for i in range(len(fields))]
    checked = Checked()
    found: dict[int, Violation] = {}
    for (position, field, is_text, absent, present, tests, finds), value in zip(plans, values, strict=True):
        if value is None or (type(value) in _EMPTY and not value):
            if absent and (broken := _presence(absent, fields, values, is_absent=True)):
                found[position] = broken
            continue
        if not (is_text and type(value) is str) and not has_type(field, value):
            found[position] = field.wrong_type
            continue
        if present and (broken := _presence(present, fields, values, is_absent=False)):
            found[position] = broken
            continue
        for breaks, violation in tests:
            if breaks(value):
                found[position] = violation
                break
        else:
            for find in finds:
                if broken := find(value, checked):
                    found[position] = broken
                    break
    if enforce and (operation.disjoint or operation.not_empty):
        _across(operation, fields, values, found)
    if found:
        checked.violations = [found[i] for i in sorted(found)]
    return checked


_EMPTY = frozenset((str, tuple))


def is_absent(value: Any) -> bool:
    """Tell whether a value counts as absent: None, an empty text, or an empty list."""
    return value is None or (type(value) in _EMPTY and not value)


def unknown(operation: Operation[Any], draft: Mapping[str, Any]) -> list[Violation]:
    """Find the names of a draft that are none of the operation's."""
    names = sorted(map(str, draft.keys() - {f.name for f in operation.input_fields}))
    return [Violation(name, "unknown", f"{name} is not a parameter of {operation.id}.") for name in names]


def _presence(
    rules: tuple[Rule, ...], fields: tuple[Field, ...], values: Sequence[Any], *, is_absent: bool
) -> Violation | None:
    def given(name: str) -> bool:
        return any(
            f.name == name and v is not None and v != "" and v != () for f, v in zip(fields, values, strict=True)
        )

    for rule in rules:
        match rule.broken.rule:
            case "required":
                broken = not any(map(given, rule.others))
            case "required_with":
                broken = any(map(given, rule.others))
            case "required_if":
                broken = _holds(rule, fields, values)
            case "exclusive":
                broken = not is_absent and all(map(given, rule.others))
            case other:
                raise NotImplementedError(other)
        if broken:
            return rule.broken
    return None


def _holds(rule: Rule, fields: tuple[Field, ...], values: Sequence[Any]) -> bool:
    return any(
        rule.when == (f.name, wire_text(f.kind, v))
        for f, v in zip(fields, values, strict=True)
        if f.delimiter is None and f.kind != "file" and v is not None and v != "" and has_type(f, v)
    )


def _across(
    operation: Operation[Any], fields: tuple[Field, ...], values: Sequence[Any], found: dict[int, Violation]
) -> None:
    """Check the rules about several fields at once, after those of each."""
    numbers = {f.name: i for i, f in enumerate(fields)}
    for rule in operation.disjoint:
        mine = numbers[rule.broken.field]
        theirs = [numbers[name] for name in rule.others]
        if mine in found or any(fields[i].wrong_type == found.get(i) for i in theirs):
            continue
        kind = fields[mine].kind
        items = {wire_text(kind, item) for item in values[mine] or ()}
        if any(wire_text(kind, item) in items for i in theirs for item in values[i] or ()):
            found[mine] = rule.broken
    body = [i for i, f in enumerate(fields) if f.place == "body"]
    if operation.not_empty and all(values[i] in (None, "", ()) and i not in found for i in body):
        found[-1] = operation.not_empty


def _plan(operation: Operation[Any], fields: tuple[Field, ...], index: int, enforce: bool) -> _Plan:
    field = fields[index]
    presence = field.presence if enforce or field.place == "path" else ()
    tests: list[tuple[Breaks, Violation]] = []
    finds: list[Find] = []
    for rule in field.value:
        kind = rule.broken.rule
        if not enforce and not rule.check and kind not in ("list_item", "file_name", "needs_file"):
            continue
        if field.kind == "file":
            finds.append(_file_find(operation, field, rule))
        elif kind == "list_item":
            tests.append((_bad_item(field, _WHITE_SPACE if enforce else ""), rule.broken))
        elif field.delimiter is not None:
            tests.append((_list_test(field, rule), rule.broken))
        else:
            tests.append((_test(field, rule), rule.broken))
    if items := [(_test(field, rule), rule.broken) for rule in field.item if enforce or rule.check]:
        finds.append(_items(items))
    is_text = field.kind == "string" and field.delimiter is None
    exclusive = tuple(r for r in presence if r.broken.rule == "exclusive")
    asking = tuple(r for r in presence if r.broken.rule != "exclusive")
    return _Plan(index, field, is_text, asking, exclusive, tuple(tests), tuple(finds))


def _items(rules: list[tuple[Breaks, Violation]]) -> Find:
    def find(value: Any, _: Checked) -> Violation | None:
        for item in value:
            for breaks, broken in rules:
                if breaks(item):
                    return broken
        return None

    return find


_WHITE_SPACE = "\t\n\v\f\r "


def _bad_item(field: Field, white_space: str) -> Breaks:
    if field.kind != "string":
        return lambda _: False
    delimiter = field.delimiter
    if not delimiter:
        return lambda value: "" in value

    def breaks(value: Any) -> bool:
        for item in value:  # noqa: SIM110 - any() takes twice the time
            if not item or delimiter in item or item[0] in white_space or item[-1] in white_space:
                return True
        return False

    return breaks


def _list_test(field: Field, rule: Rule) -> Breaks:
    n, kind, delimiter = rule.length, field.kind, field.delimiter or ""
    match rule.broken.rule:
        case "too_few":
            return lambda value: len(value) < n
        case "too_many":
            return lambda value: len(value) > n
        case "duplicate" if kind == "string":
            return lambda value: len(set(value)) < len(value)
        case "duplicate":
            return lambda value: len({wire_text(kind, item) for item in value}) < len(value)
        case "too_long" if kind == "string":
            return lambda value: len(delimiter.join(value)) > n
        case "too_long":
            return lambda value: len(delimiter.join(wire_text(kind, item) for item in value)) > n
        case other:
            raise NotImplementedError(other)


def _test(field: Field, rule: Rule) -> Breaks:
    """Return the test of one value."""
    n, kind, values, is_open = rule.length, field.kind, rule.values, rule.open
    match rule.broken.rule:
        case "too_short":
            return lambda value: len(value) < n
        case "too_long":
            return lambda value: len(value) > n
        case "too_small" | "too_large" as side:
            limit: float = int(rule.limit) if kind == "integer" else float(rule.limit)
            if side == "too_small":
                return lambda value: value < limit or (is_open and value == limit)
            return lambda value: value > limit or (is_open and value == limit)
        case "one_of" if kind == "string":
            return lambda value: value not in values
        case "one_of":
            return lambda value: wire_text(kind, value) not in values
        case "format" if rule.check:
            return _CHECKS[rule.check]
        case "format":
            fullmatch = re.compile(rule.pattern).fullmatch
            return lambda value: fullmatch(value) is None
        case other:
            raise NotImplementedError(other)


_surrogate = re.compile("[\ud800-\udfff]").search
_header = re.compile("[!-~](?:[ -~]*[!-~])?").fullmatch

_CHECKS: dict[str, Breaks] = {
    "unicode": lambda value: not value.isascii() and _surrogate(value) is not None,
    "segment": lambda value: value in (".", ".."),
    "header": lambda value: _header(value) is None,
}

_FILE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch


def _file_find(operation: Operation[Any], field: Field, rule: Rule) -> Find:
    is_list, is_named = field.delimiter is not None, field.file is not None and field.file.named
    taken = frozenset(f.name.lower() for f in operation.fields if f.place == "body" and is_named)

    def file_name(value: Any, _: Checked) -> Violation | None:
        for file in value if is_list else (value,):
            if file.name and (_FILE_NAME(file.name) is None or file.name.lower() in taken):
                return rule.broken
        return None

    def needs_file(value: Any, checked: Checked) -> Violation | None:
        try:
            checked.probes[field.name] = [probe(file) for file in (value if is_list else (value,))]
        except (OSError, ValueError) as error:
            checked.cause = error
            return rule.broken
        return None

    match rule.broken.rule:
        case "file_name":
            return file_name
        case "needs_file":
            return needs_file
    breaks = _list_test(field, rule)
    return lambda value, _: rule.broken if breaks(value) else None
