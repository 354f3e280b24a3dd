"""The client for threads."""

import time
from types import TracebackType
from typing import TypeVar

import httpx

from ._answer import LONGEST, Answer
from ._contact import Contact
from ._create import Created, create
from ._get import get
from ._service import DEFAULT_BASE_URL, Pause, Service, Steps
from ._transport import Transport
from .gen.client import Client as GeneratedClient
from .gen.models import Contact as StoredContact

T = TypeVar("T")


class Client:
    """Creates contacts for one account. It may be used by several threads at once.

    Used as a context manager, or by `close`, it closes its connections.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = 60.0,
        max_retries: int = 2,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Make a client. Raises ValueError, naming the argument, if one cannot be used.

        Args:
            account_sid: The AccountSID of the account's settings (FACTS F1).
            auth_token: The AuthToken of the account's settings. It is never printed.
            base_url: Another server; a path in it is kept. It must be https, unless the host is a loopback
                address, and hold no user, query or fragment.
            timeout: How many seconds one attempt may take, to the end of the answer. An upload has one
                more for each 128 KiB.
            max_retries: How often a request is sent again that was not sent, or that was refused with 429
                and a wait of at most 30 s. What is in doubt is never sent again.
            transport: What sends the requests, in place of our own (HTTP/1.1, through the environment's
                proxy). To it, the timeout is the limit of each read and each write.
        """
        self._service = Service(account_sid, auth_token, base_url, timeout, max_retries)
        transport = transport or Transport(httpx.URL(base_url))
        generated = GeneratedClient(base_url, httpx_args={"auth": self._service.auth, "transport": transport})
        self._http = generated.get_httpx_client()

    def __repr__(self) -> str:
        return f"Client{self._service}"

    def create_contact(self, campaign_id: int, contact: Contact, *, deadline: float | None = None) -> Created:
        """Check a contact, and create it if it breaks no rule. It returns only if the contact was created.

        Args:
            campaign_id: The campaign's number.
            contact: What to create.
            deadline: How many seconds the whole call may take, with all its attempts.

        Raises:
            InvalidError: It breaks rules, and nothing was sent.
            NotSentError: There was no connection.
            RefusedError: The server said no.
            QueuedError: The server will create it later.
            InDoubtError: Nobody knows. Look for the contact before you send it again.
        """
        return self._run(create(self._service, campaign_id, contact, deadline))

    def get_contact(self, uri: str) -> StoredContact:
        """Read the contact at a Uri, as a create returned it.

        Args:
            uri: /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId} (FACTS F7).

        Raises:
            RefusedError: The server said no; its status is 404 if there is no such contact.
            NotSentError: There was no connection.
            UnavailableError: There was no usable answer.
            ValueError: The Uri is not one.
        """
        return self._run(get(self._service, uri))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(self._send(step))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _send(self, request: httpx.Request) -> Answer | Exception:
        try:
            response = self._http.send(request, stream=True, follow_redirects=False)
        except Exception as error:  # whatever it is, it tells no more than that there is no answer
            return error
        try:
            body: bytes | None = _read(response)
        except Exception:
            body = None
        finally:
            response.close()
        return Answer(response.status_code, response.headers, body)


def _read(response: httpx.Response) -> bytes | None:
    """Read the whole of a body; None if it is too long."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LONGEST:
            return None
    return bytes(body)
