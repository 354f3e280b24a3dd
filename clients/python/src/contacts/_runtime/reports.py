"""Tells the logger and the hooks of attempts and calls. They see no header, body or value."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import attrs

from .errors import ApiError, Outcome, QueuedError
from .table import Operation, Violation


@attrs.frozen
class AttemptReport:
    """What a hook is told of one attempt. It holds no header, body or value."""

    operation: str
    """The operation's id."""
    number: int
    """Of the attempt, from 1."""
    outcome: Outcome
    """What is known after it."""
    status: int | None
    """The status of HTTP, if there was a response."""
    seconds: float
    """How long it took."""


@attrs.frozen
class CallReport:
    """What a hook is told of one call. It holds no header, body or value."""

    operation: str
    """The operation's id."""
    attempts: int
    """How many there were."""
    outcome: Outcome
    """What is known after the last one."""
    status: int | None
    """The status of HTTP of the last one, if there was a response."""
    seconds: float
    """How long all of it took."""
    violations: Sequence[Violation]
    """What the input breaks: the reason of ``invalid``, or what ``rules="warn"`` let pass."""


class Reporter:
    """Calls the logger and the hooks. What they raise changes no outcome, and is logged."""

    def __init__(
        self,
        package: str,
        on_attempt: Callable[[AttemptReport], object] | None,
        on_outcome: Callable[[CallReport], object] | None,
    ) -> None:
        self._logger = logging.getLogger(package)
        self._on_attempt = on_attempt
        self._on_outcome = on_outcome

    def warn(self, operation: Operation[Any], violations: Sequence[Violation]) -> None:
        """Report that an input is sent though it breaks rules."""
        words = " ".join(violation.message for violation in violations)
        self._guard(self._logger.warning, "%s: sent though %s", operation.id, words)

    def attempt(self, operation: Operation[Any], number: int, begin: float, end: ApiError | int) -> None:
        """Report an attempt. The end is an error, or the status of a success."""
        outcome, status = _outcome(operation, end)
        seconds = time.monotonic() - begin
        if self._logger.isEnabledFor(logging.DEBUG):
            of = "" if status is None else f", status {status}"
            line = "%s: %s%s, %.3f s, attempt %d"
            self._guard(self._logger.debug, line, operation.id, outcome, of, seconds, number)
        if self._on_attempt:
            self._guard(self._on_attempt, AttemptReport(operation.id, number, outcome, status, seconds))

    def call(
        self, operation: Operation[Any], attempts: int, begin: float, violations: list[Violation], end: ApiError | int
    ) -> None:
        """Report a call."""
        if self._on_outcome:
            seconds = time.monotonic() - begin
            report = CallReport(operation.id, attempts, *_outcome(operation, end), seconds, violations)
            self._guard(self._on_outcome, report)

    def _guard(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            function(*arguments)
        except Exception:
            with suppress(Exception):
                self._logger.exception("a hook raised an error")


def _outcome(operation: Operation[Any], end: ApiError | int) -> tuple[Outcome, int | None]:
    if isinstance(end, int):
        return operation.done, end
    info = getattr(end.response, "_info", None) if isinstance(end, QueuedError) else None
    return end.outcome, info.status if info else getattr(end, "status", None)
