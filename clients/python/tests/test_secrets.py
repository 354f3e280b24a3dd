"""The token is in nothing that is printed, logged, pickled or turned to JSON."""

import copy
import json
import logging
import pickle
import pprint
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from conftest import PNG, TOKEN, WILE, Caller, response, with_image

from contacts import (
    ApiError,
    AsyncClient,
    Client,
    CreatedContact,
    FieldError,
    InDoubtError,
    InvalidError,
    NotSentError,
    QueuedError,
    RefusedError,
    Violation,
    info_of,
)

CREDENTIALS = b64encode(f"IRtest:{TOKEN}".encode()).decode()


def printed(value: Any) -> Iterator[str]:
    yield from (str(value), repr(value), f"{value}", pprint.pformat(value), json.dumps(value, default=vars_or_repr))
    links = [value] if isinstance(value, BaseException) else []
    while links:
        link = links.pop()
        yield from (repr(link.args), *traceback.format_exception(link), repr(getattr(link, "__dict__", None)))
        request = getattr(link, "_request", None)
        yield repr(request and list(request.headers.items()))
        links += [other for other in (link.__cause__, link.__context__) if other is not None]


def vars_or_repr(value: Any) -> Any:
    return {key: repr(member) for key, member in vars(value).items()} if hasattr(value, "__dict__") else repr(value)


def assert_secret(*values: Any) -> None:
    for value in values:
        for text in printed(value):
            assert TOKEN not in text
            assert CREDENTIALS not in text


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_does_not_show_its_token(kind: type[Any]) -> None:
    client = kind("IRtest", TOKEN, base_url="http://127.0.0.1:1")
    assert "IRtest" in repr(client)
    assert_secret(client, client._core, vars(client), vars(client._core))
    with pytest.raises(Exception, match=r"pickle|serializ|local"):
        pickle.dumps(client)


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error"])
def test_the_servers_words_are_redacted(caller: Caller, serve: Any, status: str) -> None:
    words = {"Message": f"{TOKEN} and {CREDENTIALS} are wrong", "Errors": [{"Field": TOKEN, "Message": CREDENTIALS}]}
    server = serve(lambda _: response(json.dumps(words).encode(), status, f"X-Echo: {TOKEN}\r\n".encode()))
    with pytest.raises(ApiError) as caught:
        caller.client(server.url).create()
    assert caught.value.message == "[redacted] and [redacted] are wrong"  # type: ignore[attr-defined]
    assert caught.value.errors == (FieldError("[redacted]", "[redacted]"),)  # type: ignore[attr-defined]
    assert_secret(caught.value)


@pytest.mark.parametrize(
    "answer", [None, b"nonsense\r\n\r\n", response(b"{}", "500 Oops"), response(b"{}", "400 No"), response()[:-1]]
)
def test_a_traceback_with_its_variables_is_free_of_secrets(
    caller: Caller, serve: Any, answer: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(PNG)
    calls = caller.client(serve(lambda _: answer).url, timeout=1)
    absent = caller.client("http://127.0.0.1:1")
    attempts: list[Callable[[], Any]] = [
        lambda: calls.get_contact(1000, "1"),
        lambda: calls.create(with_image(path)),
        calls.create,
        absent.create,
    ]
    for attempt in attempts:
        with pytest.raises(ApiError) as caught:
            attempt()
        lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
        text = "".join(line for line in lines if "/test_" not in line and "/conftest.py" not in line)
        assert "_attempt" in text
        assert TOKEN not in text
        assert CREDENTIALS not in text


@pytest.mark.parametrize("token", ["wrong", "a", "1234567"])
def test_a_token_too_short_to_be_told_from_words_is_looked_for_in_its_credentials(serve: Any, token: str) -> None:
    credentials = b64encode(f"IRtest:{token}".encode()).decode()
    server = serve(lambda _: response(f'{{"Message":"{token}: a wrong 1234567 {credentials}"}}'.encode(), "400 No"))
    with Client("IRtest", token, base_url=server.url, retries=0) as client, pytest.raises(RefusedError) as caught:
        client.create_contact(1000, WILE)
    assert caught.value.message == f"{token}: a wrong 1234567 [redacted]"


@pytest.mark.parametrize("token", [TOKEN, "t\\o'k\"en-ü"])
@pytest.mark.parametrize(
    "answer", ["HTTP/1.1 200 OK\r\nbad header <{}>\r\n\r\n", "HTTP/1.1 {} OK\r\n\r\n", "{}\r\n\r\n"]
)
def test_a_response_that_breaks_http_is_redacted(serve: Any, token: str, answer: str) -> None:
    server = serve(lambda _: answer.format(token).encode() + response())
    with Client("IRtest", token, base_url=server.url, retries=0) as client, pytest.raises(InDoubtError) as caught:
        client.create_contact(1000, WILE)
    for text in printed(caught.value):
        assert token not in text
        assert repr(token.encode())[2:-1] not in text


@pytest.mark.parametrize("place", ["outcomes.read_result", "connection.Connection.receive_body", "calls.classify"])
def test_what_a_dependency_says_is_redacted(
    caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        try:
            raise KeyError(CREDENTIALS)
        except KeyError:
            raise ImportError(f"no {TOKEN}") from LookupError(TOKEN)

    monkeypatch.setattr(f"contacts._runtime.{place}", fail)
    with pytest.raises(InDoubtError) as caught:
        caller.client(serve().url).create()
    assert_secret(caught.value)
    if "receive_body" in place:
        with pytest.raises(InDoubtError) as caught:
            caller.client(serve().url).content("read")
        assert_secret(caught.value)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadError])
