"""What is known after a send, where time or Python's own types have a part in it."""

import io
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from conftest import CREATED, PNG, TOKEN, WILE, Caller, Server, response

from contacts import (
    ApiError,
    CallReport,
    Client,
    File,
    InDoubtError,
    InvalidError,
    NotSentError,
    QueuedError,
    RefusedError,
    UpdateContactInput,
    info_of,
)
from contacts._runtime.options import BaseURL
from contacts._runtime.routes import route


def trickle(answer: bytes, whole: int) -> type[Server]:
    """Send a response, from the byte at whole on, one byte now and then: each read is fast, all are slow."""

    class Trickling(Server):
        def serve(self, connection: socket.socket) -> None:
            connection.recv(1 << 16)
            connection.sendall(answer[:whole])
            for byte in answer[whole:]:
                time.sleep(0.05)
                connection.sendall(bytes([byte]))

    return Trickling


def test_the_timeout_is_for_the_whole_of_an_attempt(caller: Caller, serve: Any) -> None:
    answer = response()
    for whole, status in ((0, None), (answer.index(b"{"), 200)):
        begin = time.monotonic()
        with pytest.raises(InDoubtError) as caught:
            caller.client(serve(kind=trickle(answer, whole)).url, timeout=0.5).create()
        assert caught.value.status == status
        assert time.monotonic() - begin < 2


def test_the_timeout_is_for_the_whole_of_content(caller: Caller, serve: Any) -> None:
    answer = response(b"x" * 100)
    with pytest.raises(InDoubtError, match="whole"):
        caller.client(serve(kind=trickle(answer, len(answer) - 50)).url, timeout=0.5).content("read")


def test_a_response_in_time_is_read_however_it_comes(caller: Caller, serve: Any) -> None:
    for answer in (response(), b"HTTP/1.1 100 Continue\r\n\r\n" + response()):
        assert caller.client(serve(kind=trickle(answer, len(answer) - 20)).url).create().contact_id == "2750"


def in_seconds(seconds: float) -> datetime:
    return datetime.now(timezone(timedelta(hours=5))) + timedelta(seconds=seconds)


def test_the_deadline_ends_an_attempt_and_begins_no_wait(caller: Caller, serve: Any) -> None:
    with pytest.raises(InDoubtError):
        caller.client(serve(kind=trickle(response(), 0)).url).create(deadline=in_seconds(0.5))
    server = serve(lambda _: response(b"{}", "429 Wait", b"Retry-After: 20\r\n"))
    with pytest.raises(RefusedError) as caught:
        caller.client(server.url, retries=2).create(deadline=in_seconds(10))
    assert caught.value.retry_after == 20
    assert len(server.requests) == 1
    with pytest.raises(NotSentError, match="deadline"):
        caller.client(server.url).create(deadline=in_seconds(-1))
    assert len(server.requests) == 1


def test_the_deadline_is_that_of_all_pages(caller: Caller, serve: Any) -> None:
    def slow(_: bytes) -> bytes:
        time.sleep(0.2)
        return response(b'{"@numpages":"99","Contacts":[{"Id":"1"}]}')

    server = serve(slow)
    begin = time.monotonic()
    with pytest.raises(ApiError):
        caller.client(server.url).items(1000, deadline=in_seconds(0.7))
    assert time.monotonic() - begin < 2
    assert 2 <= len(server.requests) <= 4


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 64}.example"])
def test_a_host_that_cannot_be_is_not_sent(caller: Caller, serve: Any, host: str) -> None:
    with pytest.raises(NotSentError):
        caller.client(f"https://{host}").create()


def test_port_0_is_not_the_standard_port(caller: Caller) -> None:
    with pytest.raises(NotSentError):
        caller.client("http://127.0.0.1:0").create()
    assert route(BaseURL.parse("http://127.0.0.1:0"), None, None, True).port == 0


def test_a_connection_that_never_comes_is_not_sent(caller: Caller) -> None:
    # A queue of one is full after two connections that nobody takes; the next gets no answer.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        with pytest.raises(NotSentError, match="TimeoutError"):
            caller.client(f"http://127.0.0.1:{address[1]}", timeout=0.5).create()
        for each in waiting:
            each.close()


