import logging
import math
import os
import pickle
import traceback
from pathlib import Path

import anyio
import attrs
import httpx
import pytest
from conftest import CREATED, response

from contacts import (
    AsyncClient,
    Client,
    CreateContactInput,
    File,
    InDoubtError,
    InvalidError,
    NotSentError,
    UsageError,
    info_of,
    validate_draft,
)

WILE = CreateContactInput(first_name="Wile", last_name="Coyote", email_address="wile@example.com", accounts=["10000"])
TOKEN = "secret-token"


def client(url, **options):
    return Client("IRtest", TOKEN, base_url=url, **{"retries": 0, **options})


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *[("timeout", {"timeout": value}) for value in (0, -1, math.inf, math.nan, 1e12, "5", None, True)],
        *[("total_timeout", {"total_timeout": value}) for value in (-1, math.inf, "5")],
        *[("retries", {"retries": value}) for value in (-1, 1.5, None, True)],
        ("rules", {"rules": "strict"}),
        ("base_url", {"base_url": "http://example.com"}),
        ("transport", {"transport": object()}),
        ("on_attempt", {"on_attempt": "log"}),
        ("ssl_context", {"ssl_context": True}),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(name, options):
    with pytest.raises(UsageError, match=name):
        Client("IRtest", TOKEN, **{"base_url": "http://127.0.0.1:9", **options})


@pytest.mark.parametrize("campaign", [None, True, 1.5, 2**70, "abc/../x", "1000"])
def test_a_campaign_that_is_none_is_refused_and_nothing_is_sent(serve, campaign):
    server = serve()
    with pytest.raises(InvalidError, match="CampaignId"):
        client(server.url).create_contact(campaign, WILE)
    assert server.connections == 0


def test_a_closed_client_is_a_mistake_of_the_program(serve):
    closed = client(serve().url)
    closed.close()
    with pytest.raises(UsageError, match="closed"):
        closed.create_contact(1000, WILE)


def test_the_usual_fake_of_httpx_works():
    fake = httpx.MockTransport(lambda _: httpx.Response(200, content=CREATED))
    assert client("https://example.com", transport=fake).create_contact(1000, WILE).contact_id == "2750"


def test_a_failed_assertion_in_a_fake_is_itself():
    def handler(request):
        raise AssertionError(request.url.path)

    with pytest.raises(AssertionError):
        client("https://example.com", transport=httpx.MockTransport(handler)).create_contact(1000, WILE)


def test_bytes_after_a_response_never_become_the_next_one(serve):
    other = CREATED.replace(b"2750", b"6666")
    server = serve(lambda _: response() + response(other))
    with client(server.url) as ours:
        assert [ours.create_contact(1000, WILE).contact_id for _ in range(3)] == ["2750"] * 3
    assert server.connections == 3


def test_a_connection_does_not_cross_a_fork(serve):
    server = serve()
    with client(server.url) as ours:
        ours.create_contact(1000, WILE)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if ours.create_contact(1000, WILE).contact_id == "2750" else 1
            finally:
                os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
        ours.create_contact(1000, WILE)
    assert server.connections == 2


def test_a_file_that_shrinks_never_arrives_whole_and_one_that_grows_is_cut(serve, tmp_path):
    path = tmp_path / "image.png"

    image = b"\x89PNG\r\n\x1a\n" + b"x" * (1 << 20)
    for changed, arrives in ((image[:10], False), (image + b"more", True)):
        path.write_bytes(image)
        opened = 0

        def opener(changed=changed):
            nonlocal opened
            opened += 1
            if opened == 2:  # after the look at its beginning
                path.write_bytes(changed)
            return path.open("rb")

        server = serve()
        parameters = attrs.evolve(WILE, profile_image_file=File.from_opener(opener, (1 << 20) + 8))
        with client(server.url) as ours:
            if arrives:
                ours.create_contact(1000, parameters)
                assert b"more" not in server.requests[0]
            else:
                with pytest.raises(InDoubtError):
                    ours.create_contact(1000, parameters)
                assert not server.requests


def test_files_that_cannot_be_sent_are_violations_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "empty.png").touch()
    for path in (tmp_path / "pipe.png", tmp_path / "empty.png", tmp_path / "missing.png", Path("/dev/zero")):
        violations = attrs.evolve(WILE, profile_image_file=File.from_path(path)).validate()
        assert [(v.field, v.rule) for v in violations] == [("ProfileImageFile", "needs_file")]


