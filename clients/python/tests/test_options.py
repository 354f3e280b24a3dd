"""The arguments of the clients."""

from typing import Any

import httpx
import pytest
from conftest import CREATED, TOKEN, Caller, Server, response, valid

from contacts import DEFAULT_BASE_URL, AsyncClient, Client, NotSentError, RefusedError


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"account_sid": ""}, "account_sid"),
        ({"account_sid": "IR:x"}, "account_sid"),
        ({"account_sid": "IR\n"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"auth_token": f"{TOKEN}\r\nX: y"}, "auth_token"),
        ({"auth_token": f"{TOKEN}\ud800"}, "auth_token"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"max_retries": -1}, "max_retries"),
    ],
)
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_argument_that_cannot_be_used_is_named(kind: type[Any], arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named) as caught:
        kind(**{"account_sid": "IRsandbox", "auth_token": TOKEN, **arguments})
    assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com",
        "/path",
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.1",
        "http://[::2]",
        "http://0.0.0.0",
        "ftp://localhost",
        "https://user@api.example.com",
        "https://user:password@api.example.com",
        "https://@api.example.com",
        "https://api.example.com/?a=b",
        "https://api.example.com/?",
        "https://api.example.com/#",
        "https://api.example.com:port",
        "https://",
        "https://api.example.com\n",
    ],
)
def test_a_base_url_that_would_give_the_token_away_is_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base_url") as caught:
        Client("IRsandbox", TOKEN, base_url=base_url)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        DEFAULT_BASE_URL,
        "https://api.example.com/base/",
        "HTTPS://API.EXAMPLE.COM:8443",
        "http://localhost:1",
        "http://127.8.9.10",
        "http://[::1]:8080/x",
    ],
)
def test_a_base_url_that_is_safe_is_taken(base_url: str) -> None:
    Client("IRsandbox", TOKEN, base_url=base_url).close()


def test_a_transport_is_honoured_and_redirects_are_not_followed() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404, json={"Status": "ERROR", "Message": "no"}, headers={"Location": "/elsewhere"})

    with Client("IRsandbox", TOKEN, transport=httpx.MockTransport(answer)) as client, pytest.raises(RefusedError):
        client.create_contact(1000, valid())
    assert [str(request.url) for request in seen] == [
        "https://api.impact.com/Advertisers/IRsandbox/Campaigns/1000/Contacts"
    ]


def test_the_proxy_of_the_environment_is_used(caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy: Server = serve(response(b"", "403 Forbidden"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NotSentError):
        caller.create("https://api.example.com", valid())
    assert proxy.heads[0].startswith(b"CONNECT api.example.com:443 ")
    assert b"Authorization: Basic" not in proxy.heads[0]


def test_no_proxy_sees_what_is_for_this_machine(caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy: Server = serve(response(b"", "403 Forbidden"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert caller.create(serve(response(CREATED)).url, valid()).id == "2750"
    assert proxy.heads == []
