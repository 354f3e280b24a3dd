"""Takes the credentials out of words that others wrote."""

import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress

import httpx

Redact = Callable[[str], str]


def redactor(account: str, token: str) -> Redact:
    """Return a function that puts ``[redacted]`` in place of the credentials.

    A token of fewer than 8 code points cannot be told from words: only its base64 form is looked for.
    """
    secrets = [b64encode(f"{account}:{token}".encode()).decode()]
    if len(token) >= 8:
        # As it is, and as errors that quote bytes have it.
        secrets += [token, repr(token.encode())[2:-1], repr(token)[1:-1], ascii(token)[1:-1]]
    pattern = re.compile("|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)))
    # As a function it keeps the credentials out of what is printed.
    return lambda text: pattern.sub("[redacted]", text)


def harmless(error: BaseException, redact: Redact) -> BaseException | None:
    """Return an error as a cause, without the request that it belongs to; None if it quotes the credentials."""
    links: list[BaseException | None] = [error]
    seen: set[int] = set()
    while links:
        link = links.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        if isinstance(link, httpx.RequestError):
            with suppress(RuntimeError):  # there is no request
                link.request = httpx.Request(link.request.method, link.request.url)
        text = f"{link} {link!r} {link.args}"
        if redact(text) != text:
            return None
        links += (link.__cause__, link.__context__, *getattr(link, "exceptions", ()))
    return error
