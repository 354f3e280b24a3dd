"""The client for threads, and what it has in common with the one for tasks."""

import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import attrs
import httpx
from typing_extensions import Self, Unpack

from .calls import Answer, Core, Pause, Send, Steps
from .errors import InDoubtError, UsageError
from .info import ResponseInfo
from .inputs import Input, draft_values
from .options import (
    AttemptReport,
    BaseURL,
    CallOptions,
    CallReport,
    Rules,
    Settings,
    check_account,
    check_hook,
    from_environment,
)
from .reading import LONGEST
from .routes import route
from .rules import check, unknown
from .sync_transport import Transport
from .table import Field, Operation, Violation
from .values import path_value

R = TypeVar("R")


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
        total_timeout: float | None = None,
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
            proxy: The URL of a proxy, in place of what HTTPS_PROXY or ALL_PROXY say.
            ssl_context: In place of one with the certificates of certifi, or those that SSL_CERT_FILE or SSL_CERT_DIR
                names.
            trust_env: Whether HTTPS_PROXY, ALL_PROXY and NO_PROXY are read.
            timeout: How many seconds one attempt may take, to the end of the response. An upload has one more for
                each 128 KiB.
            total_timeout: How many seconds a call may take, with all its attempts. None: no limit.
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
        settings = Settings(timeout=timeout, total_timeout=total_timeout, retries=retries, rules=rules)
        package = (self._package.name, self._package.version)
        self._core = Core(package, account, token, base, settings, on_attempt, on_outcome)
        if transport is not None and (proxy is not None or ssl_context is not None):
            raise UsageError("transport cannot be used together with proxy or ssl_context")
        # What it raises was raised before anything was sent, as nothing ever is.
        self._is_own = transport is None
        self._core.is_mock = isinstance(transport, httpx.MockTransport)
        self._transport = (
            self._transport_of(transport)
            if transport is not None
            else self._connect(base, proxy, ssl_context, trust_env)
        )

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Make a client of variables of the environment.

        Their names are the package's, in capitals, with _ACCOUNT, _TOKEN and _BASE_URL behind it.

        Args:
            **options: As the class takes them.

        Raises:
            UsageError: A variable is not set, or cannot be used.
        """
        return cls(**{**from_environment(cls._package.name), **options})

    def _transport_of(self, transport: Any) -> Any:
        raise NotImplementedError

    def _connect(self, base: BaseURL, proxy: Any, ssl_context: Any, trust_env: Any) -> Any:
        raise NotImplementedError

    def _settings(self, options: CallOptions) -> Settings:
        return self._core.settings.with_options(options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._core!r}"


def path_of(operation: Operation[Any], path: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of a path that comes from outside, in the order of the operation."""
    if not isinstance(path, Mapping):
        raise UsageError("path must be a mapping")
    return tuple(path_value(f, path.get(f.name)) for f in operation.path_fields)


def input_of(
    core: Core, operation: Operation[Any], path: tuple[Any, ...], draft: Mapping[str, Any] | None, rules: Rules
) -> Input | None:
    """Return the typed input of a draft. Raises InvalidError if a value has the wrong type, or a name is unknown."""
    if draft is None:
        draft = {}
    if not isinstance(draft, Mapping):
        raise UsageError("draft must be a mapping")
    values = draft_values(operation, draft)
    strange = unknown(operation, draft)
    violations = check(operation, operation.fields, (*path, *values), enforce=rules == "enforce").violations
    if strange or any(_is_wrong(v, operation.input_fields) for v in violations):
        raise core.refused(operation, [*violations, *strange])
    return operation.input.from_draft(draft) if operation.input else None


def _is_wrong(violation: Violation, fields: tuple[Field, ...]) -> bool:
    return violation.rule == "type" and any(f.name == violation.field for f in fields)


def validate_draft(package: Package, operation_id: str, draft: Mapping[str, Any]) -> list[Violation]:
    """Check data from outside, under the API's names, without sending it. The rules of the path are left out."""
    operation = package.operation(operation_id)
    if not isinstance(draft, Mapping):
        raise UsageError("draft must be a mapping")
    checked = check(operation, operation.input_fields, draft_values(operation, draft))
    return [*checked.violations, *unknown(operation, draft)]


def first_page(operation: Operation[Any], parameters: Any) -> Any:
    """Return the number of the page to begin with. What is no number is a violation later."""
    number = getattr(parameters, operation.pages.page, None) if operation.pages else None
    return 1 if number is None else number


def checked(response: Any) -> httpx.Response:
    """Return what a transport returned, if it is a response."""
    if not isinstance(response, httpx.Response):
        raise TypeError("the transport returned no httpx.Response")
    return response


