"""Images: one picture from the first byte to the last, of a bounded size."""

import re
import struct
from os import SEEK_CUR, SEEK_END
from typing import BinaryIO

from app.files.refusals import unfit

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
LONGEST_SIDE = 20_000
MAX_CHUNKS = 100_000

_END_OF_IMAGE = 0xD9
_START_OF_SCAN = 0xDA
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# In the data of a scan, 0xFF is followed by zero, by a restart, or by the next segment.
_NEXT_SEGMENT = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


def inspect_png(stream: BinaryIO) -> None:
    """Chunk after chunk, up to the one that ends the picture and the file."""
    size = stream.seek(0, SEEK_END)
    stream.seek(len(PNG_SIGNATURE))
    for number in range(MAX_CHUNKS):
        header = stream.read(8)
        if len(header) < 8:
            raise unfit("file_unreadable")
        length, name = struct.unpack(">I4s", header)
        if (number == 0) != (name == b"IHDR"):
            raise unfit("file_unreadable")
        if number == 0:
            _check_sides(*struct.unpack(">II", stream.read(8).ljust(8, b"\0")))
            length -= 8
        end = stream.seek(length + 4, SEEK_CUR)
        if name == b"IEND":
            _check_end(end, size)
            return
    raise unfit("file_unreadable")


def inspect_jpeg(stream: BinaryIO) -> None:
    """Segment after segment to the end; a phone may put a second, smaller picture behind."""
    stream.seek(0)
    content = stream.read()
    position = 0
    while position < len(content):
        if not content.startswith(JPEG_SIGNATURE, position):
            raise unfit("file_disguised")
        try:
            position = _picture_end(content, position + 2)
        except struct.error as error:
            raise unfit("file_unreadable") from error


def _picture_end(content: bytes, position: int) -> int:
    has_frame = False
    while True:
        mark, name = struct.unpack_from(">BB", content, position)
        if mark != 0xFF or name == 0xFF or (name == _END_OF_IMAGE and not has_frame):
            raise unfit("file_unreadable")
        if name == _END_OF_IMAGE:
            return position + 2
        (length,) = struct.unpack_from(">H", content, position + 2)
        if name in _FRAMES:
            height, width = struct.unpack_from(">HH", content, position + 5)
            _check_sides(width, height)
            has_frame = True
        position += 2 + length
        if name == _START_OF_SCAN:
            position = _scan_end(content, position)


def _scan_end(content: bytes, position: int) -> int:
    found = _NEXT_SEGMENT.search(content, position)
    if not found:
        raise unfit("file_unreadable")
    return found.start(1) - 1


def _check_sides(*sides: int) -> None:
    if max(sides) > LONGEST_SIDE:
        raise unfit("image_too_big")
    if min(sides) == 0:
        raise unfit("file_unreadable")


def _check_end(end: int, size: int) -> None:
    if end > size:
        raise unfit("file_unreadable")
    if end < size:
        raise unfit("file_disguised")
