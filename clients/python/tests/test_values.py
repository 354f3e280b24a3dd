"""Inputs are values, and data from outside is a violation where it is wrong, never a TypeError."""

import enum
import json
from decimal import Decimal
from typing import Any

import attrs
import pytest
from conftest import DRAFT, WILE, Caller, response

from contacts import (
    OPERATIONS,
    Contact,
    CreateContactInput,
    File,
    InvalidError,
    ListContactsInput,
    UpdateContactInput,
    validate_draft,
)
from contacts._runtime.reading import UnreadableError, _whole, read_object


def rules(parameters: CreateContactInput) -> list[tuple[str, str]]:
    return [(violation.field, violation.rule) for violation in parameters.validate()]


def test_inputs_are_values() -> None:
    assert attrs.evolve(WILE, title="x") == attrs.evolve(WILE, title="x") != WILE
    assert len({WILE, attrs.evolve(WILE)}) == 1
    assert "Coyote" in repr(WILE)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        WILE.title = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        CreateContactInput("Wile")  # type: ignore[call-arg]


def test_a_list_may_be_any_iterable_and_is_kept() -> None:
    items: Any = (account for account in ["1", "2"])
    contact = attrs.evolve(WILE, accounts=items)
    assert (contact.accounts, contact.accounts) == (("1", "2"), ("1", "2"))
    assert attrs.evolve(WILE, accounts=["1"]) == attrs.evolve(WILE, accounts=("1",))


@pytest.mark.parametrize(
    "value", [b"Wile", 5, True, 1.5, ["Wile"], ("Wile",), {}, object(), Decimal(1), File.from_bytes(b"x")]
)
def test_what_is_no_text_is_a_violation(value: Any) -> None:
    assert rules(attrs.evolve(WILE, first_name=value, title=value)) == [("FirstName", "type"), ("Title", "type")]


@pytest.mark.parametrize(
    "value", ["10000", b"10000", 5, True, {}, {"a": 1}, ["1", 2], [None], [["1"]], [b"1"], object()]
)
def test_what_is_no_list_of_texts_is_a_violation(value: Any) -> None:
    assert rules(attrs.evolve(WILE, accounts=value)) == [("Accounts", "type")]
    assert [(v.field, v.rule) for v in validate_draft("createContact", {**DRAFT, "Accounts": value})] == [
        ("Accounts", "type")
    ]


@pytest.mark.parametrize("value", ["a.png", b"x", 5, True, [], {}, {"Path": "a.png"}, open])
def test_what_is_no_file_is_a_violation(value: Any) -> None:
    assert rules(attrs.evolve(WILE, profile_image_file=value)) == [("ProfileImageFile", "type")]


@pytest.mark.parametrize("value", ["1", b"1", True, 1.5, 2**63, -(2**63) - 1, float("nan"), float("inf"), [1]])
def test_what_is_no_whole_number_is_a_violation(value: Any) -> None:
    violations = ListContactsInput(page=value).validate()
    assert [(v.field, v.rule) for v in violations] == [("Page", "type")]


def test_a_number_without_a_fraction_is_whole(caller: Caller, serve: Any) -> None:
    server = serve(lambda _: response(b'{"Contacts":[]}'))
    five: Any = 5.0
    caller.client(server.url).list_contacts_page(1000, ListContactsInput(page=five, page_size=20000))
    assert b"?Page=5&PageSize=20000 " in server.requests[0]


class Title(str, enum.Enum):
    """An enum of texts."""

    BOSS = "Boss"


def test_a_text_of_a_subclass_is_sent_as_its_text(caller: Caller, serve: Any) -> None:
    server = serve()
    caller.client(server.url).create(attrs.evolve(WILE, title=Title.BOSS, labels=[Title.BOSS]))
    assert server.requests[0].endswith(b"&Title=Boss&Labels=Boss")


