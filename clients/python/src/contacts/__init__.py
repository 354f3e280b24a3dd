"""The client of the Contacts API: it creates a contact, and says what is known after.

`Client` and `AsyncClient` check a contact by the contract's rules before they send it, choose its
encoding, and raise a `ContactsError` for every outcome but a created contact.
"""

from ._async_client import AsyncClient
from ._client import Client
from ._contact import Contact
from ._create import Created
from ._errors import (
    ContactsError,
    FieldError,
    InDoubtError,
    InvalidError,
    NotSentError,
    Outcome,
    QueuedError,
    RefusedError,
    UnavailableError,
)
from ._image import ImageFile
from ._service import DEFAULT_BASE_URL
from .gen.models import Contact as StoredContact
from .gen.rules import CountryCode, Rule, Violation

__all__ = [
    "DEFAULT_BASE_URL",
    "AsyncClient",
    "Client",
    "Contact",
    "ContactsError",
    "CountryCode",
    "Created",
    "FieldError",
    "ImageFile",
    "InDoubtError",
    "InvalidError",
    "NotSentError",
    "Outcome",
    "QueuedError",
    "RefusedError",
    "Rule",
    "StoredContact",
    "UnavailableError",
    "Violation",
]
