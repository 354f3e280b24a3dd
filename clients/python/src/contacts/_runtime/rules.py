"""The rules of the contract, read from its table."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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


Test = Callable[[Any, Checked], Violation | None]
"""Returns what a value that is there breaks."""


@attrs.frozen
class _Plan:
    """How one field is checked: by all rules, and by those that hold in every mode."""

    field: Field
    index: int
    is_text: bool
    presence: tuple[Rule, ...]
    tests: tuple[Test, ...]
    always: tuple[Test, ...]


def check(
    operation: Operation[Any], fields: tuple[Field, ...], values: Sequence[Any], *, enforce: bool = True
) -> Checked:
    """Check values by the rules of their fields, in order.

    With enforce false, only what cannot be sent is a violation.
    """
    plans = operation.plans.get(fields is operation.fields)
    if plans is None:
        plans = operation.plans[fields is operation.fields] = [_plan(operation, fields, field) for field in fields]
    checked = Checked()
    found: dict[int, Violation] = {}
    for plan, value in zip(plans, values, strict=True):
        absent = value is None or value == "" or value == ()
        broken = None
        if not absent and not (plan.is_text and type(value) is str) and not has_type(plan.field, value):
            found[plan.index] = plan.field.wrong_type
            continue
        if plan.presence and (enforce or plan.field.place == "path"):
            broken = _presence(plan, absent, fields, values)
        if broken is None and not absent:
            for test in plan.tests if enforce else plan.always:
                broken = test(value, checked)
                if broken is not None:
                    break
        if broken is not None:
            found[plan.index] = broken
    if enforce and (operation.disjoint or operation.not_empty):
        _across(operation, fields, values, found)
    checked.violations = [found[index] for index in sorted(found)]
    return checked


def unknown(operation: Operation[Any], draft: Mapping[str, Any]) -> list[Violation]:
    """Find the names of a draft that are none of the operation's."""
    names = sorted(map(str, draft.keys() - {f.name for f in operation.input_fields}))
    return [Violation(name, "unknown", f"{name} is not a parameter of {operation.id}.") for name in names]


def _presence(plan: _Plan, absent: bool, fields: tuple[Field, ...], values: Sequence[Any]) -> Violation | None:
    def given(name: str) -> bool:
        return any(
            f.name == name and v is not None and v != "" and v != () for f, v in zip(fields, values, strict=True)
        )

    for rule in plan.presence:
        match rule.broken.rule:
            case "required":
                broken = absent and not any(map(given, rule.others))
            case "required_with":
                broken = absent and any(map(given, rule.others))
            case "required_if":
                broken = absent and _holds(rule, fields, values)
            case "exclusive":
                broken = not absent and all(map(given, rule.others))
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


def _plan(operation: Operation[Any], fields: tuple[Field, ...], field: Field) -> _Plan:
    names = frozenset(f.name.lower() for f in operation.fields if f.place == "body")
    tests: list[Test] = []
    always: list[Test] = []
    for rule in field.value:
        if field.kind == "file" and rule.broken.rule == "needs_file":
            test = _needs_file(field, rule)
        elif field.kind == "file" and rule.broken.rule == "file_name":
            test = _file_name(field, rule, names)
        elif rule.broken.rule == "list_item":
            test = _one(rule, _bad_item(field.delimiter or "", _WHITE_SPACE))
        elif field.delimiter is not None:
            test = _one(rule, _list_test(field, rule))
        else:
            test = _one(rule, _test(field, rule))
        tests.append(test)
        if rule.check or rule.broken.rule in ("file_name", "needs_file"):
            always.append(test)
        elif rule.broken.rule == "list_item":
            always.append(_one(rule, _bad_item(field.delimiter or "", "")))
    if field.item:
        tests.append(_items([(_test(field, rule), rule.broken) for rule in field.item]))
        always.append(_items([(_test(field, rule), rule.broken) for rule in field.item if rule.check]))
    is_text = field.kind == "string" and field.delimiter is None
    return _Plan(field, fields.index(field), is_text, field.presence, tuple(tests), tuple(always))


def _one(rule: Rule, breaks: Callable[[Any], bool]) -> Test:
    broken = rule.broken
    return lambda value, _: broken if breaks(value) else None


def _items(rules: list[tuple[Callable[[Any], bool], Violation]]) -> Test:
    def test(value: Any, _: Checked) -> Violation | None:
        for item in value:
            for breaks, broken in rules:
                if breaks(item):
                    return broken
        return None

    return test


_WHITE_SPACE = "\t\n\v\f\r "


def _bad_item(delimiter: str, white_space: str) -> Callable[[Any], bool]:
    def breaks(value: Any) -> bool:
        for item in value:
            if isinstance(item, str) and (
                not item or (delimiter and (delimiter in item or item[0] in white_space or item[-1] in white_space))
            ):
                return True
        return False

    return breaks


def _list_test(field: Field, rule: Rule) -> Callable[[Any], bool]:
    n, kind, delimiter = rule.length, field.kind, field.delimiter or ""
    match rule.broken.rule:
        case "too_few":
            return lambda value: len(value) < n
        case "too_many":
            return lambda value: len(value) > n
        case "duplicate":
            return lambda value: len({wire_text(kind, item) for item in value}) < len(value)
        case "too_long" if rule.joined:
            return lambda value: len(delimiter.join(wire_text(kind, item) for item in value)) > n
        case other:
            raise NotImplementedError(other)


def _test(field: Field, rule: Rule) -> Callable[[Any], bool]:
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

_CHECKS: dict[str, Callable[[Any], bool]] = {
    "unicode": lambda value: not value.isascii() and _surrogate(value) is not None,
    "segment": lambda value: value in (".", ".."),
    "header": lambda value: _header(value) is None,
}

_FILE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}").fullmatch


def _file_name(field: Field, rule: Rule, names: frozenset[str]) -> Test:
    taken = names if field.file and field.file.named else frozenset[str]()

    def test(value: Any, _: Checked) -> Violation | None:
        for file in value if isinstance(value, tuple) else (value,):
            if file.name and (_FILE_NAME(file.name) is None or file.name.lower() in taken):
                return rule.broken
        return None

    return test


def _needs_file(field: Field, rule: Rule) -> Test:
    def test(value: Any, checked: Checked) -> Violation | None:
        try:
            files = value if isinstance(value, tuple) else (value,)
            checked.probes[field.name] = [probe(file) for file in files]
        except (OSError, ValueError) as error:
            checked.cause = error
            return rule.broken
        return None

    return test
