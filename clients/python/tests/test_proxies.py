"""The proxies of the environment: which variables, which forms, and what each failure is called."""

import socket
import ssl
from base64 import b64encode
from typing import Any

import pytest
from conftest import TOKEN, Caller, Server, response

from contacts import NotSentError, UsageError
from contacts._runtime.routes import proxy_of_environment

PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("excluded", "host", "port", "direct"),
    [
        ("", "api.example", 443, False),
        ("*", "api.example", 443, True),
        ("api.example", "api.example", 443, True),
        ("API.Example", "api.example", 443, True),
        ("example", "api.example", 443, True),
        ("pi.example", "api.example", 443, False),
        (".example", "api.example", 443, True),
        (".api.example", "api.example", 443, False),
        ("*.example", "api.example", 443, True),
        ("*.example", "example", 443, False),
        ("a.b, api.example ,c", "api.example", 443, True),
        ("api.example:443", "api.example", 443, True),
        ("api.example:8443", "api.example", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("10.1.2.3:80", "10.1.2.3", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("11.0.0.0/8", "10.1.2.3", 443, False),
        ("2001:db8::/32", "2001:db8::1", 443, True),
        ("[2001:db8::1]:443", "2001:db8::1", 443, True),
        ("2001:db8::1", "2001:db8::1", 443, True),
        ("[2001:db8::1]", "2001:db8::1", 443, True),
        ("[2001:db8::1]:80", "2001:db8::1", 443, False),
        (".example:443", "api.example", 443, True),
        ("*.example:80", "api.example", 443, False),
        ("*example", "api.example", 443, False),
        ("10.0.0.0/99,:,,.", "api.example", 443, False),
    ],
)
def test_forms_of_no_proxy(excluded: str, host: str, port: int, direct: bool) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert (proxy_of_environment(host, port, {"HTTPS_PROXY": PROXY, name: excluded}) is None) is direct


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTP_PROXY": PROXY}, None),
        ({"ALL_PROXY": PROXY, "all_proxy": PROXY}, None),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:1"}, ("http", "a", 1)),
        ({"HTTPS_PROXY": "", "https_proxy": "http://b:1"}, ("http", "b", 1)),
        ({"HTTPS_PROXY": "socks5://c"}, ("socks5", "c", 1080)),
        ({"HTTPS_PROXY": "socks5h://d:2"}, ("socks5h", "d", 2)),
        ({"HTTPS_PROXY": "a:3128"}, ("http", "a", 3128)),
        ({"HTTPS_PROXY": "https://a"}, ("https", "a", 443)),
    ],
)
def test_variables(environment: dict[str, str], proxy: tuple[str, str, int] | None) -> None:
    found = proxy_of_environment("api.example", 443, environment)
    assert (found and (found.scheme, found.host, found.port)) == proxy


@pytest.mark.parametrize("url", ["://", "http://", "ftp://a:1", "http://a:port", "http://a/path", "http://:hidden@:1"])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_malformed_variable_is_named(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, variable: str, url: str
) -> None:
    monkeypatch.setenv(variable, url)
    with pytest.raises(UsageError, match=variable) as caught:
        caller.client("https://api.example")
    assert "hidden" not in str(caught.value)
    caller.client("https://api.example", trust_env=False)


def test_no_proxy_sees_what_is_for_this_machine(
    caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    proxy = serve(lambda _: None)
    for name in ("HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert caller.client(serve().url).create().contact_id == "2750"
    assert caller.client(serve(tls=server_tls).url, ssl_context=client_tls).create().contact_id == "2750"
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        response(b"no", "403 Forbidden"),
        response(b"no", "407 Proxy Authentication Required"),
        response(b"no", "502 Bad Gateway"),
        b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"x" * 70_000,
        b"",
        None,
    ],
)
def test_a_proxy_that_makes_no_connection_is_not_sent(
    caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch, answer: bytes | None
) -> None:
    proxy = serve(lambda _: answer)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//us%65r:p%40ss@"))
    with pytest.raises(NotSentError, match=f"the proxy 127.0.0.1:{proxy.port} made no connection") as caught:
        caller.client("https://api.example", timeout=0.5 if answer == b"" else 5).create()
    assert proxy.requests[0].startswith(b"CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n")
    assert b"Proxy-Authorization: Basic " + b64encode(b"user:p@ss") in proxy.requests[0]
    assert TOKEN.encode() not in b"".join(proxy.requests)
    assert "p@ss" not in str(caught.value)


