"""The adapter of the conformance runner: one JSON object a line in, one out. With --async it drives AsyncClient."""

import asyncio
import hashlib
import json
import sys
import traceback
from collections.abc import Coroutine, Mapping
from decimal import Decimal
from typing import Any

import anyio

from contacts import (
    OPERATIONS,
    ApiError,
    AsyncClient,
    Client,
    File,
    InDoubtError,
    InvalidError,
    QueuedError,
    RefusedError,
    ResponseInfo,
    UsageError,
    info_of,
    validate_draft,
)

clients: dict[str, Any] = {}


def client_of(command: Mapping[str, Any], cls: Any) -> Any:
    """Make one client for each distinct configuration."""
    options = command["options"]
    key = json.dumps([command["baseUrl"], command["account"], command["token"], options])
    if key not in clients:
        clients[key] = cls(
            command["account"],
            command["token"],
            base_url=command["baseUrl"],
            retries=options.get("retries", 0),
            timeout=options.get("timeoutMs", 10_000) / 1000,
            rules=options.get("rules", "enforce"),
        )
    return clients[key]


def prepared(command: Mapping[str, Any]) -> Any:
    """Files are told by their paths."""
    operation = OPERATIONS[command["call"]]
    draft = command.get("input")
    if not isinstance(draft, dict):
        return draft
    files = {f.name for f in operation.fields if f.kind == "file"}
    return {name: file_of(value) if name in files else value for name, value in draft.items()}


def file_of(value: Any) -> Any:
    """Return the file of a path."""
    if isinstance(value, list):
        return [file_of(item) for item in value]
    if isinstance(value, dict) and "Path" in value:
        return File.from_path(value["Path"], name=value.get("Name", ""))
    return value


async def answer(command: Mapping[str, Any], cls: Any) -> dict[str, Any]:
    """Do what a command asks for."""
    out: dict[str, Any] = {"id": command["id"]}
    printed: list[Any] = []
    operation = OPERATIONS[command["call"]]
    try:
        draft = prepared(command)
        printed.append(draft)
        if command.get("validate"):
            violations = validate_draft(operation.id, draft if draft is not None else {})
            out |= {"outcome": "invalid" if violations else "valid", "violations": wire_violations(violations)}
        else:
            client = client_of(command, cls)
            printed.append(client)
            calling = call(client, operation, command.get("path") or {}, draft, bool(command.get("pages")))
            # A call in a thread has nothing that cancels it.
            wait_ms = command.get("cancelMs") if cls is AsyncClient else None
            out |= await (calling if wait_ms is None else cancelled_after(wait_ms / 1000, calling))
    except ApiError as error:
        printed.append(error)
        out |= failed(error)
    except UsageError as error:
        printed.append(error)
        out["outcome"] = "misconfigured"
    out["printed"] = "\n".join(printed_of(value) for value in printed)
    return out


async def cancelled_after(seconds: float, calling: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Cancel a call after some time, unless it has ended."""
    task = asyncio.create_task(calling)
    timer = asyncio.get_running_loop().call_later(seconds, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return {"outcome": "cancelled"}
    finally:
        timer.cancel()


async def call(client: Any, operation: Any, path: Mapping[str, Any], draft: Any, pages: bool) -> dict[str, Any]:
    """Call an operation, and tell its result."""
    result: Any
    if pages:
        items = client.iterate(operation.id, path, draft)
        found = [item async for item in items] if isinstance(client, AsyncClient) else list(items)
        return {"outcome": operation.done, "items": [wire(item) for item in found]}
    result = client.call(operation.id, path, draft)
    if isinstance(client, AsyncClient):
        result = await result
    out: dict[str, Any] = {"outcome": operation.done}
    if operation.streams:
        content = result.read()
        content = await content if isinstance(client, AsyncClient) else content
        out["bytes"] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "length": len(content),
            "contentType": result.content_type,
        }
        info = result.info
    else:
        info = info_of(result)
        if not isinstance(result, ResponseInfo):
            out["response"] = wire(result)
    known = {"status": info.status, "limit": info.limit, "remaining": info.remaining}
    known["resetSeconds"] = info.reset_seconds
    out["info"] = {name: value for name, value in known.items() if value is not None}
    return out


def wire(value: Any) -> Any:
    """Return a typed value under the names of the wire."""
    if hasattr(type(value), "_members"):
        members = {m.name: getattr(value, m.attribute) for m in value._members}
        return {name: wire(member) for name, member in members.items() if member is not None and member != ()}
    if isinstance(value, tuple):
        return [wire(item) for item in value]
    return value


def failed(error: ApiError) -> dict[str, Any]:
    """Tell what an error says."""
    out: dict[str, Any] = {"outcome": error.outcome}
    if isinstance(error, InvalidError):
        out["violations"] = wire_violations(error.violations)
    elif isinstance(error, QueuedError):
        out["response"] = wire(error.response)
    elif isinstance(error, RefusedError | InDoubtError):
        out |= {"message": error.message, "errors": [{"Field": e.field, "Message": e.message} for e in error.errors]}
        if error.status is not None:
            out["status"] = error.status
        if isinstance(error, RefusedError) and error.retry_after is not None:
            out["waitMs"] = error.retry_after * 1000
    return out


def wire_violations(violations: Any) -> list[dict[str, str]]:
    """Return violations as the runner has them."""
    return [{"Field": v.field, "Rule": v.rule, "Message": v.message} for v in violations]


def printed_of(value: Any) -> str:
    """Return all that the language can be made to print of a value."""
    lines = [repr(value), str(value)]
    link = value if isinstance(value, BaseException) else None
    while link is not None:
        lines += [
            *traceback.format_exception(link),
            repr(link),
            str(link),
            repr(vars(link)) if hasattr(link, "__dict__") else "",
        ]
        for name in dir(link):
            if not name.startswith("__"):
                lines.append(repr(getattr(link, name, None)))
        link = link.__cause__ or link.__context__
    return "\n".join(lines)


def plain(value: Any) -> Any:
    """Return a number that JSON has no name for as one that it has."""
    return float(value) if isinstance(value, Decimal) else str(value)


async def main() -> None:
    """Answer until there are no more commands."""
    cls = AsyncClient if "--async" in sys.argv else Client
    for line in sys.stdin:
        out = await answer(json.loads(line), cls)
        sys.stdout.write(json.dumps(out, default=plain) + "\n")
        sys.stdout.flush()


anyio.run(main)
