"""TLS between HTTP and a connection. It does no input or output itself."""

import ssl

from .errors import UsageError


class Tls:
    """A session of TLS."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.is_ended = False
        """Whether the other end has said that nothing follows."""

    def handshake(self, received: bytes | None) -> bool:
        """Go on with the handshake, and tell whether it is over. What `send` returns is to be sent, in any case."""
        if received is not None:
            self._feed(received)
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        if (protocol := self._tls.selected_alpn_protocol()) not in (None, "http/1.1"):
            raise UsageError(f"ssl_context must offer http/1.1 only: the server chose {protocol}")
        return True

    def send(self, data: bytes = b"") -> bytes:
        """Return the bytes to be sent for data."""
        if data:
            self._tls.write(data)
        return self._outgoing.read()

    def receive(self, data: bytes) -> bytes | None:
        """Return what bytes that were received hold: nothing at the end, None if there is no whole record."""
        self._feed(data)
        plain = b""
        try:
            while piece := self._tls.read(1 << 16):
                plain += piece
        except ssl.SSLWantReadError:
            return plain or None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        self.is_ended = True  # HTTP sees whether what came is whole
        return plain

    def has_rest(self) -> bool:
        """Tell whether there are bytes that nobody has read."""
        return self._incoming.pending > 0 or self._tls.pending() > 0

    def _feed(self, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