def test_no_cause_holds_the_token(serve):
    server = serve(lambda _: b"HTTP/1.1 200 " + TOKEN.encode() + b"\r\nContent-Length: " + TOKEN.encode() + b"\r\n\r\n")
    with pytest.raises(InDoubtError) as raised:
        client(server.url).create_contact(1000, WILE)
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    with pytest.raises(NotSentError) as raised:
        client("http://127.0.0.1:1").create_contact(1000, WILE)
    link = raised.value.__cause__
    request = getattr(link, "_request", None)
    assert request is None or "authorization" not in request.headers


def test_attempts_are_logged_and_told_without_a_value(serve, caplog):
    server = serve(lambda head: response() if head.startswith(b"POST") else response(b'{"Id":"1"}'))
    reports = []
    with caplog.at_level(logging.DEBUG, "contacts"), client(server.url, on_outcome=reports.append) as ours:
        ours.create_contact(1000, WILE)
        ours.get_contact(1000, "1")
    assert [(r.operation, r.outcome, r.status) for r in reports] == [
        ("createContact", "created", 200),
        ("getContact", "found", 200),
    ]
    assert "createContact: created, status 200" in caplog.text
    assert "getContact: found, status 200" in caplog.text
    assert "Wile" not in caplog.text
    assert TOKEN not in caplog.text


def test_data_from_outside_is_a_violation_never_a_type_error():
    for draft in (
        {"Accounts": "10000"},
        {"FirstName": 5},
        {"FirstName": b"Wile"},
        {"Labels": {}},
        {"Accounts": [1, 2]},
    ):
        (name,) = draft
        assert [v.rule for v in validate_draft("createContact", draft) if v.field == name] == ["type"]
    assert validate_draft("createContact", {"Titel": "x"})[-1].rule == "unknown"


def test_inputs_are_values():
    assert attrs.evolve(WILE, title="x") == attrs.evolve(WILE, title="x") != WILE
    assert "Coyote" in repr(WILE)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        WILE.title = "x"
    assert TOKEN not in repr(client("http://127.0.0.1:1"))


def test_errors_survive_pickling():
    with pytest.raises(InvalidError) as raised:
        client("http://127.0.0.1:1").create_contact(1000, attrs.evolve(WILE, last_name=""))
    assert pickle.loads(pickle.dumps(raised.value)).violations == raised.value.violations  # noqa: S301


def test_the_response_is_at_hand(serve):
    server = serve(lambda _: response(extra=b"X-RateLimit-Remaining: 7\r\n"))
    with client(server.url) as ours:
        info = info_of(ours.create_contact(1000, WILE))
    assert (info.status, info.remaining, info.body) == (200, 7, CREATED)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_create_list_and_retry(serve, backend):
    seen = []

    def handle(head):
        seen.append(head.split(b" ", 2)[1])
        if head.startswith(b"POST"):
            return response(b"{}", "429 Wait", b"Retry-After: 1\r\n") if len(seen) == 1 else response()
        return response(b'{"@numpages":"2","Contacts":[{"Id":"1"}]}')

    async def main():
        async with AsyncClient("IRtest", TOKEN, base_url=serve(handle).url, retries=1) as ours:
            assert (await ours.create_contact(1000, WILE)).contact_id == "2750"
            assert [c.id async for c in ours.list_contacts(1000)] == ["1", "1"]

    anyio.run(main, backend=backend)
    assert [path.rpartition(b"?")[2] for path in seen[2:]] == [b"Page=1", b"Page=2"]


def test_one_async_client_in_two_loops(serve):
    ours = AsyncClient("IRtest", TOKEN, base_url=serve().url)

    async def main():
        return (await ours.create_contact(1000, WILE)).contact_id

    assert [anyio.run(main), anyio.run(main)] == ["2750", "2750"]
    anyio.run(ours.aclose)


def test_a_proxy_that_is_socks_gets_no_connect(serve, monkeypatch):
    proxy = serve(lambda _: None)
    monkeypatch.setenv("ALL_PROXY", proxy.url.replace("http", "socks5").replace("//", "//user:password@"))
    with pytest.raises(NotSentError):
        client("https://api.example", timeout=2).create_contact(1000, WILE)
    assert not proxy.requests


@pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_proxy_that_refuses_is_not_sent(serve, monkeypatch, status):
    proxy = serve(lambda _: response(b"no", status))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NotSentError):
        client("https://api.example").create_contact(1000, WILE)
    assert proxy.requests[0].startswith(b"CONNECT api.example:443 ")
    assert TOKEN.encode() not in proxy.requests[0]


def test_a_malformed_proxy_names_its_variable(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "://")
    with pytest.raises(UsageError, match="HTTPS_PROXY"):
        client("https://api.example")
