"""The table of a contract: its operations, their fields and rules, and the objects of responses."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import attrs

if TYPE_CHECKING:
    from .inputs import Input

R = TypeVar("R")

Kind = Literal["string", "integer", "number", "boolean", "file", "object", "list", "json"]
Place = Literal["path", "query", "header", "body"]
RuleKind = Literal[
    "required",
    "required_with",
    "required_if",
    "exclusive",
    "too_short",
    "too_long",
    "too_small",
    "too_large",
    "too_few",
    "too_many",
    "duplicate",
    "format",
    "one_of",
    "list_item",
    "needs_file",
    "file_name",
    "type",
    "unknown",
]
"""What kind of rule a violation breaks. The set is closed."""


@attrs.frozen
class Violation:
    """A rule that an input breaks."""

    field: str
    """The name of the parameter at fault, as the API spells it."""
    rule: RuleKind
    """Which kind of rule is broken."""
    message: str
    """An English sentence that says what must hold. It never holds a value of the input."""


@attrs.frozen(kw_only=True)
class Rule:
    """One thing that must hold for a field."""

    broken: Violation
    others: tuple[str, ...] = ()
    when: tuple[str, str] | None = None
    length: int = 0
    limit: str = ""
    open: bool = False
    pattern: str = ""
    check: Literal["", "unicode", "segment", "header"] = ""
    values: frozenset[str] = frozenset()


@attrs.frozen
class FilePart:
    """How a file is sent."""

    base_name: str
    named: bool = False
    """The field is a text parameter whose value is the name of the file's part."""


@attrs.frozen(kw_only=True, eq=False)
class Field:
    """One parameter of a request."""

    name: str
    attribute: str
    place: Place
    kind: Kind
    wrong_type: Violation
    delimiter: str | None = None
    """Of a list: what stands between its items; empty if each is a value of its own. None: it is no list."""
    file: FilePart | None = None
    presence: tuple[Rule, ...] = ()
    value: tuple[Rule, ...] = ()
    item: tuple[Rule, ...] = ()


@attrs.frozen(kw_only=True)
class Body:
    """How the fields of a body are encoded."""

    required: bool = False
    form: bool = False


@attrs.frozen
class Member:
    """One member of an object in a response."""

    name: str
    attribute: str
    kind: Kind
    required: bool = False
    item: "Member | None" = None
    object: type[Any] | None = None
    last_segment_of: str = ""


@attrs.frozen(kw_only=True)
class Outcomes:
    """The member of a response whose value tells what became of a request."""

    member: str
    done: tuple[str, ...] = ()
    queued: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    requires: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


@attrs.frozen
class Pages:
    """How the pages of a list follow one another."""

    page: str
    """The attribute of the input that is the number of a page."""
    items: str
    """The attribute of the response that is the list."""
    total: str = ""
    """The attribute that says how many pages there are."""


@attrs.frozen
class ErrorFormat:
    """Where a response that is an error has its words."""

    message: str = ""
    errors: str = ""
    field: str = ""


Done = Literal["created", "updated", "deleted", "found"]


@attrs.frozen(kw_only=True, eq=False)
class Operation(Generic[R]):
    """One method of one path. R is what a success returns."""

    id: str
    method: str
    http_method: str
    path: str
    account: str = ""
    fields: tuple[Field, ...]
    input: "type[Input] | None" = None
    body: Body | None = None
    disjoint: tuple[Rule, ...] = ()
    not_empty: Violation | None = None
    accept: str
    result: type[R]
    streams: bool = False
    outcomes: Outcomes | None = None
    errors: ErrorFormat = ErrorFormat()
    again: bool = False
    """A request that is in doubt may be sent again."""
    done: Done
    pages: Pages | None = None
    needs_input: bool = attrs.field(init=False)
    """There is no call without an input."""
    path_fields: tuple[Field, ...] = attrs.field(init=False)
    input_fields: tuple[Field, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "path_fields", tuple(f for f in self.fields if f.place == "path"))
        object.__setattr__(self, "input_fields", tuple(f for f in self.fields if f.place != "path"))
        required = [r for f in self.input_fields for r in f.presence if r.broken.rule == "required" and not r.others]
        object.__setattr__(self, "needs_input", bool(required))
