"""A call: what is checked, sent and understood, and when it is sent again. It does no input or output itself."""

import random
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from .body import Body, FileGoneError
from .custom_transport import CustomResponse, CustomTransport
from .encoding import Encoded, encode
from .errors import ApiError, InDoubtError, InvalidError, NotSentError, RefusedError, UsageError
from .exchange import Exchange, Failure
from .info import ResponseInfo
from .inputs import Input, draft_values, fits, values_of
from .options import BaseURL, Settings
from .outcomes import classify
from .pool import Pool, PooledResponse
from .reading import LONGEST
from .redaction import harmless, redactor
from .reports import Reporter
from .rules import Check, unknown
from .steps import Call, Sleep, Steps
from .table import Operation, Violation
from .values import path_value

R = TypeVar("R")

Incoming = PooledResponse | CustomResponse
"""A response whose body is still to be read. It must be closed."""

LONGEST_WAIT = 30.0
"""A longer one is for the caller to decide about."""


class Core:
    """What the two clients have in common. What it is printed as does not hold the token."""

    def __init__(
        self,
        package: tuple[str, str],
        account: str,
        token: str,
        base: BaseURL,
        settings: Settings,
        reporter: Reporter,
        transport: Pool | CustomTransport,
    ) -> None:
        self.settings = settings
        self.redact = redactor(account, token)
        self._account = account
        self._base = base
        self._reporter = reporter
        self._transport = transport
        self._is_closed = False
        authorization = "Basic " + b64encode(f"{account}:{token}".encode()).decode()
        headers = {
            "Host": base.url.netloc.decode(),
            "Authorization": authorization,
            "User-Agent": f"{package[0]}-python/{package[1]}",
        }
        # As a function it keeps the credentials out of what is printed.
        self._headers: Callable[[], dict[str, str]] = lambda: headers

    def __repr__(self) -> str:
        return f"(account={self._account!r}, base_url={self._base.origin + self._base.path!r})"

    def close(self) -> Steps[None]:
        """Close the connections."""
        self._is_closed = True
        yield from self._transport.close()

    def input_of(self, operation: Operation[Any], parameters: Input | None) -> Input | None:
        """Return the input of a call. Raises UsageError if there can be no call of it."""
        if self._is_closed:
            raise UsageError("the client is closed")
        kind = operation.input
        if kind is not None and parameters is None and not operation.needs_input:
            return kind()
        if type(parameters) is not (type(None) if kind is None else kind):
            raise UsageError(f"parameters must be {kind.__name__ if kind else None}")
        return parameters

    def from_draft(
        self, operation: Operation[Any], path: Mapping[str, Any], draft: Mapping[str, Any] | None, settings: Settings
    ) -> Steps[tuple[tuple[Any, ...], Input | None]]:
        """Return the path and the input of data from outside. Raises InvalidError if there can be no input of it."""
        if not isinstance(path, Mapping):
            raise UsageError("path must be a mapping")
        draft = {} if draft is None else draft
        given = tuple(path_value(f, path.get(f.name)) for f in operation.path_fields)
        values = draft_values(operation, draft)
        if fits(operation, draft, values):
            return given, operation.input.from_draft(draft) if operation.input else None
        enforce = settings.rules == "enforce"
        checked = yield Call(partial(Check, operation, operation.fields, (*given, *values), enforce=enforce))
        raise self._invalid(operation, [*checked.violations, *unknown(operation, draft)])

    def call_draft(
        self, operation: Operation[Any], path: Mapping[str, Any], draft: Mapping[str, Any] | None, settings: Settings
    ) -> Steps[Any]:
        """Call an operation with data from outside."""
        given = yield from self.from_draft(operation, path, draft, settings)
        return (yield from self.call(operation, *given, settings))

    def call(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, settings: Settings
    ) -> Steps[Any]:
        """Call an operation: check the input, and send it until its outcome is known, or must not be sent again."""
        given = self.input_of(operation, parameters)
        values = path if given is None else (*path, *values_of(given))
        prepare = partial(self._prepare, operation, values, settings)
        has_file = any(f.kind == "file" and value for f, value in zip(operation.fields, values, strict=True))
        encoded, violations = (yield Call(prepare)) if has_file else prepare()
        begin = time.monotonic()
        errors: list[ApiError] = []
        number = 0
        while True:
            number += 1
            start = time.monotonic()
            in_doubt = any(isinstance(error, InDoubtError) for error in errors)
            try:
                result, status = yield from self._attempt(operation, encoded, settings, in_doubt)
            except ApiError as error:
                errors.append(error)
            except Exception:
                if not errors:
                    raise
                break  # a mistake of the caller's says nothing of the attempts before
            else:
                self._reporter.attempt(operation, number, start, status)
                self._reporter.call(operation, number, begin, violations, status)
                return result
            self._reporter.attempt(operation, number, start, errors[-1])
            pause = _pause(operation, errors[-1], number)
            is_late = pause is not None and settings.end is not None and time.monotonic() + pause >= settings.end
            if pause is None or is_late or number > settings.retries:
                break
            yield Sleep(pause)
        last = errors[-1]
        if isinstance(last, NotSentError):  # which says nothing of the attempts before
            last = next((error for error in reversed(errors) if isinstance(error, InDoubtError)), last)
        self._reporter.call(operation, number, begin, violations, last)
        raise last

    def _prepare(
        self, operation: Operation[Any], values: Sequence[Any], settings: Settings
    ) -> tuple[Encoded, list[Violation]]:
        """Check values, and encode them. It reads the beginning of each file.

        Returns the request, and the violations that do not keep it from being sent. Raises InvalidError.
        """
        checked = Check(operation, operation.fields, values, enforce=settings.rules == "enforce")
        if checked.violations:
            raise self._invalid(operation, checked.violations) from checked.cause
        passed: list[Violation] = []
        if settings.rules == "warn" and (passed := Check(operation, operation.fields, values).violations):
            self._reporter.warn(operation, passed)
        return encode(operation, self._account, values, checked.probes), passed

    def _invalid(self, operation: Operation[Any], violations: list[Violation]) -> InvalidError:
        error = InvalidError(operation.id, violations)
        self._reporter.call(operation, 0, time.monotonic(), violations, error)
        return error

    def _attempt(
        self, operation: Operation[R], encoded: Encoded, settings: Settings, in_doubt_before: bool
    ) -> Steps[tuple[R | Incoming, int]]:
        # An upload has one second more for each 128 KiB.
        end = time.monotonic() + settings.timeout + encoded.length / (1 << 17)
        if settings.end is not None:
            end = min(end, settings.end)
            if end <= time.monotonic():
                raise NotSentError(operation.id, "the deadline has passed")
        body = Body(encoded.body)
        exchange = self._exchange(operation, encoded, body, end)
        incoming: Incoming | None = None
        try:
            yield from body.open()
            incoming = yield from self._transport.send(exchange)
            status = incoming.status
            if operation.streams and 200 <= status < 300:
                return incoming, status
            content = yield from _read(incoming)
            info = ResponseInfo(status, incoming.headers, content or b"")
            return classify(operation, info, content, self.redact, in_doubt_before=in_doubt_before), status
        except ApiError:
            raise
        except Exception as error:
            failure = error
        finally:
            with suppress(Exception):  # a stream of the caller's that cannot be closed changes no outcome
                body.close()
        # Not in the handler: what is raised must not have an error as its context that quotes the credentials.
        kind: Failure = "in_doubt"
        if isinstance(failure, FileGoneError):
            kind = "not_sent"
        elif not incoming:
            kind = self._transport.classify(failure, exchange)
        if kind == "mistake":
            raise failure
        reason = self.redact(f"{type(failure).__name__}: {failure}")
        cause = harmless(failure, self.redact)
        if kind == "not_sent":
            raise NotSentError(operation.id, reason) from cause
        raise InDoubtError(operation.id, incoming.status if incoming else None, reason=reason) from cause

    def _exchange(self, operation: Operation[Any], encoded: Encoded, body: Body, end: float) -> Exchange:
        target = self._base.path + encoded.target
        return Exchange(operation.http_method, target, {**self._headers(), **encoded.headers}, body, end)


def _read(incoming: Incoming) -> Steps[bytes | None]:
    """Read a body; None if it does not come whole, or is too long."""
    body = bytearray()
    try:
        while chunk := (yield from incoming.read()):
            body += chunk
            if len(body) > LONGEST:
                return None
    except Exception:
        return None
    finally:
        yield from incoming.close()
    return bytes(body)


def _pause(operation: Operation[Any], error: ApiError, attempt: int) -> float | None:
    """Return how long to wait before the next attempt; None: there must not be one."""
    if isinstance(error, NotSentError) or (isinstance(error, InDoubtError) and operation.again):
        return min(0.25 * 2.0 ** (attempt - 1), LONGEST_WAIT) * random.uniform(0.5, 1.5)
    if isinstance(error, RefusedError) and error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
        # A little later than asked, so that many callers do not come back at once.
        return error.retry_after * random.uniform(1.0, 1.1)
    return None
