"""The image file of a contact, and the part that carries it."""

import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

import attrs

from .gen.rules import CONTACT_UPLOAD_FIELDS


@attrs.frozen
class ImageFile:
    """An image file to upload with a contact. It is streamed from disk, and opened anew for each attempt."""

    path: str | os.PathLike[str]
    """A regular file that can be read and is not empty."""
    name: str = ""
    """What to call the part and the file in the request, in place of ``profile-image.`` and the
    extension of the content's type. It must match ``[A-Za-z0-9][A-Za-z0-9._-]{0,99}`` and must not be the
    name of a parameter in any case (FACTS D3)."""


@attrs.frozen
class FilePart:
    """What a multipart body says of its file."""

    path: str | os.PathLike[str]
    name: str
    content_type: str
    size: int

    def open(self) -> BinaryIO:
        """Open the file at its beginning."""
        return Path(self.path).open("rb", buffering=0)


_PART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PARAMETERS = frozenset(field.lower() for field in CONTACT_UPLOAD_FIELDS)

_TYPES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png", "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg", "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "gif", "image/gif"),
    (re.compile(rb"RIFF.{4}WEBPVP", re.DOTALL), "webp", "image/webp"),
    (re.compile(rb""), "bin", "application/octet-stream"),
)


def is_part_name(name: str) -> bool:
    """Tell whether a caller may give this name to the part of a file."""
    return _PART_NAME.fullmatch(name) is not None and name.lower() not in _PARAMETERS


def inspect(image: ImageFile) -> FilePart:
    """Look at the file, and choose its type and name from its first bytes.

    Raises OSError, or ValueError for a path that cannot be one, if the file cannot be sent.
    """
    path = Path(image.path)
    info = path.stat()  # before it is opened, as to open a pipe would block
    if not stat.S_ISREG(info.st_mode):
        raise OSError("not a regular file")
    with path.open("rb") as file:
        beginning = file.read(16)
    if not beginning:
        raise OSError("the file is empty")
    extension, content_type = next((e, t) for pattern, e, t in _TYPES if pattern.match(beginning))
    return FilePart(image.path, image.name or f"profile-image.{extension}", content_type, info.st_size)
