"""What is known after a send, where time or Python's own types have a part in it."""

import pickle
import socket
import time
from typing import Any

import pytest
from conftest import CREATED, Caller, Server, response, valid

from contacts import (
    ContactsError,
    FieldError,
    InDoubtError,
    InvalidError,
    NotSentError,
    QueuedError,
    RefusedError,
    UnavailableError,
    Violation,
)


def trickle(answer: bytes, whole: int) -> Any:
    """Send an answer, from the byte at whole on, one byte now and then: each read is fast, all are slow."""

    def send(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer[:whole])
        for byte in answer[whole:]:
            time.sleep(0.05)
            connection.sendall(bytes([byte]))

    return send


def test_the_timeout_is_for_the_whole_of_the_head(caller: Caller, serve: Any) -> None:
    server: Server = serve(trickle(response(CREATED), 0))
    with pytest.raises(InDoubtError) as caught:
        caller.create(server.url, valid(), timeout=1.5)
    assert caught.value.status is None
    assert "ReadTimeout" in caught.value.reason


def test_the_timeout_is_for_the_whole_of_the_body(caller: Caller, serve: Any) -> None:
    answer = response(CREATED)
    server: Server = serve(trickle(answer, answer.index(b"{")))
    with pytest.raises(InDoubtError) as caught:
        caller.create(server.url, valid(), timeout=1.5)
    assert caught.value.status == 200


def test_an_answer_in_time_is_read_however_it_comes(caller: Caller, serve: Any) -> None:
    answer = response(CREATED)
    assert caller.create(serve(trickle(answer, len(answer) - 5)).url, valid()).id == "2750"


def test_the_deadline_ends_an_attempt(caller: Caller, serve: Any) -> None:
    server: Server = serve(trickle(response(CREATED), 0))
    with pytest.raises(InDoubtError):
        caller.create(server.url, valid(), deadline=1.5)


def test_a_wait_that_does_not_fit_into_the_deadline_is_not_begun(caller: Caller, serve: Any) -> None:
    server: Server = serve(response(b"{}", "429 Too Many Requests", "Retry-After: 20\r\n"))
    with pytest.raises(RefusedError) as caught:
        caller.create(server.url, valid(), max_retries=2, deadline=10)
    assert caught.value.retry_after == 20
    assert len(server.heads) == 1


def test_a_deadline_that_has_passed_sends_nothing(caller: Caller, serve: Any) -> None:
    server: Server = serve(response(CREATED))
    with pytest.raises(NotSentError):
        caller.create(server.url, valid(), deadline=0)
    assert server.heads == []


def test_a_connection_that_never_comes_is_not_sent(caller: Caller) -> None:
    # A queue of one is full after two connections that nobody takes; the next gets no answer.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        with pytest.raises(NotSentError) as caught:
            caller.create(f"http://127.0.0.1:{address[1]}", valid(), timeout=1.5)
        for each in waiting:
            each.close()
    assert "ConnectTimeout" in caught.value.reason


def test_a_server_that_does_not_speak_tls_is_sent_nothing(caller: Caller, serve: Any) -> None:
    server: Server = serve(b"not TLS")
    with pytest.raises(NotSentError):
        caller.create(server.url.replace("http://", "https://"), valid())


@pytest.mark.parametrize("depth", [10, 100_000])
def test_json_of_any_depth_is_no_failure_of_ours(caller: Caller, serve: Any, depth: int) -> None:
    nested = CREATED[:-1] + b',"More":' + b"[" * depth + b"]" * depth + b"}"
    server: Server = serve(response(nested))
    if depth < 1000:
        assert caller.create(server.url, valid()).id == "2750"
    else:
        with pytest.raises(InDoubtError):
            caller.create(server.url, valid())


def test_a_number_may_have_any_number_of_digits(caller: Caller, serve: Any) -> None:
    server: Server = serve(response(CREATED[:-1] + b',"More":' + b"1" * 5000 + b"}"))
    assert caller.create(server.url, valid()).id == "2750"


def test_what_a_server_says_can_be_printed(caller: Caller, serve: Any) -> None:
    server: Server = serve(response(b'{"Message":"half: \\ud83d, whole: \\ud83d\\ude00"}', "400 Bad Request"))
    with pytest.raises(RefusedError) as caught:
        caller.create(server.url, valid())
    assert caught.value.message == "half: \ufffd, whole: 😀"
    str(caught.value).encode()


def test_a_contact_is_read_though_members_are_null(caller: Caller, serve: Any) -> None:
    uri = "/Advertisers/IRsandbox/Campaigns/1000/Contacts/2750"
    server: Server = serve(response(b'{"Id":"2750","Title":null,"Accounts":null,"Labels":["a"]}'))
    contact = caller.get(server.url, uri)
    assert (contact.id, contact.uri, contact.labels) == ("2750", uri, ["a"])
    assert not contact.title
    assert not contact.accounts
    assert server.heads[0].startswith(b"GET " + uri.encode() + b" HTTP/1.1")


@pytest.mark.parametrize("uri", ["", "/Contacts/1", "/Advertisers/a/Campaigns/x/Contacts/1", "//evil/Contacts/1"])
def test_a_uri_that_is_none_is_an_error_of_the_caller(caller: Caller, uri: str) -> None:
    with pytest.raises(ValueError, match="Uri"):
        caller.get("http://127.0.0.1:1", uri)


@pytest.mark.parametrize(
    "error",
    [
        InvalidError([Violation("Title", "too_long", "Title must have at most 255 characters.")]),
        NotSentError("ConnectError: refused"),
        RefusedError(429, "slow down", (FieldError("Title", "no"),), 60.0),
        QueuedError("/queue/1"),
        InDoubtError(None, "", (), "ReadTimeout"),
        UnavailableError(500, "oops", (), ""),
    ],
)
def test_errors_cross_processes(error: ContactsError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert repr(copy) == repr(error)
    assert copy.outcome == error.outcome
