"""Which way a request goes: directly, or through the proxy that an argument or the environment names."""

import ipaddress
import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import attrs
import httpx

from .errors import UsageError
from .options import BaseURL
from .proxies import Proxy


@attrs.frozen
class Route:
    """The way to a server."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    """None: no TLS."""
    proxy: Proxy | None


def route(base: BaseURL, proxy: Any, ssl_context: Any, trust_env: Any) -> Route:
    """Find the way to a server. There is no proxy to a loopback address."""
    if proxy is not None and not isinstance(proxy, str):
        raise UsageError("proxy must be a URL")
    if ssl_context is not None and not isinstance(ssl_context, ssl.SSLContext):
        raise UsageError("ssl_context must be an ssl.SSLContext")
    if not isinstance(trust_env, bool):
        raise UsageError("trust_env must be True or False")
    is_tls = base.url.scheme == "https"
    host, port = base.url.host, base.url.port
    if port is None:
        port = 443 if is_tls else 80
    tls = (ssl_context or _default_context()) if is_tls else None
    through = parse_proxy("proxy", proxy) if proxy is not None else None
    if base.is_loopback:
        through = None
    elif through is None and trust_env:
        through = proxy_of_environment(host, port, os.environ)
    if through and through.scheme == "https":
        through = attrs.evolve(through, tls=tls)
    return Route(host, port, tls, through)


def _default_context() -> ssl.SSLContext:
    try:
        context = httpx.create_ssl_context()
    except (OSError, ssl.SSLError) as error:
        variable = next((v for v in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(v)), None)
        where = f"the environment variable {variable} names none" if variable else "give an ssl_context"
        raise UsageError(f"there are no CA certificates that can be read: {where}") from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxy_of_environment(host: str, port: int, environment: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for an https server, unless NO_PROXY names the server."""
    for variable in ("HTTPS_PROXY", "https_proxy"):
        if url := environment.get(variable):
            excluded = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
            if any(_names(entry.strip().lower(), host.lower(), port) for entry in excluded.split(",")):
                return None
            return parse_proxy(f"the environment variable {variable}", url)
    return None


_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def parse_proxy(name: str, text: str) -> Proxy:
    """Read the URL of a proxy; without a scheme it is one of http."""
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
        user, _, password = url.userinfo.partition(b":")
        standard = _PORTS[url.scheme]
        proxy = Proxy(
            url.scheme,
            url.host,
            url.port or standard,
            unquote_to_bytes(user) if url.userinfo else None,
            unquote_to_bytes(password),
        )
        valid = bool(url.host) and url.raw_path in (b"", b"/") and proxy.port < 65536
        valid = valid and len(user) < 256 and len(password) < 256
    except (httpx.InvalidURL, ValueError, KeyError):
        valid = False
    if not valid:
        # Not the URL itself: it may hold a password.
        raise UsageError(f"{name} must be the URL of a proxy: http, https, socks5 or socks5h, host and port") from None
    return proxy


def _names(entry: str, host: str, port: int) -> bool:
    """Tell whether an entry of NO_PROXY names a server.

    It is a name with all below it, .name, *.name, an address or a network; each may end in a port; * is everything.
    """
    if entry == "*":
        return True
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        entry = name
    entry = entry.strip("[]")
    if not entry:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        entry = entry[1:] if entry.startswith("*.") else entry
        return host.endswith(entry) if entry.startswith(".") else host == entry or host.endswith(f".{entry}")
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
