"""A mistake of the program is an error of its own kind, at once, and nothing is sent."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from functools import partial
from typing import Any

import anyio
import httpx
import pytest
from conftest import CREATED, TOKEN, WILE, Caller

from contacts import (
    AsyncClient,
    Client,
    CreateContactInput,
    File,
    InDoubtError,
    InvalidError,
    ListContactsInput,
    UsageError,
    validate_draft,
)

HOUR = timedelta(hours=1)
NAIVE = datetime(2030, 1, 1)  # noqa: DTZ001


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[("account", {"account": value}) for value in ("", ".", "..", "IR:x", "IR\n", None, 5, "\ud800")],
        *[("token", {"token": value}) for value in ("", None, "a\r\nX: y", "a\ud800", b"token")],
        *[("timeout", {"timeout": value}) for value in (0, -1, 86_401, math.inf, math.nan, 1e12, "5", None, True)],
        *[("retries", {"retries": value}) for value in (-1, 101, 1.5, None, True, "2")],
        ("rules", {"rules": "strict"}),
        ("rules", {"rules": None}),
        *[("base_url", {"base_url": value}) for value in ("http://example.com", "", 5, "https://u:hidden@example.com")],
        ("transport", {"transport": object()}),
        ("proxy", {"transport": httpx.MockTransport(lambda _: httpx.Response(200)), "proxy": "http://127.0.0.1:1"}),
        ("proxy", {"proxy": "ftp://127.0.0.1:1"}),
        ("proxy", {"proxy": 5}),
        ("trust_env", {"trust_env": None}),
        ("on_attempt", {"on_attempt": "log"}),
        ("on_attempt", {"on_attempt": AsyncClient.aclose}),
        ("on_outcome", {"on_outcome": 5}),
        ("ssl_context", {"ssl_context": True}),
    ],
)
def test_an_argument_of_a_client_is_named(kind: Any, name: str, options: dict[str, Any]) -> None:
    arguments = {"account": "IRtest", "token": TOKEN, "base_url": "https://api.example", **options}
    with pytest.raises(UsageError, match=name) as caught:
        kind(**arguments)
    assert TOKEN not in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("timeout", {"timeout": math.nan}),
        ("timeout", {"timeout": None}),
        *[("deadline", {"deadline": value}) for value in (5, 5.0, "2030-01-01", True, date(2030, 1, 1), NAIVE)],
        ("retries", {"retries": None}),
        ("rules", {"rules": "none"}),
        ("time_out", {"time_out": 5}),
    ],
)
def test_an_option_of_a_call_is_named(caller: Caller, serve: Any, name: str, options: dict[str, Any]) -> None:
    server = serve()
    with pytest.raises(UsageError, match=name):
        caller.client(server.url).create(**options)
    assert server.connections == 0


@pytest.mark.parametrize("campaign", [None, True, 1.5, 2**70, -(2**63) - 1, "abc/../x", "1000", b"1"])
def test_a_number_in_the_path_is_checked(caller: Caller, serve: Any, campaign: Any) -> None:
    server = serve()
    for rules in ("enforce", "warn", "off"):
        with pytest.raises(InvalidError, match="CampaignId"):
            caller.client(server.url).create_contact(campaign, WILE, rules=rules)
    assert server.connections == 0


@pytest.mark.parametrize("contact", [None, "", ".", "..", 5, "a/b", b"1"])
def test_a_text_in_the_path_is_checked(caller: Caller, serve: Any, contact: Any) -> None:
    server = serve()
    with pytest.raises(InvalidError, match="ContactId"):
        caller.client(server.url).delete_contact(1000, contact)
    assert server.connections == 0


def test_the_largest_and_the_smallest_options_are_taken(caller: Caller, serve: Any) -> None:
    calls = caller.client(serve().url, timeout=86_400, retries=100)
    for deadline in (
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-23))),
        datetime.now(timezone.utc) + HOUR,
        None,
    ):
        assert calls.create(timeout=5.5, retries=0, deadline=deadline).contact_id == "2750"


@pytest.mark.parametrize("parameters", [None, {"FirstName": "Wile"}, "Wile", ListContactsInput(), CreateContactInput])
def test_an_input_of_another_type_is_a_mistake(caller: Caller, parameters: Any) -> None:
    with pytest.raises(UsageError, match="parameters must be CreateContactInput"):
        caller.client("http://127.0.0.1:1").create(parameters)


def test_a_mistake_comes_before_the_first_page_is_read(caller: Caller, serve: Any) -> None:
    server = serve()
    client: Any = caller.client(server.url).client
    mistakes: list[tuple[str, Callable[[], object]]] = [
        *[("parameters", partial(client.list_contacts, 1000, bad)) for bad in ("x", 5, {"Page": 1}, WILE)],
        ("timeout", partial(client.list_contacts, 1000, timeout=0)),
        ("deadline", partial(client.list_contacts, 1000, deadline=NAIVE)),
        ("pages", partial(client.iterate, "getContact", {"CampaignId": 1, "ContactId": "1"})),
        ("operation", partial(client.iterate, "nothing", {})),
        ("path", partial(client.iterate, "listContacts", None)),
        ("draft", partial(client.iterate, "listContacts", {"CampaignId": 1}, "x")),
    ]
    for name, call in mistakes:
        with pytest.raises(UsageError, match=name):
            call()
    closed = caller.client(server.url)
    closed.close()
    with pytest.raises(UsageError, match="closed"):
        closed.client.list_contacts(1000)
    assert server.connections == 0


def test_a_closed_client_is_a_mistake(caller: Caller, serve: Any) -> None:
    server = serve()
    calls = caller.client(server.url)
    calls.create()
    calls.close()
    calls.close()
    with pytest.raises(UsageError, match="closed"):
        calls.create()
    assert len(server.requests) == 1
    calls = caller.client("https://api.example", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    calls.close()
    with pytest.raises(UsageError, match="closed"):
        calls.create()


def test_what_is_called_by_name_is_checked(caller: Caller) -> None:
    calls = caller.client("http://127.0.0.1:1")
    for arguments, name in (
        (("nothing", {}, {}), "operation"),
        ((None, {}, {}), "operation"),
        (("getContact", None, {}), "path"),
        (("getContact", {"CampaignId": 1, "ContactId": "1"}, []), "draft"),
    ):
        with pytest.raises(UsageError, match=name):
            calls.call(*arguments)


@pytest.mark.parametrize("draft", [None, "x", 5, [("FirstName", "Wile")]])
def test_a_draft_is_a_mapping(draft: Any) -> None:
    for make in (CreateContactInput.from_draft, partial(validate_draft, "createContact")):
        with pytest.raises(UsageError, match="draft"):
            make(draft)


def test_a_file_of_wrong_arguments_is_a_mistake() -> None:
    mistakes: tuple[Callable[[], File], ...] = (
        lambda: File.from_path(None),  # type: ignore[arg-type]
        lambda: File.from_bytes("text"),  # type: ignore[arg-type]
        lambda: File.from_opener(None, 5),  # type: ignore[arg-type]
        lambda: File.from_opener(lambda: None, -10),  # type: ignore[arg-type, return-value]
        lambda: File.from_opener(lambda: None, True),  # type: ignore[arg-type, return-value]
        lambda: File.from_file(object()),  # type: ignore[arg-type]
        lambda: File.from_bytes(b"x", name=5),  # type: ignore[arg-type]
    )
    for make in mistakes:
        with pytest.raises(UsageError):
            make()


@pytest.mark.parametrize("missing", ["CONTACTS_ACCOUNT", "CONTACTS_TOKEN"])
def test_a_variable_that_is_not_set_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONTACTS_ACCOUNT", "CONTACTS_TOKEN"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv(missing)
    with pytest.raises(UsageError, match=missing):
        Client.from_env()


def test_a_client_of_the_environment(caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCOUNT", "IRenv"), ("TOKEN", TOKEN), ("BASE_URL", serve().url)):
        monkeypatch.setenv(f"CONTACTS_{name}", value)
    assert "IRenv" in repr(caller.kind.from_env(retries=0))
    monkeypatch.delenv("CONTACTS_ACCOUNT")
    assert "IRother" in repr(caller.kind.from_env(account="IRother"))


def test_the_usual_fake_of_httpx_works(caller: Caller) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=CREATED)

    calls = caller.client("https://api.example/base", transport=httpx.MockTransport(handler))
    assert calls.create().contact_id == "2750"
    assert str(seen[0].url) == "https://api.example/base/Advertisers/IRtest/Campaigns/1000/Contacts"
    assert seen[0].content.startswith(b"FirstName=Wile&")


@pytest.mark.parametrize("mistake", [AssertionError("no"), TypeError("no"), KeyError("no")])
def test_a_mistake_in_a_fake_is_itself(caller: Caller, mistake: Exception) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise mistake

    with pytest.raises(type(mistake)) as caught:
        caller.client("https://api.example", transport=httpx.MockTransport(handler)).create()
    assert caught.value is mistake


def test_a_fake_that_takes_too_long_is_in_doubt(serve: Any) -> None:
    async def handler(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(5)
        return httpx.Response(200, content=CREATED)

    async def main() -> None:
        fake = httpx.MockTransport(handler)
        async with AsyncClient("IRtest", TOKEN, base_url="https://api.example", transport=fake) as client:
            await client.create_contact(1000, WILE, timeout=0.1)

    for backend in ("asyncio", "trio"):
        with pytest.raises(InDoubtError, match="time"):
            anyio.run(main, backend=backend)


@pytest.mark.parametrize(
    ("transport", "right"),
    [
        (httpx.HTTPTransport(), Client),
        (httpx.AsyncHTTPTransport(), AsyncClient),
        (httpx.Client, None),
        (httpx.MockTransport, None),
    ],
)
def test_a_transport_of_the_other_client_is_a_mistake(transport: Any, right: Any) -> None:
    for kind in (Client, AsyncClient):
        if kind is right:
            kind("IRtest", TOKEN, transport=transport)
            continue
        with pytest.raises(UsageError, match="transport must be an httpx"):
            kind("IRtest", TOKEN, transport=transport)
