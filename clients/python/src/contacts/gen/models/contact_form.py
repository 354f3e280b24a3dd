from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.cellphone_number_country import (
    CellphoneNumberCountry,
    check_cellphone_number_country,
)
from ..models.work_phone_number_country import (
    WorkPhoneNumberCountry,
    check_work_phone_number_country,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="ContactForm")


@_attrs_define
class ContactForm:
    """A contact without an image file, as application/x-www-form-urlencoded. Text parameters hold at
    most 255 characters (FACTS F6), counted as Unicode code points.

    """

    first_name: str
    """ The contact's first name. Required. 1 to 255 characters. """
    last_name: str
    """ The contact's last name. Required. 1 to 255 characters. """
    email_address: str
    """ The contact's e-mail address. Required. At most 255 characters; one @ with something on both
    sides, no white space and no comma (FACTS D8). """
    accounts: str
    """ The ids of the partner accounts that the contact belongs to, separated by commas. Required. 1 to
    255 characters in all; an id cannot hold a comma (FACTS D4). """
    title: str | Unset = UNSET
    """ The contact's job title. At most 255 characters. """
    profile_image_url: str | Unset = UNSET
    """ Where the contact's image is on the web. At most 255 characters. Not together with
    `ProfileImageFile`. """
    work_phone_number: str | Unset = UNSET
    """ The contact's phone number at work. At most 255 characters. Needs `WorkPhoneNumberCountry`. """
    work_phone_number_country: WorkPhoneNumberCountry | Unset = UNSET
    """ An officially assigned two-letter country code of ISO 3166-1, in upper case (FACTS D5). """
    cellphone_number: str | Unset = UNSET
    """ The contact's mobile phone number. At most 255 characters. Needs `CellphoneNumberCountry`. """
    cellphone_number_country: CellphoneNumberCountry | Unset = UNSET
    """ An officially assigned two-letter country code of ISO 3166-1, in upper case (FACTS D5). """
    labels: str | Unset = UNSET
    """ Labels for the contact, separated by commas. At most 255 characters in all; a label cannot hold a
    comma (FACTS D4). """

    def to_dict(self) -> dict[str, Any]:
        first_name = self.first_name

        last_name = self.last_name

        email_address = self.email_address

        accounts = self.accounts

        title = self.title

        profile_image_url = self.profile_image_url

        work_phone_number = self.work_phone_number

        work_phone_number_country: str | Unset = UNSET
        if not isinstance(self.work_phone_number_country, Unset):
            work_phone_number_country = self.work_phone_number_country

        cellphone_number = self.cellphone_number

        cellphone_number_country: str | Unset = UNSET
        if not isinstance(self.cellphone_number_country, Unset):
            cellphone_number_country = self.cellphone_number_country

        labels = self.labels

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "FirstName": first_name,
                "LastName": last_name,
                "EmailAddress": email_address,
                "Accounts": accounts,
            }
        )
        if title is not UNSET:
            field_dict["Title"] = title
        if profile_image_url is not UNSET:
            field_dict["ProfileImageUrl"] = profile_image_url
        if work_phone_number is not UNSET:
            field_dict["WorkPhoneNumber"] = work_phone_number
        if work_phone_number_country is not UNSET:
            field_dict["WorkPhoneNumberCountry"] = work_phone_number_country
        if cellphone_number is not UNSET:
            field_dict["CellphoneNumber"] = cellphone_number
        if cellphone_number_country is not UNSET:
            field_dict["CellphoneNumberCountry"] = cellphone_number_country
        if labels is not UNSET:
            field_dict["Labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        first_name = d.pop("FirstName")

        last_name = d.pop("LastName")

        email_address = d.pop("EmailAddress")

        accounts = d.pop("Accounts")

        title = d.pop("Title", UNSET)

        profile_image_url = d.pop("ProfileImageUrl", UNSET)

        work_phone_number = d.pop("WorkPhoneNumber", UNSET)

        _work_phone_number_country = d.pop("WorkPhoneNumberCountry", UNSET)
        work_phone_number_country: WorkPhoneNumberCountry | Unset
        if isinstance(_work_phone_number_country, Unset):
            work_phone_number_country = UNSET
        else:
            work_phone_number_country = check_work_phone_number_country(_work_phone_number_country)

        cellphone_number = d.pop("CellphoneNumber", UNSET)

        _cellphone_number_country = d.pop("CellphoneNumberCountry", UNSET)
        cellphone_number_country: CellphoneNumberCountry | Unset
        if isinstance(_cellphone_number_country, Unset):
            cellphone_number_country = UNSET
        else:
            cellphone_number_country = check_cellphone_number_country(_cellphone_number_country)

        labels = d.pop("Labels", UNSET)

        contact_form = cls(
            first_name=first_name,
            last_name=last_name,
            email_address=email_address,
            accounts=accounts,
            title=title,
            profile_image_url=profile_image_url,
            work_phone_number=work_phone_number,
            work_phone_number_country=work_phone_number_country,
            cellphone_number=cellphone_number,
            cellphone_number_country=cellphone_number_country,
            labels=labels,
        )

        return contact_form
