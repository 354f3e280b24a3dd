"""What the vectors cannot say, or only in JSON: values that only Python can hold."""

import os
from pathlib import Path

import pytest
from conftest import valid

from contacts import Contact, ImageFile, InvalidError
from contacts.gen.rules import COUNTRY_CODES


def rules(contact: Contact) -> list[tuple[str, str]]:
    with pytest.raises(InvalidError) as caught:
        contact.validate()
    return [(violation.field, violation.rule) for violation in caught.value.violations]


def test_a_valid_contact_breaks_no_rule() -> None:
    valid().validate()
    valid(title="😀" * 255, labels=["ü"]).validate()


def test_surrogates_have_no_form_in_utf8() -> None:
    assert rules(valid(first_name="\ud800", title="a\udfffb")) == [("FirstName", "format"), ("Title", "format")]
    assert rules(valid(work_phone_number="1", work_phone_number_country="\ud83d")) == [
        ("WorkPhoneNumberCountry", "one_of")
    ]
    assert rules(valid(accounts=["\udc00"])) == [("Accounts", "format")]


def test_a_line_feed_at_the_end_is_part_of_the_text() -> None:
    assert rules(valid(email_address="a@b\n")) == [("EmailAddress", "format")]
    assert rules(valid(cellphone_number="1", cellphone_number_country="US\n")) == [("CellphoneNumberCountry", "one_of")]


def test_the_country_codes_are_those_of_the_contract() -> None:
    assert {"US", "NO", "ZW"} <= COUNTRY_CODES
    assert not {"us", "UK", "XX", "USA"} & COUNTRY_CODES


def test_text_is_no_list() -> None:
    with pytest.raises(TypeError, match="split into its characters"):
        valid(accounts="10000")
    with pytest.raises(TypeError, match="split into its characters"):
        valid(labels="Main Contact")


def test_a_list_may_be_any_iterable_and_is_kept() -> None:
    accounts = ["1", "2"]
    contact = valid(accounts=(account for account in accounts))
    assert contact.accounts == ("1", "2")
    assert contact.accounts == ("1", "2")


@pytest.mark.parametrize("path", ["", "no/such/file", "a\0b", "\ud800", "."])
def test_a_path_that_names_no_file(path: str) -> None:
    contact = valid(profile_image_file=ImageFile(path))
    assert rules(contact) == [("ProfileImageFile", "needs_file")]
    with pytest.raises(InvalidError) as caught:
        contact.validate()
    assert isinstance(caught.value.__cause__, (OSError, ValueError))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert rules(valid(profile_image_file=ImageFile(tmp_path / "pipe"))) == [("ProfileImageFile", "needs_file")]


def test_an_unreadable_file_does_not_hide_what_else_is_wrong() -> None:
    contact = valid(last_name="", profile_image_url="https://example.com/x.png", profile_image_file=ImageFile("no"))
    assert rules(contact) == [
        ("LastName", "required"),
        ("ProfileImageUrl", "exclusive"),
        ("ProfileImageFile", "needs_file"),
    ]
