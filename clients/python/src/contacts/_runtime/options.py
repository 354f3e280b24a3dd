"""The options of a client and of a call, and what is wrong with them."""

import inspect
import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

import attrs
import httpx

from .errors import UsageError

Rules = Literal["enforce", "warn", "off"]
"""What a client does with violations: refuse them; log them and send; or not look. What cannot be sent is
always refused."""


class CallOptions(TypedDict, total=False):
    """The options of one call, in place of the client's."""

    timeout: float
    """How many seconds one attempt may take, to the end of the response."""
    deadline: datetime | None
    """When the call must end, with all its attempts and all its pages: a moment, with a time zone. None: no limit."""
    retries: int
    """How often a request is sent again."""
    rules: Rules
    """What to do with violations."""


@attrs.frozen(kw_only=True)
class Settings:
    """Options that were checked."""

    timeout: float
    retries: int
    rules: Rules
    end: float | None = None
    """When the call must end, by the monotonic clock."""

    def __attrs_post_init__(self) -> None:
        if not _is_number(self.timeout, (int, float)) or not 0 < self.timeout <= 86_400:
            raise UsageError("timeout must be a number of seconds, more than 0 and at most 86,400 (24 hours)")
        if not _is_number(self.retries, int) or not 0 <= self.retries <= 100:
            raise UsageError("retries must be a whole number from 0 to 100")
        if self.rules not in ("enforce", "warn", "off"):
            raise UsageError("rules must be enforce, warn or off")

    def with_options(self, options: CallOptions) -> "Settings":
        """Return the settings of a call."""
        if not options:
            return self
        for name in options:
            if name not in CallOptions.__annotations__:
                raise UsageError(f"{name} is no option of a call")
        changes: dict[str, Any] = {**options}
        if (deadline := changes.pop("deadline", None)) is not None:
            if not isinstance(deadline, datetime) or deadline.utcoffset() is None:
                raise UsageError("deadline must be a datetime with a time zone")
            changes["end"] = time.monotonic() + deadline.timestamp() - time.time()
        return attrs.evolve(self, **changes)


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def check_account(account: Any, token: Any) -> None:
    """Refuse credentials that no header or path can hold."""
    if not isinstance(account, str) or account in ("", ".", "..") or ":" in account or _UNFIT.search(account):
        raise UsageError("account must be text, not empty or dots, without a colon or a control character")
    if not isinstance(token, str) or not token or _UNFIT.search(token):
        raise UsageError("token must be text, not empty, without a control character")


# No header can hold the former; the latter have no form in UTF-8.
_UNFIT = re.compile("[\x00-\x1f\x7f]|[\ud800-\udfff]")

# Parsers do not agree on what else a URL may be.
_BASE_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?((?:/(?:[a-z0-9._~!$&'()*+,;=:@/-]|%[0-9a-f]{2})*)?)",
    re.IGNORECASE | re.ASCII,
)
_LOOPBACK = re.compile(
    r"localhost|\[::1\]|127(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}", re.IGNORECASE | re.ASCII
)


@attrs.frozen
class BaseURL:
    """A server, and the path that its operations have in common."""

    url: httpx.URL
    path: str
    is_loopback: bool

    @property
    def origin(self) -> str:
        """The server alone."""
        return str(self.url.copy_with(raw_path=b"/")).removesuffix("/")

    @classmethod
    def parse(cls, base_url: Any) -> "BaseURL":
        """Refuse a URL that could give the token away, or that parsers read in different ways."""
        match = _BASE_URL.fullmatch(base_url) if isinstance(base_url, str) else None
        try:
            parsed = httpx.URL(base_url) if match and int(match[3] or 0) <= 65535 else None
        except (httpx.InvalidURL, ValueError):
            parsed = None
        if not match or not parsed:
            # Not the URL itself: it may hold a password.
            raise UsageError("base_url must be https://host or https://host/path, without user, query and fragment")
        is_loopback = _LOOPBACK.fullmatch(match[2]) is not None
        if match[1].lower() != "https" and not is_loopback:
            raise UsageError("base_url must begin with https://; http:// is for loopback addresses")
        return cls(parsed, match[4].removesuffix("/"), is_loopback)


def from_environment(package: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Add account, token and base URL from variables that begin with the package's name to options without them."""
    found = dict(options)
    for argument in ("account", "token", "base_url"):
        variable = f"{package}_{argument}".upper()
        if argument in found:
            continue
        if value := os.environ.get(variable):
            found[argument] = value
        elif argument != "base_url":
            raise UsageError(f"the environment variable {variable} is not set")
    return found


def check_hook(name: str, hook: Callable[..., Any] | None) -> None:
    """Refuse a hook that cannot be called."""
    if hook is not None and (not callable(hook) or inspect.iscoroutinefunction(hook)):
        raise UsageError(f"{name} must be a function, and none that is awaited")
