"""Measure the client against a server at CONTACTS_BENCH_URL: one line of JSON for each measure.

CONTACTS_BENCH_FILE is the file to upload. The bare library of the ratio is httpx.AsyncClient with as many
connections, which sends the bytes that the client would send.
"""

import asyncio
import json
import os
import statistics
import time
import timeit
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs
import httpx

from contacts import AsyncClient, Client, CreateContactInput, File

URL = os.environ["CONTACTS_BENCH_URL"].rstrip("/")
CALLERS = 32
CALLS = 20  # of each caller in a round
ROUNDS = 9

CONTACT = CreateContactInput(
    first_name="Wile",
    last_name="Coyote",
    email_address="wile.coyote@example.com",
    accounts=["10000"],
    title="Acme Partner Manager",
    work_phone_number="8051234567",
    work_phone_number_country="US",
    cellphone_number="8059876543",
    cellphone_number_country="US",
    labels=["Main Contact", "Acme Partner"],
)
BODY = (
    b"FirstName=Wile&LastName=Coyote&EmailAddress=wile.coyote%40example.com&Accounts=10000"
    b"&Title=Acme+Partner+Manager&WorkPhoneNumber=8051234567&WorkPhoneNumberCountry=US"
    b"&CellphoneNumber=8059876543&CellphoneNumberCountry=US&Labels=Main+Contact%2CAcme+Partner"
)


async def create() -> dict[str, object]:
    """Create contacts with the client and with the bare library in turn, and compare the medians."""
    url = f"{URL}/Advertisers/IRsandbox/Campaigns/1000/Contacts"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with (
        AsyncClient("IRsandbox", "secret", base_url=URL) as client,
        httpx.AsyncClient(auth=("IRsandbox", "secret"), limits=unlimited) as library,
    ):

        async def ours() -> None:
            await client.create_contact(1000, CONTACT)

        async def bare() -> None:
            (await library.post(url, content=BODY, headers=headers)).raise_for_status()

        times: dict[Callable[[], Awaitable[None]], list[float]] = {ours: [], bare: []}
        for _ in range(1 + ROUNDS):
            for call, rounds in times.items():
                rounds.append(await _round(call))
    ours_us, bare_us = (statistics.median(rounds[1:]) for rounds in times.values())
    return {
        "what": "create",
        "ours_us": round(ours_us),
        "bare_us": round(bare_us),
        "ratio": round(bare_us / ours_us, 3),
    }


async def _round(call: Callable[[], Awaitable[None]]) -> float:
    """Return microseconds a call."""

    async def caller() -> None:
        for _ in range(CALLS):
            await call()

    begin = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return (time.perf_counter() - begin) * 1e6 / (CALLERS * CALLS)


async def upload() -> dict[str, object]:
    """Upload the file with each of the clients, and return what the hungrier of the two needs."""
    contact = attrs.evolve(CONTACT, profile_image_file=File.from_path(os.environ["CONTACTS_BENCH_FILE"]))
    with Client("IRsandbox", "secret", base_url=URL) as client:
        client.create_contact(1000, CONTACT)
        idle = _mark()
        client.create_contact(1000, contact)
        peaks = [_peak() - idle]
    async with AsyncClient("IRsandbox", "secret", base_url=URL) as asynchronous:
        await asynchronous.create_contact(1000, CONTACT)
        idle = _mark()
        await asynchronous.create_contact(1000, contact)
        peaks.append(_peak() - idle)
    return {"what": "upload", "peak_mib_above_idle": round(max(peaks), 1)}


def _mark() -> float:
    """Forget the peak of memory, and return what is used now, in MiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(key: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


def rules() -> dict[str, object]:
    """Check a valid contact."""
    best = min(timeit.repeat(CONTACT.validate, number=500, repeat=99))
    return {"what": "rules", "ns": round(best / 500 * 1e9)}


if __name__ == "__main__":
    for measure in (asyncio.run(create()), asyncio.run(upload()), rules()):
        print(json.dumps(measure), flush=True)  # noqa: T201
