"""Tells the logger and the hooks of attempts and calls. They see no header, body or value."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import attrs

from .errors import Outcome
from .table import Operation, Violation


@attrs.frozen(kw_only=True)
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


@attrs.frozen(kw_only=True)
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

    def attempt(self, report: AttemptReport) -> None:
        """Report an attempt."""
        if self._logger.isEnabledFor(logging.DEBUG):
            status = "" if report.status is None else f", status {report.status}"
            line = "%s: %s%s, %.3f s, attempt %d"
            values = (report.operation, report.outcome, status, report.seconds, report.number)
            self._guard(self._logger.debug, line, *values)
        if self._on_attempt:
            self._guard(self._on_attempt, report)

    def call(self, report: CallReport) -> None:
        """Report a call."""
        if self._on_outcome:
            self._guard(self._on_outcome, report)

    def _guard(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            function(*arguments)
        except Exception:
            with suppress(Exception):
                self._logger.exception("a hook raised an error")
