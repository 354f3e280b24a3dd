"""A call: what is checked, sent and understood, and when it is sent again. It does no input or output itself."""

import logging
import random
import time
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import attrs
import httpcore
import httpx

from .encoding import Encoded, encode
from .errors import ApiError, InDoubtError, InvalidError, NotSentError, Outcome, QueuedError, RefusedError, UsageError
from .info import ResponseInfo
from .inputs import Input, values_of
from .options import AttemptReport, BaseURL, CallReport, Settings
from .reading import UnreadableError, read_errors, read_result, redacted
from .redaction import redactor
from .rules import check
from .table import Operation, Violation

R = TypeVar("R")

LONGEST_WAIT = 30.0
"""A longer one is for the caller to decide about."""


class Exchange:
    """One request and its response: how much time is left, and how much was written."""

    __slots__ = ("counted", "end", "written")

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.written = 0
        """How many bytes of the request were given to the network."""
        self.counted = False
        """Whether the transport counts them."""

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError if there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the attempt is over")
        return left


@attrs.frozen
class Pause:
    """A step of a call: let this many seconds pass."""

    seconds: float


@attrs.frozen
class Send:
    """A step of a call: send a request, and read the response unless it is a success to be streamed."""

    request: httpx.Request
    exchange: Exchange
    streams: bool


@attrs.frozen
class Answer:
    """What came back from a server."""

    response: httpx.Response
    body: bytes | None
    """None if it did not come whole, is too long, or is to be streamed."""
    exchange: Exchange
    streams: bool = False


Steps = Generator[Send | Pause, Answer | Exception, R]
"""A call: it yields steps, and is sent what came of each. Both clients walk through the same ones."""


