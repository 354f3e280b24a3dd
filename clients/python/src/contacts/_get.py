"""To read a contact."""

import re
from types import UnionType
from typing import Any, get_args, get_origin
from urllib.parse import unquote

import attrs

from ._answer import Answer, read_envelope, read_object
from ._create import NEVER_CONNECTED
from ._errors import NotSentError, RefusedError, UnavailableError
from ._service import Service, Steps
from ._wait import retry_after
from .gen import models
from .gen.api.contacts import get_contact
from .gen.models import Contact

_URI = re.compile(r"/Advertisers/([^/]+)/Campaigns/(-?[0-9]{1,19})/Contacts/([A-Za-z0-9_-]+)")


def get(service: Service, uri: str) -> Steps[Contact]:
    """Read the contact at a Uri (FACTS F7)."""
    match = _URI.fullmatch(uri)
    if match is None:
        form = "/Advertisers/{AccountSID}/Campaigns/{CampaignId}/Contacts/{ContactId}"
        raise ValueError(f"the Uri {uri!r} must have the form {form}")
    method, path = get_contact.request(unquote(match[1]), int(match[2]), match[3])
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


def _read_contact(body: bytes | None, uri: str) -> Contact | None:
    """Read a contact, with uri where it names none; None if it cannot be read."""
    try:
        members = {"Uri": uri, **_without_nulls(read_object(body))}
        contact = Contact.from_dict(members)
    except (AttributeError, ValueError, TypeError, KeyError):
        return None
    return contact if contact.id and _fits(contact, Contact) else None


def _fits(value: Any, annotation: Any) -> bool:
    """Tell whether a value has the type that the generated models, which do not look, say it has."""
    if isinstance(annotation, UnionType):
        return any(_fits(value, option) for option in get_args(annotation))
    if get_origin(annotation) is list:
        return isinstance(value, list) and all(_fits(item, get_args(annotation)[0]) for item in value)
    if not isinstance(value, annotation):
        return False
    if not attrs.has(annotation):
        return True
    fields = attrs.fields(attrs.resolve_types(annotation, localns=vars(models)))
    return all(_fits(getattr(value, field.name), field.type) for field in fields if field.init)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(member) for key, member in value.items() if member is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value