def test_surrogates_have_no_form_in_utf8() -> None:
    assert rules(attrs.evolve(WILE, first_name="\ud800", title="a\udfffb", labels=["\udc00"])) == [
        ("FirstName", "format"),
        ("Title", "format"),
        ("Labels", "format"),
    ]


def test_a_line_feed_at_the_end_is_part_of_the_text() -> None:
    country: Any = "US\n"
    assert rules(attrs.evolve(WILE, email_address="a@b\n", cellphone_number_country=country)) == [
        ("EmailAddress", "format"),
        ("CellphoneNumberCountry", "one_of"),
    ]


def test_a_draft_speaks_the_names_of_the_api() -> None:
    assert CreateContactInput.from_draft(DRAFT) == WILE
    assert CreateContactInput.from_draft(json.loads(json.dumps({**DRAFT, "Title": None}))) == WILE
    with pytest.raises(InvalidError) as caught:
        CreateContactInput.from_draft({"first_name": "Wile", "LastName": 5, "Accounts": "1", "Title": "x" * 256})
    assert [(v.field, v.rule) for v in caught.value.violations] == [
        ("FirstName", "required"),
        ("LastName", "type"),
        ("EmailAddress", "required"),
        ("Accounts", "type"),
        ("Title", "too_long"),
        ("first_name", "unknown"),
    ]
    missing = CreateContactInput.from_draft({"Title": "x"})
    assert [v.rule for v in missing.validate()] == ["required"] * 4
    assert UpdateContactInput.from_draft({}).validate()[0].field == ""


def test_an_operation_is_called_by_its_name(caller: Caller, serve: Any) -> None:
    server = serve(lambda head: response(b'{"Id":"1"}') if head.startswith(b"GET") else response())
    calls = caller.client(server.url)
    assert calls.call("createContact", {"CampaignId": "9223372036854775807"}, DRAFT).contact_id == "2750"
    assert isinstance(calls.call("getContact", {"CampaignId": 1, "ContactId": "1"}), Contact)
    assert server.requests[0].startswith(b"POST /Advertisers/IRtest/Campaigns/9223372036854775807/Contacts ")
    with pytest.raises(InvalidError) as caught:
        calls.call("createContact", {"CampaignId": "x"}, {**DRAFT, "Titel": 1, "Title": 1})
    assert [(v.field, v.rule) for v in caught.value.violations] == [
        ("CampaignId", "type"),
        ("Title", "type"),
        ("Titel", "unknown"),
    ]
    with pytest.raises(InvalidError) as caught:
        calls.call("createContact", {"CampaignId": 1}, {"Title": 1}, rules="off")
    assert [(v.field, v.rule) for v in caught.value.violations] == [("Title", "type")]


def test_every_operation_has_a_documented_method_in_both_clients(caller: Caller) -> None:
    for operation in OPERATIONS.values():
        doc = getattr(caller.kind, operation.method).__doc__
        for section in ("Args:", "Raises:"):
            assert section in doc


def test_unknown_members_and_numbers_are_as_they_came() -> None:
    text = b'{"big":9007199254740993,"whole":5,"fraction":0.1,"exponent":1e2}'
    assert json.dumps(read_object(text)) == '{"big": 9007199254740993, "whole": 5, "fraction": 0.1, "exponent": 100.0}'


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("5", 5),
        ("5.0", 5),
        ("5e0", 5),
        ("9007199254740993.0", 9007199254740993),
        ("9223372036854775807", 2**63 - 1),
        ('"-9223372036854775808"', -(2**63)),
        ("9223372036854775808", None),
        ("5.5", None),
        ("1e30", None),
        ("1e9999999999999999999", None),
        ("1e-9999999999999999999", None),
        ('"5.0"', None),
        ("true", None),
        ('"+5"', None),
    ],
)
def test_a_whole_number_of_a_response_is_exact(text: str, whole: int | None) -> None:
    value = read_object(f'{{"n":{text}}}'.encode())["n"]
    if whole is not None:
        assert _whole(value, "n") == whole
        return
    with pytest.raises(UnreadableError):
        _whole(value, "n")
