"""The token is in nothing that is printed, logged or turned to JSON."""

import json
import logging
import pickle
import pprint
import traceback
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import CREATED, TOKEN, Caller, response, valid

from contacts import AsyncClient, Client, ContactsError, RefusedError

CREDENTIALS = b64encode(f"IRsandbox:{TOKEN}".encode()).decode()


def printed(value: Any) -> Iterator[str]:
    yield from (str(value), repr(value), f"{value}", pprint.pformat(value), json.dumps(value, default=vars_or_repr))
    if isinstance(value, BaseException):
        yield from (repr(value.args), *traceback.format_exception(value))


def vars_or_repr(value: Any) -> Any:
    return {key: repr(member) for key, member in vars(value).items()} if hasattr(value, "__dict__") else repr(value)


def assert_secret(texts: Iterator[str]) -> None:
    for text in texts:
        assert TOKEN not in text
        assert CREDENTIALS not in text


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_does_not_show_its_token(kind: type[Any]) -> None:
    client = kind("IRsandbox", TOKEN)
    assert "IRsandbox" in repr(client)
    assert_secret(printed(client))
    assert_secret(printed(client._service))
    with pytest.raises(Exception, match=r"pickle|serializ"):
        pickle.dumps(client)


def test_an_answer_that_quotes_the_token_is_redacted(caller: Caller, serve: Any) -> None:
    body = json.dumps(
        {
            "Status": "ERROR",
            "Message": f"{TOKEN} and {CREDENTIALS} are wrong",
            "Errors": [{"Field": TOKEN, "Message": f"<{CREDENTIALS}>"}],
        }
    )
    with pytest.raises(RefusedError) as caught:
        caller.create(serve(response(body.encode(), "401 Unauthorized")).url, valid())
    assert caught.value.message == "[redacted] and [redacted] are wrong"
    assert caught.value.errors == (("[redacted]", "<[redacted]>"),)
    assert_secret(printed(caught.value))


@pytest.mark.parametrize("token", [TOKEN, "t\\o'k\"ü"])
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_answer_that_breaks_http_and_quotes_the_token_is_redacted(kind: type[Any], serve: Any, token: str) -> None:
    server = serve(f"HTTP/1.1 200 OK\r\nbad header <{token}>\r\n\r\n".encode())
    with pytest.raises(ContactsError) as caught:
        Caller(kind, token).create(server.url, valid())
    assert caught.value.outcome == "in_doubt"
    for text in printed(caught.value):
        assert token not in text
    assert "<[redacted]>" in str(caught.value)


def test_nothing_secret_is_logged(caller: Caller, serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caller.create(serve(response(CREATED)).url, valid())
    with pytest.raises(ContactsError):
        caller.create(serve(response(b"{}", "500 Internal Server Error")).url, valid())
    assert_secret(iter([caplog.text]))
    ours = [record.getMessage() for record in caplog.records if record.name == "contacts"]
    assert len(ours) == 2
    assert "created" in ours[0]
    assert "in_doubt, status 500" in ours[1]
    assert all("IRsandbox" not in line and "Wile" not in line for line in ours)
