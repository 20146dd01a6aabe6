"""What an uploaded file is: told by its signature and its inside, never by its name."""

from enum import StrEnum
from os import SEEK_END
from typing import BinaryIO

from app.core.errors import TooLarge
from app.core.settings import DOCUMENT_LIMIT
from app.files import images, packages, pdfs
from app.files.names import extension
from app.files.refusals import UnknownKind, unfit

_OFFICE = "application/vnd.openxmlformats-officedocument."


class FileKind(StrEnum):
    """The kinds that are taken."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PNG = "png"
    JPEG = "jpeg"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}


def recognise(stream: BinaryIO, file_name: str) -> FileKind:
    """The kind, once the whole file is known to be that and nothing besides; or a refusal."""
    size = stream.seek(0, SEEK_END)
    if not size:
        raise unfit("file_empty")
    if size > DOCUMENT_LIMIT:
        raise TooLarge
    kind = _inspect(stream)
    claimed = extension(file_name)
    if claimed != kind and (claimed, kind) != ("jpg", FileKind.JPEG):
        raise unfit("wrong_extension")
    return kind


def _inspect(stream: BinaryIO) -> FileKind:
    stream.seek(0)
    head = stream.read(8)
    if head.startswith(packages.SIGNATURE):
        return FileKind(packages.inspect(stream))
    for signature, inspect, kind in (
        (pdfs.SIGNATURE, pdfs.inspect, FileKind.PDF),
        (images.PNG_SIGNATURE, images.inspect_png, FileKind.PNG),
        (images.JPEG_SIGNATURE, images.inspect_jpeg, FileKind.JPEG),
    ):
        if head.startswith(signature):
            inspect(stream)
            return kind
    raise UnknownKind
