"""One request and its response, whoever carries them."""

import time
from collections.abc import Mapping
from typing import Literal, Protocol

import httpx

from .body import Body
from .steps import Steps


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


class Incoming(Protocol):
    """A response whose body is still to be read. It must be closed."""

    @property
    def status(self) -> int:
        """The status of HTTP."""

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""

    def read(self) -> Steps[bytes]:
        """Receive a part of the body; nothing at its end."""

    def close(self) -> Steps[None]:
        """End the exchange."""


Fate = Literal["not_sent", "in_doubt", "mistake"]


class Transport(Protocol):
    """Carries requests and responses."""

    def send(self, exchange: Exchange) -> Steps[Incoming]:
        """Send a request, and receive the header of its response."""

    def fate(self, error: Exception, exchange: Exchange) -> Fate:
        """Tell what an error without a response means: a mistake is the caller's, and nothing was sent."""

    def close(self) -> Steps[None]:
        """Close what is open."""
