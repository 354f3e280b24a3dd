"""What is known after a send that did not end with a created contact."""

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

import attrs

from .gen.rules import Violation

Outcome = Literal["invalid", "not_sent", "refused", "queued", "in_doubt", "failed"]


class FieldError(NamedTuple):
    """What a server says of one parameter (FACTS F3)."""

    field: str
    """The parameter's name; may be empty."""
    message: str
    """What is wrong with it."""


class ContactsError(Exception):
    """Every error of this package, but for those about the arguments of a client (ValueError)."""

    outcome: ClassVar[Outcome]
    """What is known. There is no idempotency key (FACTS F5), so it decides whether to send again."""


@attrs.define
class InvalidError(ContactsError):
    """The contact breaks rules, and nothing was sent. It may be sent after a change.

    Its `__cause__` says why the image file cannot be read, if that is among the violations.
    """

    outcome: ClassVar[Outcome] = "invalid"

    violations: Sequence[Violation]
    """At least one, in the contract's order, one for each parameter."""

    def __str__(self) -> str:
        return " ".join(["the contact is invalid, nothing was sent:", *(v.message for v in self.violations)])


@attrs.define
class NotSentError(ContactsError):
    """Not one byte of the request was written, as there was no connection. It may be sent again."""

    outcome: ClassVar[Outcome] = "not_sent"

    reason: str
    """Why, in words; `__cause__` is the error behind it."""

    def __str__(self) -> str:
        return f"not sent, may be sent again: {self.reason}"


@attrs.define
class RefusedError(ContactsError):
    """The server refused the request and did nothing: 4xx but for 402 and 408, or the Status ERROR."""

    outcome: ClassVar[Outcome] = "refused"

    status: int
    """The status of HTTP."""
    message: str
    """The server's words; may be empty."""
    errors: Sequence[FieldError]
    """The server's words about single parameters."""
    retry_after: float | None
    """Seconds until the request may be sent again, with a 429 only: 1 to 3,660, and 60 if the server
    names none (FACTS F4). None: never as it is."""

    def __str__(self) -> str:
        text = f"refused with {_reply(self.status, self.message, self.errors)}"
        return text if self.retry_after is None else f"{text}; may be sent again in {self.retry_after:.0f} s"


@attrs.define
class QueuedError(ContactsError):
    """The server will create the contact later (FACTS F2). It must not be sent again."""

    outcome: ClassVar[Outcome] = "queued"

    queued_uri: str
    """Where to ask how the work stands, as a path without a host; may be empty."""

    def __str__(self) -> str:
        return f"queued, must not be sent again: the server will create the contact later ({self.queued_uri})"


@attrs.define
class InDoubtError(ContactsError):
    """The request was sent, at least in part, and nobody knows whether the contact was created.

    There was no answer, or one that does not tell (FACTS D9 for 402 and 5xx). It must not be sent again
    before somebody has looked for the contact.
    """

    outcome: ClassVar[Outcome] = "in_doubt"

    status: int | None
    """The status of HTTP, if there was one."""
    message: str
    """The server's words; may be empty."""
    errors: Sequence[FieldError]
    """The server's words about single parameters."""
    reason: str
    """Why there is no answer that can be read; empty if there is one. `__cause__` is the error behind it."""

    def __str__(self) -> str:
        reply = _reply(self.status, self.message, self.errors, self.reason)
        return f"in doubt, look for the contact before you send it again: {reply}"


@attrs.define
class UnavailableError(ContactsError):
    """A contact could not be read, and nothing was changed. It may be asked for again."""

    outcome: ClassVar[Outcome] = "failed"

    status: int | None
    """The status of HTTP, if there was one."""
    message: str
    """The server's words; may be empty."""
    errors: Sequence[FieldError]
    """The server's words about single parameters."""
    reason: str
    """Why there is no answer that can be read; empty if there is one. `__cause__` is the error behind it."""

    def __str__(self) -> str:
        return f"no usable answer: {_reply(self.status, self.message, self.errors, self.reason)}"


def _reply(status: int | None, message: str, errors: Sequence[FieldError], reason: str = "") -> str:
    parts = [] if status is None else [f"status {status}"]
    parts += [part for part in (message, reason) if part]
    parts += [f"{e.field}: {e.message}" if e.field else e.message for e in errors]
    return "; ".join(parts)