def test_a_cause_holds_no_header(caller: Caller, error: type[httpx.RequestError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    with pytest.raises(ApiError) as caught:
        caller.client("https://api.example", transport=httpx.MockTransport(fail)).create()
    assert isinstance(caught.value.__cause__, error)
    assert "authorization" not in caught.value.__cause__.request.headers
    assert_secret(caught.value)


def test_attempts_are_logged_without_a_value(caller: Caller, serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reports: list[Any] = []
    server = serve(
        lambda head: (
            response(b'{"Id":"1"}')
            if head.startswith(b"GET")
            else response(b"{}", "500 Oops")
            if head.startswith(b"DELETE")
            else response()
        )
    )
    calls = caller.client(server.url, on_attempt=reports.append, on_outcome=reports.append)
    calls.create()
    calls.get_contact(1000, "1")
    with pytest.raises(InDoubtError):
        calls.delete_contact(1000, "1")
    calls.create(attrs.evolve(WILE, work_phone_number="8051234567"), rules="warn")
    ours = [(r.levelname, r.getMessage().partition("0.")[0]) for r in caplog.records if r.name == "contacts"]
    assert ours == [
        ("DEBUG", "createContact: created, status 200, "),
        ("DEBUG", "getContact: found, status 200, "),
        ("DEBUG", "deleteContact: in_doubt, status 500, "),
        ("WARNING", "createContact: sent though WorkPhoneNumberCountry is required when WorkPhoneNumber is given."),
        ("DEBUG", "createContact: created, status 200, "),
    ]
    assert [(r.operation, r.outcome, r.status) for r in reports[::2]] == [
        ("createContact", "created", 200),
        ("getContact", "found", 200),
        ("deleteContact", "in_doubt", 500),
        ("createContact", "created", 200),
    ]
    assert [v.field for v in reports[-1].violations] == ["WorkPhoneNumberCountry"]
    assert_secret(caplog.text, *reports)
    assert "Wile" not in "".join(message for _, message in ours) + repr(reports)


@pytest.mark.parametrize(
    "error",
    [
        InvalidError("createContact", [Violation("Title", "required", "Title is required.")]),
        NotSentError("createContact", "ConnectionRefusedError: refused"),
        RefusedError("createContact", 429, "slow down", (FieldError("Title", "no"),), 60.0),
        QueuedError("createContact", CreatedContact(status="QUEUED", queued_uri="/queue/1")),
        InDoubtError("createContact", reason="ReadTimeout"),
    ],
)
def test_errors_cross_processes(error: ApiError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert (str(copy), repr(copy), copy.outcome) == (str(error), repr(error), error.outcome)
    assert type(error).__module__ == "contacts"


def test_errors_and_results_are_copied_with_their_info(caller: Caller, serve: Any) -> None:
    refuse = serve(lambda _: response(b'{"Message":"no"}', "400 No", b"X-Said: no\r\n"))
    with pytest.raises(RefusedError) as caught:
        caller.client(refuse.url).create()
    queue = serve(lambda _: response(b'{"Status":"QUEUED","QueuedUri":"/q/1"}', extra=b"X-Said: no\r\n"))
    with pytest.raises(QueuedError) as queued:
        caller.client(queue.url).create()
    page = caller.client(
        serve(lambda _: response(b'{"Contacts":[{"Id":"1"}]}', extra=b"X-Said: no\r\n")).url
    ).list_contacts_page(1000)
    twins: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]  # noqa: S301
    for twin in twins:
        assert twin(caught.value).info.headers["X-Said"] == "no"
        assert info_of(twin(queued.value).response).headers["X-Said"] == "no"
        assert twin(page) == page
        assert info_of(twin(page)).headers["X-Said"] == "no"


def test_no_logger_tells_what_a_server_said(caller: Caller, serve: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(lambda _: response(extra=f"X-Echo: {TOKEN}\r\n".encode()))
    assert caller.client(server.url).create().contact_id == "2750"
    assert_secret(caplog.text)


def test_what_a_server_returned_is_not_printed_by_an_error(caller: Caller, serve: Any) -> None:
    server = serve(lambda _: response(json.dumps({"Status": "QUEUED", "QueuedUri": f"/q?{TOKEN}"}).encode()))
    with pytest.raises(QueuedError) as caught:
        caller.client(server.url).create()
    assert caught.value.response.queued_uri == "/q?[redacted]"
    assert_secret(caught.value)
