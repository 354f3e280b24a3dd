"""What a response means."""

from typing import Any, TypeVar

from .errors import InDoubtError, QueuedError, RefusedError
from .info import ResponseInfo
from .reading import UnreadableError, make, read_errors, read_result, redacted
from .redaction import Redact
from .table import Operation

R = TypeVar("R")


def classify(
    operation: Operation[R], info: ResponseInfo, body: bytes | None, redact: Redact, *, in_doubt_before: bool
) -> R:
    """Return the result of an operation, or raise what the response says. No body: it did not come whole."""
    status = info.status
    if 200 <= status < 300:
        return _success(operation, info, body, redact)
    if operation.http_method == "DELETE" and status == 404 and in_doubt_before:
        return _deleted(operation, info)
    message, errors, reason = _words(operation, body, redact)
    # 402 does not say that the server did nothing, and 408 may come from a gateway that has passed the request on.
    if 400 <= status < 500 and status not in (402, 408):
        raise RefusedError(operation.id, status, message, errors, info.retry_after if status == 429 else None, info)
    raise InDoubtError(operation.id, status, message, errors, reason, info)


def _success(operation: Operation[R], info: ResponseInfo, body: bytes | None, redact: Redact) -> R:
    unreadable, outcomes, value = "", operation.outcomes, None
    try:
        result = read_result(operation, body, info)
    except UnreadableError as error:
        unreadable = str(error)
    else:
        if outcomes is None:
            return result
        members = operation.result._members  # type: ignore[attr-defined]

        def given(name: str) -> bool:  # with what is derived from it
            return all(getattr(result, m.attribute) for m in members if name in (m.name, m.last_segment_of))

        value = next(getattr(result, m.attribute) for m in members if m.name == outcomes.member)
        if value in outcomes.done and all(map(given, outcomes.requires.get(value, ()))):
            return result
        if value in outcomes.queued:
            raise QueuedError(operation.id, redacted(result, redact))
    message, errors, reason = _words(operation, body, redact)
    if outcomes and value in outcomes.refused:
        raise RefusedError(operation.id, info.status, message, errors, None, info)
    raise InDoubtError(operation.id, info.status, message, errors, unreadable or reason, info)


def _words(operation: Operation[Any], body: bytes | None, redact: Redact) -> tuple[str, Any, str]:
    """Return the server's message, its errors of fields, and why there are none."""
    try:
        return *read_errors(operation.errors, body, redact), ""
    except UnreadableError as error:
        return "", (), str(error)


def _deleted(operation: Operation[R], info: ResponseInfo) -> R:
    """Return what a delete returns whose own response was lost."""
    if operation.result is ResponseInfo:
        return info  # type: ignore[return-value]
    members = operation.result._members  # type: ignore[attr-defined]
    values: dict[str, Any] = {m.attribute: () if m.kind == "list" else None for m in members}
    if operation.outcomes:
        name = next(m.attribute for m in members if m.name == operation.outcomes.member)
        values[name] = operation.outcomes.done[0]
    return make(operation.result, values, info)
