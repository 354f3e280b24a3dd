from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.account import Account


T = TypeVar("T", bound="Contact")


@_attrs_define
class Contact:
    """A contact as the API stores it (FACTS F8)."""

    id: str
    """ The contact's id. It begins with M if the system made the contact. """
    uri: str
    """ The contact itself, as a path without a host. """
    first_name: str | Unset = UNSET
    """ The first name. """
    last_name: str | Unset = UNSET
    """ The last name. """
    email_address: str | Unset = UNSET
    """ The e-mail address. """
    title: str | Unset = UNSET
    """ The job title. """
    profile_image: str | Unset = UNSET
    """ Where the image is, as a path without a host. """
    work_phone_number_country: str | Unset = UNSET
    """ The two-letter country code of the phone number at work. """
    work_phone_number: str | Unset = UNSET
    """ The phone number at work. """
    cellphone_number_country: str | Unset = UNSET
    """ The two-letter country code of the mobile phone number. """
    cellphone_number: str | Unset = UNSET
    """ The mobile phone number. """
    editable: bool | Unset = UNSET
    """ Whether the account may change the contact; false for contacts that the system made. """
    labels: list[str] | Unset = UNSET
    """ The labels, in the order given. """
    accounts: list[Account] | Unset = UNSET
    """ The partner accounts that the contact belongs to, in the order given. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        uri = self.uri

        first_name = self.first_name

        last_name = self.last_name

        email_address = self.email_address

        title = self.title

        profile_image = self.profile_image

        work_phone_number_country = self.work_phone_number_country

        work_phone_number = self.work_phone_number

        cellphone_number_country = self.cellphone_number_country

        cellphone_number = self.cellphone_number

        editable = self.editable

        labels: list[str] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels

        accounts: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.accounts, Unset):
            accounts = []
            for accounts_item_data in self.accounts:
                accounts_item = accounts_item_data.to_dict()
                accounts.append(accounts_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "Id": id,
                "Uri": uri,
            }
        )
        if first_name is not UNSET:
            field_dict["FirstName"] = first_name
        if last_name is not UNSET:
            field_dict["LastName"] = last_name
        if email_address is not UNSET:
            field_dict["EmailAddress"] = email_address
        if title is not UNSET:
            field_dict["Title"] = title
        if profile_image is not UNSET:
            field_dict["ProfileImage"] = profile_image
        if work_phone_number_country is not UNSET:
            field_dict["WorkPhoneNumberCountry"] = work_phone_number_country
        if work_phone_number is not UNSET:
            field_dict["WorkPhoneNumber"] = work_phone_number
        if cellphone_number_country is not UNSET:
            field_dict["CellphoneNumberCountry"] = cellphone_number_country
        if cellphone_number is not UNSET:
            field_dict["CellphoneNumber"] = cellphone_number
        if editable is not UNSET:
            field_dict["Editable"] = editable
        if labels is not UNSET:
            field_dict["Labels"] = labels
        if accounts is not UNSET:
            field_dict["Accounts"] = accounts

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.account import Account

        d = dict(src_dict)
        id = d.pop("Id")

        uri = d.pop("Uri")

        first_name = d.pop("FirstName", UNSET)

        last_name = d.pop("LastName", UNSET)

        email_address = d.pop("EmailAddress", UNSET)

        title = d.pop("Title", UNSET)

        profile_image = d.pop("ProfileImage", UNSET)

        work_phone_number_country = d.pop("WorkPhoneNumberCountry", UNSET)

        work_phone_number = d.pop("WorkPhoneNumber", UNSET)

        cellphone_number_country = d.pop("CellphoneNumberCountry", UNSET)

        cellphone_number = d.pop("CellphoneNumber", UNSET)

        editable = d.pop("Editable", UNSET)

        labels = cast(list[str], d.pop("Labels", UNSET))

        _accounts = d.pop("Accounts", UNSET)
        accounts: list[Account] | Unset = UNSET
        if _accounts is not UNSET:
            accounts = []
            for accounts_item_data in _accounts:
                accounts_item = Account.from_dict(accounts_item_data)

                accounts.append(accounts_item)

        contact = cls(
            id=id,
            uri=uri,
            first_name=first_name,
            last_name=last_name,
            email_address=email_address,
            title=title,
            profile_image=profile_image,
            work_phone_number_country=work_phone_number_country,
            work_phone_number=work_phone_number,
            cellphone_number_country=cellphone_number_country,
            cellphone_number=cellphone_number,
            editable=editable,
            labels=labels,
            accounts=accounts,
        )

        contact.additional_properties = d
        return contact

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
