"""The program that a conformance runner drives: see tests/vectors/README.md at the root."""

import asyncio
import json
import pprint
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from contacts import (
    AsyncClient,
    Client,
    Contact,
    ContactsError,
    Created,
    ImageFile,
    InvalidError,
    QueuedError,
    StoredContact,
)

Wait = Callable[[Coroutine[Any, Any, Any]], Any]


def main(wait: Wait | None) -> None:
    """Answer each line of the standard input with one of the standard output."""
    clients: dict[str, Client | AsyncClient] = {}
    for line in sys.stdin.buffer:
        request = json.loads(line)
        answer = {"id": request["id"], **_answer(clients, request, wait)}
        print(json.dumps(answer), flush=True)  # noqa: T201
    for client in clients.values():
        if isinstance(client, Client):
            client.close()
        elif wait:
            wait(client.aclose())


def _answer(clients: dict[str, Client | AsyncClient], request: dict[str, Any], wait: Wait | None) -> dict[str, Any]:
    try:
        client = _client(clients, request, wait)
        campaign_id = int(request.get("campaignId", 0))
    except ValueError as error:
        return {"outcome": "misconfigured", "printed": _printed(error)}
    try:
        if request["call"] == "validate":
            _contact(request.get("contact", {})).validate()
            return {"outcome": "valid"}
        if request["call"] == "get":
            result: Any = client.get_contact(request["uri"])
        else:
            result = client.create_contact(campaign_id, _contact(request.get("contact", {})))
        if wait:
            result = wait(result)
    except ContactsError as error:
        return {**_failure(error), "printed": _printed(client, error)}
    except ValueError as error:
        return {"outcome": "misconfigured", "printed": _printed(client, error)}
    return {**_success(result), "printed": _printed(client, result)}


def _client(
    clients: dict[str, Client | AsyncClient], request: dict[str, Any], wait: Wait | None
) -> Client | AsyncClient:
    options = request.get("options") or {}
    key = json.dumps([request["baseUrl"], request["accountSid"], request["authToken"], options])
    if key not in clients:
        make = AsyncClient if wait else Client
        clients[key] = make(
            request["accountSid"],
            request["authToken"],
            base_url=request["baseUrl"],
            timeout=options.get("timeoutMs", 10_000) / 1000,
            max_retries=options.get("maxRetries", 0),
        )
    return clients[key]


def _contact(members: dict[str, Any]) -> Contact:
    image = members.get("ProfileImageFile")
    return Contact(
        first_name=members.get("FirstName", ""),
        last_name=members.get("LastName", ""),
        email_address=members.get("EmailAddress", ""),
        accounts=members.get("Accounts", ()),
        title=members.get("Title", ""),
        profile_image_url=members.get("ProfileImageUrl", ""),
        profile_image_file=ImageFile(image.get("Path", ""), image.get("Name", "")) if image else None,
        work_phone_number=members.get("WorkPhoneNumber", ""),
        work_phone_number_country=members.get("WorkPhoneNumberCountry", ""),
        cellphone_number=members.get("CellphoneNumber", ""),
        cellphone_number_country=members.get("CellphoneNumberCountry", ""),
        labels=members.get("Labels", ()),
    )


def _success(result: Created | StoredContact) -> dict[str, Any]:
    if isinstance(result, Created):
        return {"outcome": "created", "uri": result.uri, "contactId": result.id}
    return {"outcome": "found", "contact": result.to_dict()}


def _failure(error: ContactsError) -> dict[str, Any]:
    answer: dict[str, Any] = {"outcome": error.outcome}
    if isinstance(error, InvalidError):
        answer["violations"] = [{"Field": v.field, "Rule": v.rule, "Message": v.message} for v in error.violations]
    if isinstance(error, QueuedError):
        answer["uri"] = error.queued_uri
    if getattr(error, "status", None) is not None:
        answer["status"] = error.status  # type: ignore[attr-defined]
        answer["message"] = error.message  # type: ignore[attr-defined]
        answer["errors"] = [{"Field": e.field, "Message": e.message} for e in error.errors]  # type: ignore[attr-defined]
    if getattr(error, "retry_after", None) is not None:
        answer["waitMs"] = round(error.retry_after * 1000)  # type: ignore[attr-defined]
    return answer


def _printed(*values: object) -> str:
    texts = []
    for value in values:
        texts += [str(value), repr(value), f"{value}", pprint.pformat(getattr(value, "__dict__", None))]
        if isinstance(value, BaseException):
            texts += [repr(value.args), *traceback.format_exception(value)]
    return "\n".join(texts)


if __name__ == "__main__":
    if "--async" in sys.argv:
        loop = asyncio.new_event_loop()
        main(loop.run_until_complete)
        loop.close()
    else:
        main(None)
