from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..models.cellphone_number_country import (
    CellphoneNumberCountry,
    check_cellphone_number_country,
)
from ..models.work_phone_number_country import (
    WorkPhoneNumberCountry,
    check_work_phone_number_country,
)
from ..types import UNSET, File, Unset

T = TypeVar("T", bound="ContactUpload")


@_attrs_define
class ContactUpload:
    """A contact with an image file, as multipart/form-data. Beside the parameters named here the body
    holds one part more, the image, under the name that `ProfileImageFile` holds.

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
    profile_image_file: str | Unset = UNSET
    """ The name of the part of this body that holds the contact's image. At most 255 characters. Only in
    multipart/form-data, and not together with `ProfileImageUrl`. """
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
    additional_properties: dict[str, File] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        first_name = self.first_name

        last_name = self.last_name

        email_address = self.email_address

        accounts = self.accounts

        title = self.title

        profile_image_url = self.profile_image_url

        profile_image_file = self.profile_image_file

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
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop.to_tuple()

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
        if profile_image_file is not UNSET:
            field_dict["ProfileImageFile"] = profile_image_file
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

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("FirstName", (None, str(self.first_name).encode(), "text/plain")))

        files.append(("LastName", (None, str(self.last_name).encode(), "text/plain")))

        files.append(("EmailAddress", (None, str(self.email_address).encode(), "text/plain")))

        files.append(("Accounts", (None, str(self.accounts).encode(), "text/plain")))

        if not isinstance(self.title, Unset):
            files.append(("Title", (None, str(self.title).encode(), "text/plain")))

        if not isinstance(self.profile_image_url, Unset):
            files.append(("ProfileImageUrl", (None, str(self.profile_image_url).encode(), "text/plain")))

        if not isinstance(self.profile_image_file, Unset):
            files.append(("ProfileImageFile", (None, str(self.profile_image_file).encode(), "text/plain")))

        if not isinstance(self.work_phone_number, Unset):
            files.append(("WorkPhoneNumber", (None, str(self.work_phone_number).encode(), "text/plain")))

        if not isinstance(self.work_phone_number_country, Unset):
            files.append(("WorkPhoneNumberCountry", (None, str(self.work_phone_number_country).encode(), "text/plain")))

        if not isinstance(self.cellphone_number, Unset):
            files.append(("CellphoneNumber", (None, str(self.cellphone_number).encode(), "text/plain")))

        if not isinstance(self.cellphone_number_country, Unset):
            files.append(("CellphoneNumberCountry", (None, str(self.cellphone_number_country).encode(), "text/plain")))

        if not isinstance(self.labels, Unset):
            files.append(("Labels", (None, str(self.labels).encode(), "text/plain")))

        for prop_name, prop in self.additional_properties.items():
            files.append((prop_name, prop.to_tuple()))

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        first_name = d.pop("FirstName")

        last_name = d.pop("LastName")

        email_address = d.pop("EmailAddress")

        accounts = d.pop("Accounts")

        title = d.pop("Title", UNSET)

        profile_image_url = d.pop("ProfileImageUrl", UNSET)

        profile_image_file = d.pop("ProfileImageFile", UNSET)

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

        contact_upload = cls(
            first_name=first_name,
            last_name=last_name,
            email_address=email_address,
            accounts=accounts,
            title=title,
            profile_image_url=profile_image_url,
            profile_image_file=profile_image_file,
            work_phone_number=work_phone_number,
            work_phone_number_country=work_phone_number_country,
            cellphone_number=cellphone_number,
            cellphone_number_country=cellphone_number_country,
            labels=labels,
        )

        additional_properties = {}
        for prop_name, prop_dict in d.items():
            additional_property = File(payload=BytesIO(prop_dict))

            additional_properties[prop_name] = additional_property

        contact_upload.additional_properties = additional_properties
        return contact_upload

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> File:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: File) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
