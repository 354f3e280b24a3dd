"""From values to a request: path, query, headers, and a body in one of two encodings."""

import secrets
import string
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, quote_plus

import attrs

from .files import Probe
from .table import Field, Operation
from .values import wire_text


@attrs.frozen(repr=False)
class Encoded:
    """A request, but for the account and the server."""

    target: str
    headers: dict[str, str]
    body: tuple[bytes | Probe, ...] = ()

    @property
    def length(self) -> int:
        """How many bytes the body has."""
        return sum(len(piece) if isinstance(piece, bytes) else piece.length for piece in self.body)


def encode(operation: Operation[Any], account: str, values: Sequence[Any], probes: dict[str, list[Probe]]) -> Encoded:
    """Encode values that were checked, in the order of the operation's fields."""
    path = operation.path
    if operation.account:
        path = path.replace("{" + operation.account + "}", quote(account, safe=""))
    query: list[str] = []
    headers: dict[str, str] = {"Accept": operation.accept}
    parts: list[tuple[str, str]] = []
    for field, value in zip(operation.fields, values, strict=True):
        if value is None or value == "" or value == ():
            continue
        if field.kind == "file":
            if field.file and field.file.named:
                parts.append((field.name, _file_name(field, probes[field.name], 0)))
            continue
        texts = _texts(field, value)
        if field.place == "body":
            parts += [(field.name, text) for text in texts]
        elif field.place == "path":
            path = path.replace("{" + field.name + "}", quote(texts[0], safe=""))
        elif field.place == "query":
            query += [f"{quote(field.name, safe='')}={quote(text, safe='')}" for text in texts]
        else:
            headers[field.name] = ",".join(texts)
    target = f"{path}?{'&'.join(query)}" if query else path
    files = [(f, probes[f.name]) for f in operation.fields if f.name in probes]
    body = operation.body
    if body is None or not (parts or files or body.required):
        if operation.http_method not in ("GET", "DELETE"):
            headers["Content-Length"] = "0"
        return Encoded(target, headers)
    if files or (parts and not body.form):
        return _multipart(target, headers, parts, files)
    form = "&".join([f"{quote_plus(name)}={quote_plus(text)}" for name, text in parts]).encode("ascii")
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["Content-Length"] = str(len(form))
    return Encoded(target, headers, (form,))


def _texts(field: Field, value: Any) -> list[str]:
    """Return the values of a field: several, if a list is not joined."""
    if field.delimiter is None:
        return [wire_text(field.kind, value)]
    texts = [wire_text(field.kind, item) for item in value]
    return [field.delimiter.join(texts)] if field.delimiter else texts


def _file_name(field: Field, probes: list[Probe], index: int) -> str:
    file = probes[index]
    base = field.file.base_name if field.file else ""
    if field.delimiter is not None:
        base = f"{base}-{index + 1}"
    return file.file.name or f"{base}.{file.extension}"


def _multipart(
    target: str, headers: dict[str, str], parts: list[tuple[str, str]], files: list[tuple[Field, list[Probe]]]
) -> Encoded:
    boundary = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(40))
    begin = f"--{boundary}\r\nContent-Disposition: form-data; "
    head = "".join([f'{begin}name="{_escape(name)}"\r\n\r\n{text}\r\n' for name, text in parts])
    pieces: list[bytes | Probe] = []
    for field, probes in files:
        for i, file in enumerate(probes):
            file_name = _file_name(field, probes, i)
            name = file_name if field.file and field.file.named else _escape(field.name)
            head += f'{begin}name="{name}"; filename="{file_name}"\r\nContent-Type: {file.content_type}\r\n\r\n'
            pieces += [head.encode(), file]
            head = "\r\n"
    pieces.append(f"{head}--{boundary}--\r\n".encode())
    encoded = Encoded(target, headers, tuple(pieces))
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    headers["Content-Length"] = str(encoded.length)
    return encoded


def _escape(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
