"""The client for threads, and what it has in common with the one for tasks."""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import attrs
import httpx
from typing_extensions import Self, Unpack

from .calls import Core, Incoming
from .custom_transport import CustomTransport
from .errors import InDoubtError, UsageError
from .info import ResponseInfo
from .inputs import Input
from .options import BaseURL, CallOptions, Rules, Settings, check_account, check_hook, from_environment
from .pool import Pool
from .redaction import harmless
from .reports import AttemptReport, CallReport, Reporter
from .routes import route
from .steps import Steps, run
from .table import Operation


@attrs.frozen
class Package:
    """What a generated client is called, and where its API is."""

    name: str
    version: str
    base_url: str
    operations: Mapping[str, Operation[Any]]

    def operation(self, operation_id: str) -> Operation[Any]:
        """Return the operation of an id."""
        try:
            return self.operations[operation_id]
        except KeyError:
            raise UsageError(f"operation must be one of {', '.join(self.operations)}") from None


class BaseClient:
    """What both clients are made from."""

    _package: ClassVar[Package]
    _transport_type: ClassVar[type[Any]]

    def __init__(
        self,
        account: str,
        token: str,
        *,
        base_url: str | None = None,
        transport: Any = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        trust_env: bool = True,
        timeout: float = 60.0,
        retries: int = 2,
        rules: Rules = "enforce",
        on_attempt: Callable[[AttemptReport], object] | None = None,
        on_outcome: Callable[[CallReport], object] | None = None,
    ) -> None:
        """Make a client of an account.

        Args:
            account: The account, which is also the user of the credentials.
            token: The password of the credentials. Nothing prints it.
            base_url: Another server than the contract's; a path in it is kept. It must be https, unless the host is
                a loopback address.
            transport: What sends the requests, in place of the client's own: a transport of httpx. To it, the timeout
                is the limit of each read and each write as well. A fake is an `httpx.MockTransport`; what any other
                raises is in doubt, unless httpx says that there was no connection.
            proxy: The URL of a proxy, in place of the one that HTTPS_PROXY names.
            ssl_context: In place of one with the certificates of certifi, or those that SSL_CERT_FILE or SSL_CERT_DIR
                names.
            trust_env: Whether HTTPS_PROXY and NO_PROXY are read.
            timeout: How many seconds one attempt may take, to the end of the response. An upload has one more for
                each 128 KiB.
            retries: How often a request is sent again: if it was not sent, if it was refused with 429 and a wait of
                at most 30 seconds, and, if the operation allows it, when it is in doubt.
            rules: What to do with rules that an input breaks.
            on_attempt: Is told of each attempt.
            on_outcome: Is told of each call that ended.

        Raises:
            UsageError: An argument cannot be used.
        """
        check_account(account, token)
        base = BaseURL.parse(self._package.base_url if base_url is None else base_url)
        check_hook("on_attempt", on_attempt)
        check_hook("on_outcome", on_outcome)
        settings = Settings(timeout=timeout, retries=retries, rules=rules)
        package = (self._package.name, self._package.version)
        if transport is None:
            carrier: Pool | CustomTransport = Pool(route(base, proxy, ssl_context, trust_env))
        elif not isinstance(transport, self._transport_type):
            raise UsageError(f"transport must be an httpx.{self._transport_type.__name__}")
        elif proxy is not None or ssl_context is not None:
            raise UsageError("transport cannot be used together with proxy or ssl_context")
        else:
            carrier = CustomTransport(transport, base.origin)
        reporter = Reporter(package[0], on_attempt, on_outcome)
        self._core = Core(package, account, token, base, settings, reporter, carrier)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Make a client of variables of the environment.

        Their names are the package's, in capitals, with _ACCOUNT, _TOKEN and _BASE_URL behind it.

        Args:
            **options: As the class takes them.

        Raises:
            UsageError: A variable is not set, or cannot be used.
        """
        return cls(**from_environment(cls._package.name, options))

    def _settings(self, options: CallOptions) -> Settings:
        return self._core.settings.with_options(options)

    def _pages(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Any:
        return self._items(Pages(self._core, operation, parameters, self._settings(options)), path)

    def _iterate(self, operation: str, path: Any, draft: Any, options: CallOptions) -> Any:
        table = self._package.operation(operation)
        settings = self._settings(options)
        # It blocks for files only, which a list does not take.
        values, parameters = run(self._core.from_draft(table, path, draft, settings))
        return self._items(Pages(self._core, table, parameters, settings), values)

    def _items(self, pages: "Pages", path: tuple[Any, ...]) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._core!r}"


class Pages:
    """The pages of a list: which one is next."""

    def __init__(self, core: Core, operation: Operation[Any], parameters: Input | None, settings: Settings) -> None:
        if operation.pages is None:
            raise UsageError(f"{operation.id} has no pages")
        self._core = core
        self._operation = operation
        self._settings = settings
        self._given: Any = core.input_of(operation, parameters)
        self._attributes = operation.pages
        number = getattr(self._given, operation.pages.page)
        self._number = 1 if number is None else number  # what is no number is a violation
        self.are_over = False

    def next(self, path: tuple[Any, ...]) -> Steps[Any]:
        """Read a page, and return its items."""
        parameters = attrs.evolve(self._given, **{self._attributes.page: self._number})
        page = yield from self._core.call(self._operation, path, parameters, self._settings)
        items = getattr(page, self._attributes.items)
        total = str(getattr(page, self._attributes.total) or "") if self._attributes.total else ""
        if total.isascii() and total.isdigit() and len(total) <= 15:
            self.are_over = self._number >= int(total)
        else:
            self.are_over = not items
        self._number += 1
        return items


class Content:
    """Content that comes from the server. It must be read to its end, or closed."""

    def __init__(self, operation: str, incoming: Incoming, core: Core) -> None:
        self._operation = operation
        self._incoming = incoming
        self._core = core
        self._received = 0
        self._is_begun = False
        self.info = ResponseInfo(incoming.status, incoming.headers)
        """The status and the headers of the response."""

    @property
    def content_type(self) -> str:
        """The type of the content; empty if the server does not say it."""
        return str(self.info.headers.get("Content-Type", ""))

    @property
    def length(self) -> int | None:
        """How many bytes the content has; None if the server does not say it."""
        length = self.info.headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else None

    def _begin(self) -> None:
        if self._is_begun:
            raise UsageError("the content was read before, or is closed")
        self._is_begun = True

    def _next(self) -> Steps[bytes]:
        """Receive a part; nothing at the end."""
        try:
            chunk = yield from self._incoming.read()
            self._received += len(chunk)
            if not chunk and self.length is not None and self._received < self.length:
                raise EOFError("it ended too early")
            return chunk
        except Exception as raised:
            error = raised
        reason = self._core.redact(f"the content did not come whole: {error}")
        cause = harmless(error, self._core.redact)
        raise InDoubtError(self._operation, self.info.status, "", (), reason, self.info) from cause

    def _close(self) -> Steps[None]:
        self._is_begun = True
        yield from self._incoming.close()


class ByteStream(Content):
    """Content that comes from the server. It must be read to its end, or closed."""

    def __iter__(self) -> Iterator[bytes]:
        """Return the chunks. Raises InDoubtError if the content does not come whole."""
        self._begin()
        try:
            while chunk := run(self._next()):
                yield chunk
        finally:
            self.close()

    def read(self) -> bytes:
        """Read all of it. Raises InDoubtError if the content does not come whole."""
        return b"".join(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all of it to a file. If it does not come whole, this is an InDoubtError, and there is no new file."""
        part = Path(f"{os.fspath(path)}.part")
        try:
            with part.open("wb") as file:
                for chunk in self:
                    file.write(chunk)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def close(self) -> None:
        """Give up what was not read."""
        run(self._close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SyncClient(BaseClient):
    """A client for threads. It may be used by several at once."""

    _transport_type = httpx.BaseTransport

    def _call(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Any:
        return self._result(operation, run(self._core.call(operation, path, parameters, self._settings(options))))

    def _result(self, operation: Operation[Any], result: Any) -> Any:
        return ByteStream(operation.id, result, self._core) if isinstance(result, Incoming) else result

    def _items(self, pages: Pages, path: tuple[Any, ...]) -> Iterator[Any]:
        while not pages.are_over:
            yield from run(pages.next(path))

    def call(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Any:
        """Call an operation by its id, with data from outside.

        Args:
            operation: The id of the operation.
            path: The parameters of the path, under the API's names.
            draft: The other parameters, under the API's names. A file is a `File`.
            **options: For this call.

        Returns:
            What the operation's method returns: one page, of an operation that has pages.
        """
        table = self._package.operation(operation)
        return self._result(table, run(self._core.call_draft(table, path, draft, self._settings(options))))

    def iterate(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Iterator[Any]:
        """Call an operation that has pages as `call` does, and return the items of all pages."""
        items: Iterator[Any] = self._iterate(operation, path, draft, options)
        return items

    def close(self) -> None:
        """Close the connections. The client cannot be used any more."""
        run(self._core.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
