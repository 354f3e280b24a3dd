from typing import NamedTuple
from urllib.parse import quote


class Request(NamedTuple):
    """The method and the path of a request."""

    method: str
    path: str


def request(
    account_sid: str,
    campaign_id: int,
    contact_id: str,
) -> Request:
    """Retrieve a contact"""
    return Request(
        "GET",
        "/Advertisers/{account_sid}/Campaigns/{campaign_id}/Contacts/{contact_id}".format(
            account_sid=quote(str(account_sid), safe=""),
            campaign_id=quote(str(campaign_id), safe=""),
            contact_id=quote(str(contact_id), safe=""),
        ),
    )
