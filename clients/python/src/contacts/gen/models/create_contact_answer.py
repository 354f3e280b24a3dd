from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.field_error import FieldError


T = TypeVar("T", bound="CreateContactAnswer")


@_attrs_define
class CreateContactAnswer:
    """How a create ended."""

    status: str
    """ OK (created), QUEUED (to be done later) or ERROR (refused). """
    uri: str | Unset = UNSET
    """ The new contact, as a path without a host. Its last segment is the contact's id (FACTS F2). """
    queued_uri: str | Unset = UNSET
    """ With QUEUED, where to ask how the work stands. """
    message: str | Unset = UNSET
    """ With ERROR, what is wrong, in one sentence. """
    errors: list[FieldError] | Unset = UNSET
    """ With ERROR, what is wrong with each parameter. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        uri = self.uri

        queued_uri = self.queued_uri

        message = self.message

        errors: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = []
            for errors_item_data in self.errors:
                errors_item = errors_item_data.to_dict()
                errors.append(errors_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "Status": status,
            }
        )
        if uri is not UNSET:
            field_dict["Uri"] = uri
        if queued_uri is not UNSET:
            field_dict["QueuedUri"] = queued_uri
        if message is not UNSET:
            field_dict["Message"] = message
        if errors is not UNSET:
            field_dict["Errors"] = errors

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.field_error import FieldError

        d = dict(src_dict)
        status = d.pop("Status")

        uri = d.pop("Uri", UNSET)

        queued_uri = d.pop("QueuedUri", UNSET)

        message = d.pop("Message", UNSET)

        _errors = d.pop("Errors", UNSET)
        errors: list[FieldError] | Unset = UNSET
        if _errors is not UNSET:
            errors = []
            for errors_item_data in _errors:
                errors_item = FieldError.from_dict(errors_item_data)

                errors.append(errors_item)

        create_contact_answer = cls(
            status=status,
            uri=uri,
            queued_uri=queued_uri,
            message=message,
            errors=errors,
        )

        create_contact_answer.additional_properties = d
        return create_contact_answer

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
