"""Takes the credentials out of words that others wrote."""

import re
from base64 import b64encode
from collections.abc import Callable

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
