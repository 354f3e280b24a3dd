"""The client for asyncio."""

import asyncio
from types import TracebackType
from typing import TypeVar

import httpx

from ._answer import LONGEST, Answer
from ._contact import Contact
from ._create import Created, create
from ._get import get
from ._service import DEFAULT_BASE_URL, Pause, Service, Steps
from ._transport import AsyncTransport
from .gen.client import Client as GeneratedClient
from .gen.models import Contact as StoredContact

T = TypeVar("T")


class AsyncClient:
    """Creates contacts for one account. It may be used by several tasks of one event loop at once.

    Used as an async context manager, or by `aclose`, it closes its connections. A call that is cancelled
    after it began to send leaves it in doubt whether the contact was created.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = 60.0,
        max_retries: int = 2,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Make a client. The arguments and the errors are those of `Client`."""
        self._service = Service(account_sid, auth_token, base_url, timeout, max_retries)
        transport = transport or AsyncTransport(httpx.URL(base_url))
        generated = GeneratedClient(base_url, httpx_args={"auth": self._service.auth, "transport": transport})
        self._http = generated.get_async_httpx_client()

    def __repr__(self) -> str:
        return f"AsyncClient{self._service}"

    async def create_contact(self, campaign_id: int, contact: Contact, *, deadline: float | None = None) -> Created:
        """Do what `Client.create_contact` does. The arguments and the errors are the same."""
        return await self._run(create(self._service, campaign_id, contact, deadline))

    async def get_contact(self, uri: str) -> StoredContact:
        """Do what `Client.get_contact` does. The arguments and the errors are the same."""
        return await self._run(get(self._service, uri))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(await self._send(step))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _send(self, request: httpx.Request) -> Answer | Exception:
        try:
            response = await self._http.send(request, stream=True, follow_redirects=False)
        except Exception as error:  # whatever it is, it tells no more than that there is no answer
            return error
        try:
            body: bytes | None = await _read(response)
        except Exception:
            body = None
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, body)


async def _read(response: httpx.Response) -> bytes | None:
    """Read the whole of a body; None if it is too long."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST:
            return None
    return bytes(body)
