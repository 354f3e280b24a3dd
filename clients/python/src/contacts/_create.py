"""To create a contact: what is sent, what the answer means, and when it is sent again."""

import logging
import random
import time
from contextlib import closing

import attrs
import httpx

from ._answer import Answer, id_of, read_envelope
from ._contact import Contact, check
from ._encoding import Encoding, form, multipart
from ._errors import ContactsError, InDoubtError, NotSentError, QueuedError, RefusedError
from ._service import Pause, Service, Steps
from ._wait import retry_after
from .gen.api.contacts import create_contact

_logger = logging.getLogger("contacts")

_LONGEST_WAIT = 30.0
"""A longer one is for the caller to decide about."""


@attrs.frozen
class Created:
    """A contact that was created."""

    uri: str
    """The contact, as a path without a host (FACTS F2). `Client.get_contact` takes it."""
    id: str
    """The last segment of `uri`."""


def create(service: Service, campaign_id: int, contact: Contact, deadline: float | None) -> Steps[Created]:
    """Check a contact and create it, in at most deadline seconds."""
    end = None if deadline is None else time.monotonic() + deadline
    fields, part = check(contact)
    encoding = form(fields) if part is None else multipart(fields, part)
    attempt = 0
    while True:
        attempt += 1
        begin = time.monotonic()
        try:
            created = yield from _attempt(service, campaign_id, encoding, end)
        except ContactsError as error:
            _log(error.outcome, getattr(error, "status", None), begin, attempt)
            pause = _pause(error, attempt)
            if pause is None or attempt > service.max_retries or (end is not None and time.monotonic() + pause > end):
                raise
        else:
            _log("created", None, begin, attempt)
            return created
        yield Pause(pause)


def _attempt(service: Service, campaign_id: int, encoding: Encoding, end: float | None) -> Steps[Created]:
    # An upload has one second more for each 128 KiB.
    timeout = service.timeout + encoding.length / (1 << 17)
    if end is not None:
        timeout = min(timeout, end - time.monotonic())
    if timeout <= 0:
        raise NotSentError("the deadline has passed")
    method, path = create_contact.request(service.account_sid, campaign_id)
    headers = {"Content-Type": encoding.content_type, "Content-Length": str(encoding.length)}
    try:
        stream = encoding.open()
    except OSError as error:
        raise NotSentError("the image file cannot be opened") from error
    with closing(stream):
        result = yield service.request(method, path, timeout, headers=headers, stream=stream)
    if isinstance(result, Answer):
        return _judge(service, result)
    reason, cause = service.failure(result)
    if isinstance(result, NEVER_CONNECTED):
        raise NotSentError(reason) from cause
    raise InDoubtError(None, "", (), reason) from cause


NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""What httpx raises while there is no connection to send a request on. Whatever else it raises, part of the
request may have been written."""


def _judge(service: Service, answer: Answer) -> Created:
    status = answer.status
    envelope = read_envelope(answer, service.redact)
    success = 200 <= status < 300
    if success and envelope.status == "OK" and (contact_id := id_of(envelope.uri)):
        return Created(envelope.uri, contact_id)
    if success and envelope.status == "QUEUED":
        raise QueuedError(service.redact(envelope.queued_uri))
    # 402 does not say that the server did nothing (FACTS D9), and 408 may come from a gateway that has passed
    # the request on.
    if (success and envelope.status == "ERROR") or (400 <= status < 500 and status not in (402, 408)):
        wait = retry_after(answer.headers) if status == 429 else None
        raise RefusedError(status, envelope.message, envelope.errors, wait)
    raise InDoubtError(status, envelope.message, envelope.errors, envelope.unreadable)


def _pause(error: ContactsError, attempt: int) -> float | None:
    """Return how long to wait before the next attempt; None: there must not be one."""
    if isinstance(error, NotSentError):
        return min(0.25 * 2.0 ** (attempt - 1), _LONGEST_WAIT) * random.uniform(0.5, 1.5)
    if isinstance(error, RefusedError) and error.retry_after is not None and error.retry_after <= _LONGEST_WAIT:
        # A little later than asked, so that many callers do not come back at once.
        return error.retry_after * random.uniform(1.0, 1.1)
    return None


def _log(outcome: str, status: int | None, begin: float, attempt: int) -> None:
    """Log an attempt: no header, body or identifier."""
    _logger.debug(
        "POST /Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts: %s, status %s, %.3f s, attempt %d",
        outcome,
        status,
        time.monotonic() - begin,
        attempt,
    )
