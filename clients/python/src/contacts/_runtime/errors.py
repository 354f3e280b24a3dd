"""What is known after a call that did not end with a success."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import attrs

from .info import ResponseInfo
from .table import Violation

Outcome = Literal["invalid", "not_sent", "refused", "queued", "in_doubt", "created", "updated", "deleted", "found"]
"""What is known after a call."""


class UsageError(ValueError):
    """A mistake of the program: an argument that cannot be used, or a client that is closed.

    It is raised before anything is sent, and is no `ApiError`.
    """


@attrs.frozen
class FieldError:
    """What a server says of one parameter."""

    field: str
    """The parameter's name; may be empty."""
    message: str
    """What is wrong with it."""


@attrs.define
class ApiError(Exception):
    """Every outcome of a call that is no success. `outcome` tells them apart."""

    outcome: ClassVar[Outcome]

    operation: str
    """The operation's id in the contract."""


@attrs.define
class InvalidError(ApiError):
    """The input breaks rules, and nothing was sent. It may be sent after a change.

    Its `__cause__` says why a file cannot be read, if that is among the violations.
    """

    outcome: ClassVar[Outcome] = "invalid"

    violations: Sequence[Violation]
    """At least one, in the contract's order, one for each parameter."""

    def __str__(self) -> str:
        return " ".join([f"{self.operation}: invalid, nothing was sent:", *(v.message for v in self.violations)])


@attrs.define
class NotSentError(ApiError):
    """It is proven that not one byte of the request was written. It may be sent again."""

    outcome: ClassVar[Outcome] = "not_sent"

    reason: str
    """Why, in words; `__cause__` is the error behind it."""

    def __str__(self) -> str:
        return f"{self.operation}: not sent, may be sent again: {self.reason}"


@attrs.define
class RefusedError(ApiError):
    """The server refused the request and did nothing: 4xx but for 402 and 408, or a response that says so."""

    outcome: ClassVar[Outcome] = "refused"

    status: int
    """The status of HTTP."""
    message: str = ""
    """The server's words; may be empty."""
    errors: Sequence[FieldError] = ()
    """The server's words about single parameters."""
    retry_after: float | None = None
    """Seconds until the request may be sent again, with a 429 only: 1 to 3,660, and 60 if the server
    names none. None: never as it is."""
    info: ResponseInfo | None = attrs.field(default=None, repr=False)
    """The status and the headers of the response."""

    def __str__(self) -> str:
        text = f"{self.operation}: refused with {_response(self.status, self.message, self.errors)}"
        return text if self.retry_after is None else f"{text}; may be sent again in {self.retry_after:.0f} s"


@attrs.define
class QueuedError(ApiError):
    """The server will do it later. The request must not be sent again."""

    outcome: ClassVar[Outcome] = "queued"

    response: Any = attrs.field(repr=False)
    """The response, of the type that a success returns, without the credentials; `info_of` tells its status and
    headers."""

    def __str__(self) -> str:
        return f"{self.operation}: queued, must not be sent again: the server will do it later"


@attrs.define
class InDoubtError(ApiError):
    """The request was sent, at least in part, and nobody knows what became of it.

    There was no response, or one that does not tell. A request that is not idempotent must not be sent again
    before somebody has looked.
    """

    outcome: ClassVar[Outcome] = "in_doubt"

    status: int | None = None
    """The status of HTTP, if there was one."""
    message: str = ""
    """The server's words; may be empty."""
    errors: Sequence[FieldError] = ()
    """The server's words about single parameters."""
    reason: str = ""
    """Why there is no response that can be read; empty if there is one. `__cause__` is the error behind it."""
    info: ResponseInfo | None = attrs.field(default=None, repr=False)
    """The status and the headers of the response, if there was one."""

    def __str__(self) -> str:
        response = _response(self.status, self.message, self.errors, self.reason)
        return f"{self.operation}: in doubt, look before you send it again: {response}"


def _response(status: int | None, message: str, errors: Sequence[FieldError], reason: str = "") -> str:
    parts = [] if status is None else [f"status {status}"]
    parts += [part for part in (message, reason) if part]
    parts += [f"{e.field}: {e.message}" if e.field else e.message for e in errors]
    return "; ".join(parts)
