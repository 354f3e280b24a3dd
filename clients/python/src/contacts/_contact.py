"""A contact, and the check of its rules."""

from collections.abc import Iterable
from typing import Literal

import attrs

from ._errors import InvalidError
from ._image import FilePart, ImageFile, inspect, is_part_name
from .gen.models import ContactForm, ContactUpload
from .gen.rules import (
    CONTACT_UPLOAD_FIELDS,
    CountryCode,
    Violation,
    contact_form_fields,
    contact_form_violations,
    contact_upload_fields,
    contact_upload_violations,
    file_name,
    list_item,
    needs_file,
)


def _items(items: Iterable[str]) -> tuple[str, ...]:
    if isinstance(items, str):
        raise TypeError("accounts and labels are lists of text; text alone would be split into its characters")
    return tuple(items)


@attrs.frozen(kw_only=True)
class Contact:
    """What `Client.create_contact` sends: the parameters of the API's page, in its order.

    An empty one counts as absent (FACTS D1). Text has at most 255 Unicode code points (FACTS F6); a list
    has as many in all, with the commas that join it.
    """

    first_name: str
    """Required."""
    last_name: str
    """Required."""
    email_address: str
    """Required: one @ with something on both sides, no white space and no comma (FACTS D8)."""
    accounts: tuple[str, ...] = attrs.field(converter=_items)
    """Required: the ids of the partner accounts that the contact belongs to. An id holds no comma, and
    neither begins nor ends with white space (FACTS D4)."""
    title: str = ""
    """The job title."""
    profile_image_url: str = ""
    """Where the contact's image is on the web; not together with `profile_image_file`."""
    profile_image_file: ImageFile | None = None
    """An image to upload; not together with `profile_image_url`."""
    work_phone_number: str = ""
    """Needs `work_phone_number_country`."""
    work_phone_number_country: CountryCode | Literal[""] = ""
    """An officially assigned ISO 3166-1 alpha-2 code in upper case (FACTS D5)."""
    cellphone_number: str = ""
    """Needs `cellphone_number_country`."""
    cellphone_number_country: CountryCode | Literal[""] = ""
    """An officially assigned ISO 3166-1 alpha-2 code in upper case (FACTS D5)."""
    labels: tuple[str, ...] = attrs.field(default=(), converter=_items)
    """Labels, bound by the same rules as `accounts`, but there may be none."""

    def validate(self) -> None:
        """Check the contact without sending it. To do so, the beginning of its image file is read.

        Raises InvalidError with all violations.
        """
        check(self)


def check(contact: Contact) -> tuple[list[tuple[str, str]], FilePart | None]:
    """Return the names and values to send, in the contract's order, and the file to send after them.

    Raises InvalidError with all violations.
    """
    accounts, labels = ",".join(contact.accounts), ",".join(contact.labels)
    image = contact.profile_image_file
    if image is None:
        form = ContactForm(
            first_name=contact.first_name,
            last_name=contact.last_name,
            email_address=contact.email_address,
            accounts=accounts,
            title=contact.title,
            profile_image_url=contact.profile_image_url,
            work_phone_number=contact.work_phone_number,
            work_phone_number_country=contact.work_phone_number_country,  # type: ignore[arg-type]  # may be ""
            cellphone_number=contact.cellphone_number,
            cellphone_number_country=contact.cellphone_number_country,  # type: ignore[arg-type]
            labels=labels,
        )
        _report(contact_form_violations(form), _bad_lists(contact), None)
        return contact_form_fields(form), None

    own, part, cause = _bad_lists(contact), None, None
    if image.name and not is_part_name(image.name):
        own.append(file_name("ProfileImageFile"))
    else:
        try:
            part = inspect(image)
        except (OSError, ValueError) as error:
            own.append(needs_file("ProfileImageFile"))
            cause = error
    upload = ContactUpload(
        first_name=contact.first_name,
        last_name=contact.last_name,
        email_address=contact.email_address,
        accounts=accounts,
        title=contact.title,
        profile_image_url=contact.profile_image_url,
        profile_image_file=part.name if part else image.name or "profile-image",
        work_phone_number=contact.work_phone_number,
        work_phone_number_country=contact.work_phone_number_country,  # type: ignore[arg-type]
        cellphone_number=contact.cellphone_number,
        cellphone_number_country=contact.cellphone_number_country,  # type: ignore[arg-type]
        labels=labels,
    )
    _report(contact_upload_violations(upload), own, cause)
    return contact_upload_fields(upload), part


_WHITE_SPACE = "\t\n\v\f\r "


def _bad_lists(contact: Contact) -> list[Violation]:
    """Find the lists with an item that cannot stand in a list that commas separate (FACTS D4)."""
    lists = (("Accounts", contact.accounts), ("Labels", contact.labels))
    return [list_item(field) for field, items in lists if any(map(_is_bad_item, items))]


def _is_bad_item(item: str) -> bool:
    return not item or "," in item or item.strip(_WHITE_SPACE) != item


def _report(contracts: list[Violation], own: list[Violation], cause: Exception | None) -> None:
    """Raise what was found: in the contract's order of fields, one for each field, the contract's first."""
    if contracts or own:
        first = {violation.field: violation for violation in reversed(contracts + own)}
        violations = sorted(first.values(), key=lambda violation: CONTACT_UPLOAD_FIELDS.index(violation.field))
        raise InvalidError(violations) from cause
