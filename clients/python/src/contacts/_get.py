"""To read a contact."""

import re
from typing import Any
from urllib.parse import unquote

from ._answer import Answer, read_envelope, read_object
from ._create import NEVER_CONNECTED
from ._errors import NotSentError, RefusedError, UnavailableError
from ._service import NO_SEGMENTS, Service, Steps
from ._wait import retry_after
from .gen.api.contacts import get_contact
from .gen.models import Contact

_SEGMENT = r"((?:[^/%]|%[0-9A-Fa-f]{2})+)"
_URI = re.compile(rf"/Advertisers/{_SEGMENT}/Campaigns/(-?[0-9]+)/Contacts/([A-Za-z0-9_-]+)")


def get(service: Service, uri: str) -> Steps[Contact]:
    """Read the contact at a Uri (FACTS F7)."""
    method, path = get_contact.request(*_parse(uri))
    result = yield service.request(method, path, service.timeout)
    if not isinstance(result, Answer):
        reason, cause = service.failure(result)
        if isinstance(result, NEVER_CONNECTED):
            raise NotSentError(reason) from cause
        raise UnavailableError(None, "", (), reason) from cause
    if result.status == 200 and (contact := _read_contact(result.body, uri)):
        return contact
    envelope = read_envelope(result, service.redact)
    if 400 <= result.status < 500:
        wait = retry_after(result.headers) if result.status == 429 else None
        raise RefusedError(result.status, envelope.message, envelope.errors, wait)
    raise UnavailableError(result.status, envelope.message, envelope.errors, envelope.unreadable)


def _parse(uri: str) -> tuple[str, int, str]:
    """Return AccountSID, CampaignId and ContactId."""
    match = _URI.fullmatch(uri)
    try:
        if match and len(match[2]) <= 20 and -(1 << 63) <= int(match[2]) < 1 << 63:
            account_sid = unquote(match[1], errors="strict")
            if account_sid not in NO_SEGMENTS:
                return account_sid, int(match[2]), match[3]
    except UnicodeDecodeError:
        pass
    form = "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}"
    raise ValueError(f"the Uri {uri!r} must have the form {form}")


# What each member of a contact must be, where it is not null or absent: the generated models do not look.
_ACCOUNT = {"Id": str, "Name": str}
_CONTACT = {
    "Id": str,
    "FirstName": str,
    "LastName": str,
    "EmailAddress": str,
    "Title": str,
    "ProfileImage": str,
    "WorkPhoneNumberCountry": str,
    "WorkPhoneNumber": str,
    "CellphoneNumberCountry": str,
    "CellphoneNumber": str,
    "Editable": bool,
    "Labels": [str],
    "Accounts": [_ACCOUNT],
    "Uri": str,
}


def _read_contact(body: bytes | None, uri: str) -> Contact | None:
    """Read a contact, with uri where it names none; None if it cannot be read."""
    try:
        members = _checked(read_object(body), _CONTACT)
    except ValueError:
        return None
    if not all(holder.get("Id") for holder in (members, *members.get("Accounts", ()))):
        return None
    return Contact.from_dict({**members, "Uri": members.get("Uri") or uri})


def _checked(value: Any, shape: Any) -> Any:
    """Return a value of a shape, without nulls. What the shape does not name is as it is."""
    if isinstance(shape, dict) and isinstance(value, dict):
        present = {name: member for name, member in value.items() if member is not None}
        return {name: _checked(member, shape[name]) if name in shape else member for name, member in present.items()}
    if isinstance(shape, list) and isinstance(value, list):
        return [_checked(item, shape[0]) for item in value]
    if isinstance(shape, type) and isinstance(value, shape):
        return value
    raise ValueError("the answer's contact is not what the contract promises")
