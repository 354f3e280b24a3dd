"""What a call waits for. A call is a generator of such steps; the two clients differ in how they take them."""

import select
import socket
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, TypeVar

import anyio
import anyio.to_thread
import attrs

T = TypeVar("T")


class Step(Protocol):
    """Something to wait for, in a thread or in a task."""

    def wait(self) -> Any:
        """Wait in a thread."""

    async def wait_in_task(self) -> Any:
        """Wait in a task of asyncio or trio."""


Steps = Generator[Step, Any, T]
"""A call: it yields steps, is sent what came of each, and returns its result."""


def run(steps: Steps[T]) -> T:
    """Take all steps in a thread."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            # Not in the handler: what the steps raise instead must not have this error as its context.
            step = steps.throw(error) if error else steps.send(value)
            try:
                value, error = step.wait(), None
            except BaseException as raised:
                error = raised
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        error = None  # it refers to this frame


async def run_in_task(steps: Steps[T]) -> T:
    """Take all steps in a task."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            step = steps.throw(error) if error else steps.send(value)
            try:
                value, error = await step.wait_in_task(), None
            except BaseException as raised:
                error = raised
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    finally:
        error = None


@attrs.frozen
class Sleep:
    """Let time pass."""

    seconds: float

    def wait(self) -> None:
        """Wait in a thread."""
        time.sleep(self.seconds)

    async def wait_in_task(self) -> None:
        """Wait in a task."""
        await anyio.sleep(self.seconds)


@attrs.frozen
class Call:
    """Call a function that may block."""

    function: Callable[[], Any]

    def wait(self) -> Any:
        """Wait in a thread."""
        return self.function()

    async def wait_in_task(self) -> Any:
        """Wait in a task."""
        return await anyio.to_thread.run_sync(self.function)


@attrs.frozen
class Resolve:
    """Find the addresses of a host."""

    host: str
    port: int
    seconds: float
    """The limit of a task. That of a thread is the system's own."""

    def wait(self) -> Any:
        """Wait in a thread."""
        return socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)

    async def wait_in_task(self) -> Any:
        """Wait in a task."""
        with anyio.move_on_after(self.seconds):
            return await anyio.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        raise TimeoutError(f"no address of {self.host} was found in time")


READ, WRITE = 1, 2


@attrs.frozen
class Ready:
    """Wait until a socket is ready for one of these, READ or WRITE, and tell for which. Raises TimeoutError."""

    socket: socket.socket
    wanted: int
    seconds: float

    def wait(self) -> int:
        """Wait in a thread."""
        return self._in_time(poll(self.socket, self.wanted, self.seconds))

    async def wait_in_task(self) -> int:
        """Wait in a task."""
        ready = 0

        async def until(what: int, function: Callable[[socket.socket], Awaitable[None]]) -> None:
            nonlocal ready
            await function(self.socket)
            ready |= what
            scope.cancel()

        with anyio.move_on_after(self.seconds) as scope:
            if self.wanted == READ:
                await anyio.wait_readable(self.socket)
                return READ
            if self.wanted == WRITE:
                await anyio.wait_writable(self.socket)
                return WRITE
            async with anyio.create_task_group() as group:
                group.start_soon(until, READ, anyio.wait_readable)
                group.start_soon(until, WRITE, anyio.wait_writable)
        return self._in_time(ready)

    def _in_time(self, ready: int) -> int:
        if not ready:
            raise TimeoutError("timed out")
        return ready


def poll(sock: socket.socket, wanted: int, seconds: float) -> int:
    """Return what a socket is ready for in time."""
    if not hasattr(select, "poll"):  # Windows
        readers, writers = [sock] if wanted & READ else [], [sock] if wanted & WRITE else []
        found = select.select(readers, writers, writers, seconds)
        return (READ if found[0] else 0) | (WRITE if found[1] or found[2] else 0)
    poller = select.poll()
    poller.register(sock, (select.POLLIN if wanted & READ else 0) | (select.POLLOUT if wanted & WRITE else 0))
    events = poller.poll(seconds * 1000)
    event = events[0][1] if events else 0
    ready = (READ if event & select.POLLIN else 0) | (WRITE if event & select.POLLOUT else 0)
    return ready or (wanted if event else 0)  # an error shows when it is used