def test_a_host_without_an_address_is_not_sent(caller: Caller) -> None:
    with pytest.raises(NotSentError):
        caller.client("https://does-not-exist.invalid").create()


def test_what_is_not_sent_is_sent_again_and_a_create_in_doubt_is_not(caller: Caller, serve: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    reports: list[CallReport] = []
    with pytest.raises(NotSentError):
        caller.client(f"http://127.0.0.1:{address[1]}", retries=2, on_outcome=reports.append).create()
    assert reports[0].attempts == 3
    server = serve(lambda _: None)
    with pytest.raises(InDoubtError):
        caller.client(server.url, retries=2).create()
    assert len(server.requests) == 1


def test_a_delete_in_doubt_and_then_not_found_is_deleted(caller: Caller, serve: Any) -> None:
    server: Server = serve(lambda _: None if len(server.requests) == 1 else response(b"{}", "404 Not Found"))
    deleted = caller.client(server.url, retries=1).delete_contact(1000, "1")
    assert (deleted.status, info_of(deleted).status) == ("DELETED", 404)


@pytest.mark.parametrize("depth", [10, 900, 100_000])
def test_json_of_any_depth_is_no_failure_of_ours(caller: Caller, serve: Any, depth: int) -> None:
    nested = CREATED[:-1] + b',"More":' + b"[" * depth + b"]" * depth + b"}"
    calls = caller.client(serve(lambda _: response(nested)).url)
    if depth < 1000:
        assert calls.create().contact_id == "2750"
    else:
        with pytest.raises(InDoubtError):
            calls.create()


@pytest.mark.parametrize("number", ["1" * 5000, "1e9999999999999999999", "-0", "1E400", "0.1"])
def test_an_unknown_number_may_be_any(caller: Caller, serve: Any, number: str) -> None:
    body = CREATED[:-1] + f',"More":{number}}}'.encode()
    assert caller.client(serve(lambda _: response(body)).url).create().contact_id == "2750"


def test_what_a_server_says_can_be_printed(caller: Caller, serve: Any) -> None:
    server = serve(lambda _: response(b'{"Message":"half: \\ud83d, whole: \\ud83d\\ude00"}', "400 Bad Request"))
    with pytest.raises(RefusedError) as caught:
        caller.client(server.url).create()
    assert caught.value.message == "half: \ufffd, whole: 😀"
    str(caught.value).encode()


def test_members_that_are_null_are_none_and_lists_empty(caller: Caller, serve: Any) -> None:
    body = b'{"Id":"2750","Title":null,"Accounts":null,"Labels":["a"],"Editable":"true"}'
    contact = caller.client(serve(lambda _: response(body)).url).get_contact(1000, "2750")
    assert (contact.id, contact.title, contact.labels, contact.accounts, contact.editable) == (
        "2750",
        None,
        ("a",),
        (),
        True,
    )


def test_the_response_is_at_hand(caller: Caller, serve: Any) -> None:
    server = serve(
        lambda _: response(extra=b"X-RateLimit-Limit: 9\r\nX-RateLimit-Remaining: 7\r\nX-RateLimit-Limit: 8\r\n")
    )
    info = info_of(caller.client(server.url).create())
    assert (info.status, info.limit, info.remaining, info.body) == (200, 9, 7, CREATED)
    assert info.headers.get_list("x-ratelimit-limit") == ["9", "8"]
    with pytest.raises(TypeError):
        info_of(object())
    server = serve(lambda _: response(b'{"Status":"QUEUED","QueuedUri":"/q/1"}'))
    with pytest.raises(QueuedError) as caught:
        caller.client(server.url).create()
    assert (caught.value.response.queued_uri, info_of(caught.value.response).status) == ("/q/1", 200)


def test_pages_are_read_when_they_are_needed(caller: Caller, serve: Any) -> None:
    server: Server = serve(lambda _: response(b'{"@numpages":"3","Contacts":[{"Id":"%d"}]}' % len(server.requests)))
    calls = caller.client(server.url)
    assert [contact.id for contact in calls.items(1000)] == ["1", "2", "3"]
    assert [request.split(b" ")[1].rpartition(b"?")[2] for request in server.requests] == [
        b"Page=1",
        b"Page=2",
        b"Page=3",
    ]
    with pytest.raises(InvalidError, match="CampaignId"):
        calls.items(None)


class Odd(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of the caller's that does what a function does."""

    def __init__(self, respond: Callable[[httpx.Request], Any]) -> None:
        self._respond = respond

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Respond."""
        request.read()
        return self._respond(request)  # type: ignore[no-any-return]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Respond."""
        await request.aread()
        return self._respond(request)  # type: ignore[no-any-return]


def throw(error: Exception) -> Callable[[httpx.Request], Any]:
    def respond(_: httpx.Request) -> Any:
        raise error

    return respond


@pytest.mark.parametrize(
    ("respond", "outcome"),
    [
        (throw(httpx.ConnectError("no")), "not_sent"),
        (throw(httpx.PoolTimeout("no")), "not_sent"),
        (throw(httpx.ProxyError("no")), "not_sent"),
        (throw(httpx.ReadTimeout("no")), "in_doubt"),
        (throw(httpx.WriteError("no")), "in_doubt"),
        (throw(RuntimeError("no")), "in_doubt"),
        (throw(OSError("no")), "in_doubt"),
        (lambda _: None, "in_doubt"),
        (lambda _: httpx.Response(200), "in_doubt"),
        (lambda _: httpx.Response(400, json={"Message": "no"}), "refused"),
    ],
)
def test_after_a_send_by_another_transport_there_is_an_outcome(
    caller: Caller, respond: Callable[[httpx.Request], Any], outcome: str
) -> None:
    with pytest.raises(ApiError) as caught:
        caller.client("https://api.example", transport=Odd(respond)).create()
    assert caught.value.outcome == outcome


class Unclosable(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is there, and cannot be closed."""

    def __iter__(self) -> Any:
        yield CREATED

    async def __aiter__(self) -> Any:
        yield CREATED

    def close(self) -> None:
        raise RuntimeError("no")

    async def aclose(self) -> None:
        raise RuntimeError("no")


def test_a_response_that_cannot_be_closed_is_read(caller: Caller) -> None:
    odd = Odd(lambda _: httpx.Response(200, stream=Unclosable()))
    assert caller.client("https://api.example", transport=odd).create().contact_id == "2750"


def test_redirects_are_not_followed(caller: Caller) -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    with pytest.raises(InDoubtError):
        caller.client("https://api.example", transport=Odd(respond)).create()
    assert len(seen) == 1


@pytest.mark.parametrize("hook", ["on_attempt", "on_outcome"])
def test_a_hook_that_raises_changes_nothing(caller: Caller, serve: Any, hook: str) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("mine")

    assert caller.client(serve().url, **{hook: fail}).create(WILE).contact_id == "2750"


def test_a_broken_dependency_after_a_send_leaves_it_in_doubt(
    caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ImportError("no such method")

    monkeypatch.setattr("contacts._runtime.outcomes.read_result", fail)
    with pytest.raises(InDoubtError, match="ImportError") as caught:
        caller.client(serve().url).create()
    assert isinstance(caught.value.__cause__, ImportError)


def test_a_mistake_in_a_later_attempt_hides_no_outcome(caller: Caller, serve: Any) -> None:
    opened: list[int] = []

    def opener() -> io.BytesIO:
        opened.append(1)
        if len(opened) == 3:  # the first is the look at the file
            raise KeyError("mine")
        return io.BytesIO(PNG)

    server = serve(lambda _: None)
    update = UpdateContactInput(profile_image_file=File.from_opener(opener, len(PNG)))
    reports: list[CallReport] = []
    with pytest.raises(InDoubtError):
        caller.client(server.url, retries=2, on_outcome=reports.append).update_contact(1000, "1", update)
    assert len(server.requests) == 1
    assert [report.outcome for report in reports] == ["in_doubt"]


def test_a_client_that_is_closed_while_it_waits_tells_the_outcome(serve: Any) -> None:
    server = serve(lambda _: response(b"{}", "429 Wait", b"Retry-After: 1\r\n"))
    client = Client("IRtest", TOKEN, base_url=server.url)
    threading.Timer(0.3, client.close).start()
    with pytest.raises(RefusedError):
        client.create_contact(1000, WILE)
    assert len(server.requests) == 1
