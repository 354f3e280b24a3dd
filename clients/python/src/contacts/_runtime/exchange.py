"""One request and its response, whoever carries them."""

import time
from collections.abc import Mapping
from typing import Literal

import h11

from .body import Body


class Progress:
    """How much time is left, and how much was written."""

    def __init__(self, end: float) -> None:
        self.end = end
        self.written = 0
        """How many bytes were given to the network."""

    def left(self) -> float:
        """Return the seconds that are left. Raises TimeoutError if there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the attempt is over")
        return left


class Exchange(Progress):
    """A request that is being sent."""

    def __init__(self, method: str, target: str, headers: Mapping[str, str], body: Body, end: float) -> None:
        super().__init__(end)
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body

    def head(self) -> h11.Request:
        """Return the beginning of the request."""
        return h11.Request(method=self.method, target=self.target, headers=[*self.headers.items()])


Failure = Literal["not_sent", "in_doubt", "mistake"]
"""What an error without a response means. A mistake is the caller's, and nothing was sent."""