def is_last(operation: Operation[Any], page: Any, number: int) -> bool:
    """Tell whether a page is the last one."""
    pages = operation.pages
    total = str(getattr(page, pages.total) or "") if pages and pages.total else ""
    if total.isascii() and total.isdigit() and len(total) <= 15:
        return number >= int(total)
    return not (pages and getattr(page, pages.items))


class Content:
    """Content that comes from the server. It must be read to its end, or closed."""

    def __init__(self, operation: str, answer: Answer, core: Core) -> None:
        self._operation = operation
        self._response = answer.response
        self._exchange = answer.exchange
        self._core = core
        self._begun = False
        self.info = ResponseInfo(answer.response.status_code, answer.response.headers)
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
        if self._begun or self._response.is_closed:
            raise UsageError("the content was read before, or is closed")
        self._begun = True

    def _cut(self, error: Exception) -> InDoubtError:
        reason = self._core.redact(f"the content did not come whole: {error}")
        return InDoubtError(self._operation, self.info.status, "", (), reason, self.info)


class ByteStream(Content):
    """Content that comes from the server. It must be read to its end, or closed."""

    def __iter__(self) -> Iterator[bytes]:
        """Return the chunks. Raises InDoubtError if the content does not come whole."""
        self._begin()
        received = 0
        try:
            for chunk in self._response.stream:  # type: ignore[union-attr]
                self._exchange.left()
                received += len(chunk)
                yield chunk
            if self.length is not None and received < self.length:
                raise EOFError("it ended too early")
        except Exception as error:
            raise self._cut(error) from None
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
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SyncClient(BaseClient):
    """A client for threads. It may be used by several at once."""

    def _transport_of(self, transport: Any) -> httpx.BaseTransport:
        if not isinstance(transport, httpx.BaseTransport):
            raise UsageError("transport must be an httpx.BaseTransport")
        return transport

    def _connect(self, base: BaseURL, proxy: Any, ssl_context: Any, trust_env: Any) -> httpx.BaseTransport:
        return Transport(route(base, proxy, ssl_context, trust_env))

    def _call(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Any:
        settings = self._settings(options)
        prepared = self._core.prepare(operation, path, parameters, settings)
        result = self._run(self._core.attempts(operation, prepared, settings))
        return ByteStream(operation.id, result, self._core) if isinstance(result, Answer) else result

    def _pages(
        self, operation: Operation[Any], path: tuple[Any, ...], parameters: Input | None, options: CallOptions
    ) -> Iterator[Any]:
        pages = operation.pages
        if pages is None or operation.input is None:
            raise UsageError(f"{operation.id} has no pages")
        given: Any = parameters if parameters is not None else operation.input()
        number = first_page(operation, given)
        while True:
            page = self._call(operation, path, attrs.evolve(given, **{pages.page: number}), options)
            yield from getattr(page, pages.items)
            if is_last(operation, page, number):
                return
            number += 1

    def _run(self, steps: Steps[Any]) -> Any:
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(self._send(step))
        except StopIteration as end:
            return end.value

    def _send(self, step: Send) -> Answer | Exception:
        try:
            response = checked(self._transport.handle_request(step.request))
            streams = step.streams and 200 <= response.status_code < 300
        except Exception as error:
            return error
        if streams:
            return Answer(response, None, step.exchange, True)
        body = bytearray()
        try:
            for chunk in response.stream:  # type: ignore[union-attr]
                step.exchange.left()
                body += chunk
                if len(body) > LONGEST:
                    return Answer(response, None, step.exchange)
        except Exception:
            return Answer(response, None, step.exchange)
        finally:
            with suppress(Exception):
                response.close()
        return Answer(response, bytes(body), step.exchange)

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
        values = path_of(table, path)
        parameters = input_of(self._core, table, values, draft, self._settings(options).rules)
        method = getattr(self, table.method)
        return method(*values, **options) if parameters is None else method(*values, parameters, **options)

    def iterate(
        self,
        operation: str,
        path: Mapping[str, Any],
        draft: Mapping[str, Any] | None = None,
        **options: Unpack[CallOptions],
    ) -> Iterator[Any]:
        """Call an operation that has pages as `call` does, and return the items of all pages."""
        table = self._package.operation(operation)
        values = path_of(table, path)
        parameters = input_of(self._core, table, values, draft, self._settings(options).rules)
        return self._pages(table, values, parameters, options)

    def close(self) -> None:
        """Close the connections. The client cannot be used any more."""
        self._core.closed = True
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
