"""Word and Excel files: a ZIP archive of parts, opened only when it is plain and bounded."""

import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import SEEK_END
from typing import BinaryIO

from app.core.errors import AppError, TooLarge
from app.files.markup import Attributes, walk
from app.files.refusals import UnknownKind, unfit

SIGNATURE = b"PK\x03\x04"
MAX_UNPACKED = 64 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 2_000

_RATIO_COUNTS_FROM = 1024 * 1024
_END_RECORD = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_CONTENT_TYPES = "[Content_Types].xml"
_KINDS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
}
_ACTIVE_TYPE = re.compile(r"macro|vbaproject|oleobject|activex")
_ACTIVE_PART = re.compile(
    r"(?:^|/)(?:vba[^/]*\.(?:bin|xml)|oleobject[^/]*|(?:embeddings|activex|macrosheets)/.*)$"
)
# What Word or Excel would fetch from elsewhere and run, or show as a part of the document.
_FETCHED = ("/attachedtemplate", "/oleobject", "/subdocument", "/frame")


def inspect(stream: BinaryIO) -> str:
    """`docx` or `xlsx`, when the archive holds one of them and nothing that acts by itself."""
    with opened(stream) as package:
        names = package.namelist()
        if _CONTENT_TYPES not in names:
            raise UnknownKind
        types = {
            given.get("ContentType", "").lower() for given in _attributes(package, _CONTENT_TYPES)
        }
        _refuse_active(package, types)
    kinds = [kind for type_, kind in _KINDS.items() if type_ in types]
    if len(kinds) > 1:
        raise unfit("file_disguised")
    if not kinds:
        raise UnknownKind
    return kinds[0]


@contextmanager
def opened(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive; whatever its reader trips over, the file is at fault."""
    _check_ends(stream)
    try:
        with zipfile.ZipFile(stream) as package:
            _check_directory(package.infolist())
            yield package
    except AppError:
        raise
    except Exception as error:
        raise unfit("file_unreadable") from error


def _check_ends(stream: BinaryIO) -> None:
    """The directory follows the parts and is the end: nothing stands before, between, behind."""
    size = stream.seek(0, SEEK_END)
    start = max(size - _END_RECORD.size, 0)
    stream.seek(start)
    record = stream.read(_END_RECORD.size)
    if not record.startswith(_END_SIGNATURE) or len(record) < _END_RECORD.size:
        raise unfit("file_disguised" if _has_end_record(stream) else "file_unreadable")
    *_, directory_size, directory_start, comment = _END_RECORD.unpack(record)
    if comment or directory_start + directory_size != start:
        raise unfit("file_disguised")


def _has_end_record(stream: BinaryIO) -> bool:
    stream.seek(0)
    return zipfile.is_zipfile(stream)


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise unfit("file_encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > _RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or is_bomb:
        raise TooLarge
    names = {entry.filename.lower() for entry in entries}
    if len(names) < len(entries) or not all(map(_is_plain, entries)):
        raise unfit("file_disguised")
    if min((entry.header_offset for entry in entries), default=0):
        raise unfit("file_disguised")


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    is_inside = not name.startswith("/") and ".." not in name.split("/")
    is_known = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return is_inside and is_known and not set(name) & set("\\:\0")


def _refuse_active(package: zipfile.ZipFile, types: set[str]) -> None:
    names = [name.lower() for name in package.namelist()]
    if any(map(_ACTIVE_TYPE.search, types)) or any(map(_ACTIVE_PART.search, names)):
        raise unfit("file_active")
    for part in package.namelist():
        if part.lower().endswith(".rels"):
            for relation in _attributes(package, part):
                is_external = relation.get("TargetMode", "").lower() == "external"
                if is_external and relation.get("Type", "").lower().endswith(_FETCHED):
                    raise unfit("file_active")


def _attributes(package: zipfile.ZipFile, part: str) -> list[Attributes]:
    """What the elements of a small part say, in their order."""
    found: list[Attributes] = []
    with package.open(part) as source:
        walk(source, start=lambda _, given: found.append(given))
    return found
