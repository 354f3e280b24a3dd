"""What the two clients have in common: the account, and the requests that are made for it."""

import re
from base64 import b64encode
from collections.abc import Callable, Generator
from typing import TypeVar

import attrs
import httpx

from ._answer import Answer
from ._transport import Deadline

DEFAULT_BASE_URL = "https://api.impact.com"
"""The API's own host (FACTS F1)."""


@attrs.frozen
class Pause:
    """A step of a call: let this many seconds pass."""

    seconds: float


T = TypeVar("T")

Steps = Generator[httpx.Request | Pause, Answer | Exception, T]
"""A call, without the input and output: it yields a request to send or a pause to make, and is sent the
answer, or what was raised in place of one. Both clients walk through the same steps."""


class Service:
    """An account at a server. What it is printed as does not hold the token."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str, timeout: float, max_retries: int) -> None:
        if account_sid in NO_SEGMENTS or ":" in account_sid or _UNFIT.search(account_sid):
            raise ValueError("account_sid must not be empty or dots, and must hold no colon or control character")
        if not auth_token or _UNFIT.search(auth_token):
            raise ValueError("auth_token must not be empty, and must hold no control character")
        if not timeout > 0:
            raise ValueError(f"timeout must be more than 0, not {timeout}")
        if max_retries < 0:
            raise ValueError(f"max_retries must be 0 or more, not {max_retries}")
        self.account_sid = account_sid
        self.base_url = _checked_base_url(base_url)
        self.timeout = timeout
        self.max_retries = max_retries
        # Without Accept the API answers in XML (FACTS F3).
        self.headers = {
            "Host": httpx.URL(base_url).netloc.decode(),
            "Accept": "application/json",
            "User-Agent": "contacts-python",
        }
        self.auth = httpx.BasicAuth(account_sid.encode(), auth_token.encode())
        credentials = b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        spelled = repr(auth_token.encode())[2:-1]  # as errors that quote bytes have it
        secrets = re.compile("|".join(map(re.escape, (auth_token, spelled, credentials))))
        # As a function it keeps the credentials out of what is printed.
        self.redact: Callable[[str], str] = lambda text: secrets.sub("[redacted]", text)

    def failure(self, error: Exception) -> tuple[str, Exception | None]:
        """Return an error in words, and the error itself if those do not quote the credentials."""
        text = f"{type(error).__name__}: {error}"
        clean = self.redact(text)
        return clean, error if clean == text else None

    def __repr__(self) -> str:
        return f"(account_sid={self.account_sid!r}, base_url={self.base_url!r})"

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        *,
        headers: dict[str, str] | None = None,
        stream: httpx.SyncByteStream | httpx.AsyncByteStream | None = None,
    ) -> httpx.Request:
        """Make a request that takes at most timeout seconds, to the end of the answer."""
        deadline = Deadline(timeout)
        return httpx.Request(
            method,
            self.base_url + path,
            headers={**self.headers, **(headers or {})},
            stream=stream,
            extensions={"timeout": dict.fromkeys(("connect", "pool", "read", "write"), deadline)},
        )


NO_SEGMENTS = ("", ".", "..")
"""What cannot be a segment of a path: dots lead to another path."""

# No header can hold the former; the latter have no form in UTF-8.
_UNFIT = re.compile("[\x00-\x1f\x7f]|[\ud800-\udfff]")


# Parsers do not agree on what else a URL may be.
_BASE_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?(?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE | re.ASCII,
)
_LOOPBACK = re.compile(
    r"localhost|\[::1\]|127(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}", re.IGNORECASE | re.ASCII
)


def _checked_base_url(base_url: str) -> str:
    match = _BASE_URL.fullmatch(base_url)
    try:
        parsed = match and int(match[3] or 0) <= 65535 and httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        parsed = None
    if not match or not parsed:
        # Not the URL itself: it may hold a password.
        raise ValueError("base_url must be https://host or https://host/path, without user, query and fragment")
    if match[1].lower() != "https" and not _LOOPBACK.fullmatch(match[2]):
        raise ValueError(f"base_url {base_url} must begin with https:// (FACTS F1); http:// is for loopback addresses")
    return base_url.rstrip("/")