class Tunnel(Server):
    """A proxy that connects to one server, whatever it is asked for."""

    target: tuple[str, int]

    def serve(self, connection: socket.socket) -> None:
        """Pass bytes on in both directions."""
        self.greet(connection)
        import threading

        with socket.create_connection(self.target) as server:
            thread = threading.Thread(target=_pass, args=(server, connection), daemon=True)
            thread.start()
            _pass(connection, server)
            thread.join(5)

    def greet(self, connection: socket.socket) -> None:
        """Take a CONNECT."""
        self.requests.append(connection.recv(1 << 16))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")


class Socks(Tunnel):
    """A proxy of SOCKS 5 with a password."""

    def greet(self, connection: socket.socket) -> None:
        """Take a connect."""
        assert connection.recv(100) == b"\x05\x01\x02"
        connection.sendall(b"\x05\x02")
        assert connection.recv(100) == b"\x01\x04user\x04pass"
        connection.sendall(b"\x01\x00")
        assert connection.recv(100) == b"\x05\x01\x00\x03\x0bapi.example" + (443).to_bytes(2, "big")
        connection.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        self.requests.append(b"")


def _pass(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_a_proxy_that_makes_a_connection(
    caller: Caller, serve: Any, scheme: str, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    server = serve(tls=server_tls)

    class To(Socks if scheme.startswith("socks") else Tunnel):  # type: ignore[misc]
        target = ("127.0.0.1", server.port)

    proxy = serve(tls=server_tls if scheme == "https" else None, kind=To)
    url = f"{scheme}://user:pass@127.0.0.1:{proxy.port}"
    calls = caller.client("https://api.example", proxy=url, ssl_context=client_tls)
    assert [calls.create().contact_id for _ in range(2)] == ["2750"] * 2
    assert (proxy.connections, server.connections, len(server.requests)) == (1, 1, 2)


def test_socks_gets_no_connect(caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda _: None)
    monkeypatch.setenv("HTTPS_PROXY", f"socks5://user:password@127.0.0.1:{proxy.port}")
    with pytest.raises(NotSentError, match="the proxy"):
        caller.client("https://api.example", timeout=0.5).create()
    assert proxy.received == 3


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_a_proxy_that_is_not_there_is_not_sent(caller: Caller, scheme: str, client_tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for host in (f"127.0.0.1:{port}", "does-not-exist.invalid"):
        with pytest.raises(NotSentError, match=f"the proxy {host}.* made no connection"):
            caller.client("https://api.example", proxy=f"{scheme}://{host}", ssl_context=client_tls).create()


@pytest.mark.parametrize(
    "answer",
    [b"\x05\xff", b"\x04\x02", b"\x05\x02\x01\x01", b"\x05\x02\x01\x00\x05\x02\x00\x01", b"\x05", b"HTTP/1.1 400 No"],
)
def test_a_proxy_of_socks_that_refuses_is_not_sent(caller: Caller, serve: Any, answer: bytes) -> None:
    class Refusing(Server):
        def serve(self, connection: socket.socket) -> None:
            connection.recv(100)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(100):
                self.received += len(chunk)

    server = serve(kind=Refusing)
    with pytest.raises(NotSentError, match="the proxy "):
        caller.client("https://api.example", proxy=f"socks5://u:p@127.0.0.1:{server.port}", timeout=2).create()


def test_without_certificates(caller: Caller, serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/does/not/exist.pem")
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        caller.client("https://api.example")
    assert caller.client(serve().url).create().contact_id == "2750"
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr("certifi.where", lambda: "/does/not/exist.pem")
    with pytest.raises(UsageError, match="certificates"):
        caller.client("https://api.example")
    assert caller.client(serve().url).create().contact_id == "2750"
