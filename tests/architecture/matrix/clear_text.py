"""Confidential values in what was answered: found in text, and in the parts of packed files."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

#: As the factories write ids of the tests, and as the province gives telephones; never within the
#: longer row of hexadecimal digits that names a thing.
_SECRETS = re.compile(rb"(?<![0-9a-f])(?:970080\d{6}|(?:\+84|0)91\d{7})(?![0-9a-f])")


def in_clear(answer: Any) -> set[str]:
    """Every personal id, card number or telephone that somebody reads in it."""
    return {found.decode() for part in _parts(answer.content) for found in _SECRETS.findall(part)}


def _parts(content: bytes) -> list[bytes]:
    if not is_zipfile(BytesIO(content)):
        return [content]
    with ZipFile(BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]