class Core:
    """What the two clients have in common. What it is printed as does not hold the token."""

    def __init__(
        self,
        package: tuple[str, str],
        account: str,
        token: str,
        base: BaseURL,
        settings: Settings,
        on_attempt: Callable[[AttemptReport], object] | None,
        on_outcome: Callable[[CallReport], object] | None,
    ) -> None:
        self.account = account
        self.base = base
        self.settings = settings
        self.is_mock = False
        self.closed = False
        self._on_attempt = on_attempt
        self._on_outcome = on_outcome
        self._logger = logging.getLogger(package[0])
        self._origin = str(base.url.copy_with(raw_path=b"/")).removesuffix("/")
        authorization = "Basic " + b64encode(f"{account}:{token}".encode()).decode()
        host = base.url.netloc.decode()
        agent = f"{package[0]}-python/{package[1]}"
        # As functions they keep the credentials out of what is printed.
        self._headers: Callable[[], dict[str, str]] = lambda: {
            "Host": host,
            "Authorization": authorization,
            "User-Agent": agent,
        }
        self.redact = redactor(account, token)

    def __repr__(self) -> str:
        return f"(account={self.account!r}, base_url={self._origin + self.base.path!r})"

    def prepare(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, settings: Settings
    ) -> tuple[Encoded, list[Violation]]:
        """Check an input, and encode it. It reads the beginning of each file.

        Returns the request, and the violations that do not keep it from being sent. Raises InvalidError.
        """
        if self.closed:
            raise UsageError("the client is closed")
        if parameters is None:
            parameters = operation.input() if operation.input else None
        elif operation.input is None or type(parameters) is not operation.input:
            expected = operation.input.__name__ if operation.input else "None"
            raise UsageError(f"the parameters of {operation.method} must be {expected}")
        values = path if parameters is None else (*path, *values_of(parameters))
        checked = check(operation, operation.fields, values, enforce=settings.rules == "enforce")
        if checked.violations:
            raise self.refused(operation, checked.violations) from checked.cause
        passed: list[Violation] = []
        if settings.rules == "warn" and (passed := check(operation, operation.fields, values).violations):
            self._guard(self._logger.warning, "%s: sent though %s", operation.id, " ".join(v.message for v in passed))
        return encode(operation, self.account, values, checked.probes), passed

    def refused(self, operation: Operation[Any], violations: list[Violation]) -> InvalidError:
        """Report that an input breaks rules, and return the error."""
        error = InvalidError(operation.id, violations)
        self._report_call(operation, 0, 0.0, violations, error)
        return error

    def attempts(
        self, operation: Operation[Any], prepared: tuple[Encoded, list[Violation]], settings: Settings
    ) -> Steps[Any]:
        """Send a request until its outcome is known, or it must not be sent again."""
        encoded, passed = prepared
        begin = time.monotonic()
        end = None if settings.total_timeout is None else begin + settings.total_timeout
        number = 0
        doubt: InDoubtError | None = None
        while True:
            number += 1
            start = time.monotonic()
            try:
                result = yield from self._attempt(operation, encoded, settings.timeout, end, doubt is not None)
            except ApiError as error:
                self._report_attempt(operation, number, error, None, start)
                if isinstance(error, InDoubtError):
                    doubt = error
                pause = _pause(operation, error, number)
                late = pause is not None and end is not None and time.monotonic() + pause >= end
                if pause is None or late or number > settings.retries:
                    # That the last attempt was not sent says nothing of one before.
                    last: ApiError = doubt if doubt is not None and isinstance(error, NotSentError) else error
                    self._report_call(operation, number, time.monotonic() - begin, passed, last)
                    if last is error:
                        raise
                    raise last from last.__cause__
            else:
                status = _status(result)
                self._report_attempt(operation, number, None, status, start)
                self._report_call(operation, number, time.monotonic() - begin, passed, None, status)
                return result
            yield Pause(pause)

    def _attempt(
        self, operation: Operation[R], encoded: Encoded, timeout: float, end: float | None, doubted: bool
    ) -> Steps[R | Answer]:
        # An upload has one second more for each 128 KiB.
        timeout += encoded.length / (1 << 17)
        if end is not None:
            timeout = min(timeout, end - time.monotonic())
        if timeout <= 0:
            raise NotSentError(operation.id, "the total timeout has passed")
        try:
            stream = encoded.open()
        except OSError as error:
            raise NotSentError(operation.id, "a file cannot be opened any more") from error
        exchange = Exchange(timeout)
        target = self.base.path + encoded.target
        try:
            request = httpx.Request(
                operation.http_method,
                self._origin + target,
                headers={**self._headers(), **encoded.headers},
                stream=stream,
                extensions={
                    "target": target.encode("ascii"),
                    "timeout": dict.fromkeys(("connect", "pool", "read", "write"), timeout),
                    "exchange": exchange,
                },
            )
            result = yield Send(request, exchange, operation.streams)
        finally:
            with suppress(Exception):  # a stream of the caller's that cannot be closed changes no outcome
                stream.close()
        if not isinstance(result, Answer):
            self._failed(operation, result, exchange)
        try:
            return self._classify(operation, result, doubted)
        except ApiError:
            raise
        except Exception as error:
            status, reason = result.response.status_code, self.redact(f"{type(error).__name__}: {error}")
            raise InDoubtError(operation.id, status, reason=reason) from self.harmless(error)

    def _failed(self, operation: Operation[Any], error: Exception, exchange: Exchange) -> NoReturn:
        """Raise what a request without a response means."""
        if exchange.counted:
            not_sent = exchange.written == 0
            mistake = not_sent and not isinstance(error, _NETWORK)
        else:
            not_sent = isinstance(error, _NEVER_CONNECTED)
            mistake = self.is_mock and not isinstance(error, httpx.TransportError)
        if mistake:
            raise error
        reason = self.redact(f"{type(error).__name__}: {error}")
        cause = self.harmless(error)
        if not_sent:
            raise NotSentError(operation.id, reason) from cause
        raise InDoubtError(operation.id, reason=reason) from cause

    def harmless(self, error: BaseException) -> BaseException | None:
        """Return an error as a cause, without the request that it belongs to; None if it quotes the credentials."""
        link: BaseException | None = error
        seen: set[int] = set()
        while link is not None and id(link) not in seen:
            seen.add(id(link))
            if isinstance(link, httpx.RequestError):
                with suppress(RuntimeError):  # there is no request
                    link.request = httpx.Request(link.request.method, link.request.url)
            text = f"{link} {link!r} {link.args}"
            if self.redact(text) != text:
                return None
            link = link.__cause__ or link.__context__
        return error

    def _classify(self, operation: Operation[R], answer: Answer, doubted: bool) -> R | Answer:
        status = answer.response.status_code
        info = ResponseInfo(status, answer.response.headers, answer.body or b"")
        if 200 <= status < 300:
            return answer if answer.streams else self._success(operation, answer, info)
        if operation.http_method == "DELETE" and status == 404 and doubted:
            return _deleted(operation, info)
        message, errors, reason = self._words(operation, answer.body)
        # 402 does not say that the server did nothing, and 408 may come from a gateway that has passed the request on.
        if 400 <= status < 500 and status not in (402, 408):
            wait = info.retry_after if status == 429 else None
            raise RefusedError(operation.id, status, message, errors, wait, info)
        raise InDoubtError(operation.id, status, message, errors, reason, info)

    def _success(self, operation: Operation[R], answer: Answer, info: ResponseInfo) -> R:
        try:
            if operation.result is ResponseInfo:
                if answer.body is None:
                    raise UnreadableError("the response did not come whole, or is longer than 1 MiB")
                return info  # type: ignore[return-value]
            result = read_result(operation, answer.body, info)
        except UnreadableError as error:
            message, errors, _ = self._words(operation, answer.body)
            raise InDoubtError(operation.id, info.status, message, errors, str(error), info) from None
        outcomes = operation.outcomes
        if outcomes is None:
            return result
        members = operation.result._members  # type: ignore[attr-defined]

        def given(name: str) -> bool:  # with what is derived from it
            return all(getattr(result, m.attribute) for m in members if name in (m.name, m.last_segment_of))

        value = next(getattr(result, m.attribute) for m in members if m.name == outcomes.member)
        if value in outcomes.done and all(map(given, outcomes.requires.get(value, ()))):
            return result
        if value in outcomes.queued:
            raise QueuedError(operation.id, redacted(result, self.redact))
        message, errors, reason = self._words(operation, answer.body)
        if value in outcomes.refused:
            raise RefusedError(operation.id, info.status, message, errors, None, info)
        raise InDoubtError(operation.id, info.status, message, errors, reason, info)

    def _words(self, operation: Operation[Any], body: bytes | None) -> tuple[str, Any, str]:
        try:
            return *read_errors(operation.errors, body, self.redact), ""
        except UnreadableError as error:
            return "", (), str(error)

    def _report_attempt(
        self, operation: Operation[Any], number: int, error: ApiError | None, status: int | None, start: float
    ) -> None:
        outcome: Outcome = error.outcome if error else operation.done
        status = _status(error) if error else status
        seconds = time.monotonic() - start
        if self._logger.isEnabledFor(logging.DEBUG):
            of = "" if status is None else f", status {status}"
            line = "%s: %s%s, %.3f s, attempt %d"
            self._guard(self._logger.debug, line, operation.id, outcome, of, seconds, number)
        if self._on_attempt:
            report = AttemptReport(
                operation=operation.id, number=number, outcome=outcome, status=status, seconds=seconds
            )
            self._guard(self._on_attempt, report)

    def _report_call(
        self,
        operation: Operation[Any],
        attempts: int,
        seconds: float,
        violations: list[Violation],
        error: ApiError | None,
        status: int | None = None,
    ) -> None:
        if self._on_outcome:
            report = CallReport(
                operation=operation.id,
                attempts=attempts,
                outcome=error.outcome if error else operation.done,
                status=_status(error) if error else status,
                seconds=seconds,
                violations=violations,
            )
            self._guard(self._on_outcome, report)

    def _guard(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a hook or a logger. What it raises changes no outcome, and is logged."""
        try:
            function(*arguments)
        except Exception:
            with suppress(Exception):
                self._logger.exception("a hook raised an error")


_NETWORK = (OSError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError)
"""What our own transport raises if there is no connection, or none any more."""

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What httpx documents for a transport that has no connection to send a request on."""


def _status(what: Any) -> int | None:
    if isinstance(what, Answer):
        return what.response.status_code
    if isinstance(what, QueuedError):
        what = what.response
    if isinstance(what, ResponseInfo):
        return what.status
    info = getattr(what, "_info", None)
    return info.status if info else getattr(what, "status", None)


def _deleted(operation: Operation[R], info: ResponseInfo) -> R:
    """Return what a delete returns whose own response was lost."""
    if operation.result is ResponseInfo:
        return info  # type: ignore[return-value]
    members = operation.result._members  # type: ignore[attr-defined]
    values: dict[str, Any] = {m.attribute: () if m.kind == "list" else None for m in members}
    if operation.outcomes:
        name = next(m.attribute for m in members if m.name == operation.outcomes.member)
        values[name] = operation.outcomes.done[0]
    result = operation.result(**values)
    object.__setattr__(result, "_info", info)
    return result


def _pause(operation: Operation[Any], error: ApiError, attempt: int) -> float | None:
    """Return how long to wait before the next attempt; None: there must not be one."""
    if isinstance(error, NotSentError) or (isinstance(error, InDoubtError) and operation.again):
        return min(0.25 * 2.0 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1.5)
    if isinstance(error, RefusedError) and error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
        # A little later than asked, so that many callers do not come back at once.
        return error.retry_after * random.uniform(1.0, 1.1)
    return None
