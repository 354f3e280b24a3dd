"""A connection: HTTP/1.1 on a socket, with TLS between them if need be.

It uses the socket directly: nothing reads ahead, or writes behind, what the count of bytes does not see.
"""

import os
import re
import socket
import time

import h11

from .exchange import Exchange, Progress
from .steps import READ, WRITE, Ready, Steps, poll
from .tls import Tls

LONGEST_IDLE = 30.0
"""An idle connection is used again for so many seconds: devices on the way forget those that say nothing."""
LONGEST_HEADER = 1 << 16

_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class Connection:
    """HTTP/1.1 on a socket."""

    def __init__(self, sock: socket.socket, progress: Progress) -> None:
        self.idle_since = 0.0
        self._socket = sock
        self._sessions: list[Tls] = []  # to a proxy, then to the server
        self._progress = progress
        self._process = os.getpid()
        self._http = h11.Connection(h11.CLIENT, LONGEST_HEADER)
        self._unsent = bytearray()
        self._head = b""
        self._response: h11.Response | None = None
        self._is_broken = False

    def begin_tls(self, tls: Tls) -> Steps[None]:
        """Begin a session of TLS in what there is."""
        received: bytes | None = None
        while True:
            try:
                is_over = tls.handshake(received)
            finally:  # an alert that says what is wrong, too
                if pending := tls.send():
                    yield from self.write(pending)
            if is_over:
                break
            received = yield from self.read()
        self._sessions.append(tls)

    def request(self, exchange: Exchange) -> Steps[h11.Response]:
        """Send a request, and receive the header of its response: it may come before all of the request is sent."""
        self._progress = exchange
        self._queue(self._http.send(exchange.head()))
        for chunk in exchange.body.chunks():
            self._queue(self._http.send(h11.Data(chunk if isinstance(chunk, bytes) else (yield chunk))))
            yield from self._flush(is_request=True)
            if self._response or self._is_broken:
                break
        else:
            self._queue(self._http.send(h11.EndOfMessage()))
            yield from self._flush(is_request=True)
        while not self._response:
            self._receive((yield from self.read()))
        return self._response

    def receive_body(self) -> Steps[bytes]:
        """Receive a part of the response's body; nothing at its end."""
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Data):
                return bytes(event.data)
            if event is not h11.NEED_DATA:
                return b""
            self._http.receive_data((yield from self.read()))

    def read(self) -> Steps[bytes]:
        """Receive some bytes; nothing at the end."""
        while not any(tls.is_ended for tls in self._sessions):
            yield Ready(self._socket, READ, self._progress.left())
            if (received := self._read()) is not None:
                return received
        return b""

    def write(self, data: bytes) -> Steps[None]:
        """Send bytes."""
        self._queue(data)
        yield from self._flush()

    def _queue(self, data: bytes | None) -> None:
        for tls in reversed(self._sessions):
            data = tls.send(data or b"")
        self._unsent += data or b""

    def _flush(self, *, is_request: bool = False) -> Steps[None]:
        """Send what is queued; of a request, until there is a response, or the server takes no more."""
        left = self._progress.left()
        while self._unsent and not (is_request and (self._response or self._is_broken)):
            sent = self._write(is_request)
            if not sent and not self._is_broken:
                ready = yield Ready(self._socket, READ | WRITE if is_request else WRITE, left)
                if ready & READ and (received := self._read()) is not None:
                    self._receive(received)
                left = self._progress.left()

    def _write(self, is_request: bool) -> int:
        """Return how many bytes the network has taken; none, if it takes none now."""
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return 0
        except OSError:
            # What the server said before it closed can still be read.
            if not is_request or not self._progress.written:
                raise
            self._is_broken = True
            return 0
        self._progress.written += sent
        del self._unsent[:sent]
        return sent

    def _read(self) -> bytes | None:
        try:
            received: bytes | None = self._socket.recv(1 << 16)
        except BlockingIOError:
            return None
        for tls in self._sessions:
            if received is not None:
                received = tls.receive(received)
        return received

    def _receive(self, data: bytes) -> None:
        """Look for the header of the response in bytes that were received."""
        if not data:
            raise ConnectionError("the server closed the connection without a response")
        self._head += data
        self._http.receive_data(data)
        while not self._response:
            event = self._http.next_event()
            if not isinstance(event, (h11.InformationalResponse, h11.Response)):
                return
            rest = self._http.trailing_data[0]
            head, self._head = self._head[: len(self._head) - len(rest)], rest
            if len(head) > LONGEST_HEADER:
                raise h11.RemoteProtocolError("the response's header has more than 64 KiB")
            lengths = _LENGTH.findall(head)
            if len(lengths) > 1 or not all(length.isdigit() for length in lengths):
                raise h11.RemoteProtocolError("the response's Content-Length is not one number")
            if isinstance(event, h11.Response):
                self._response = event

    def end(self) -> bool:
        """End an exchange, and tell whether there can be another one: all was sent and read, and nothing came after."""
        is_clean = (
            self._http.our_state is h11.DONE
            and self._http.their_state is h11.DONE
            and self._http.trailing_data == (b"", False)
            and not any(tls.has_rest() for tls in self._sessions)
        )
        if is_clean:
            self._http.start_next_cycle()
            self._head, self._response = b"", None
            self.idle_since = time.monotonic()
        return is_clean

    def is_fit(self) -> bool:
        """Tell whether an idle connection can be used again.

        A socket that can be read has bytes that nobody asked for, or was closed by the server.
        """
        is_fresh = time.monotonic() - self.idle_since < LONGEST_IDLE
        return is_fresh and self._process == os.getpid() and not poll(self._socket, READ, 0)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
