"""The name a user gave a file, made safe to keep and to give back."""

import re
from urllib.parse import quote

from app.core.errors import Invalid
from app.core.text import fold, has_forbidden_characters, nfc

LONGEST = 150
LONGEST_EXTENSION = 10

_UNFIT_FOR_DISKS = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_UNFIT_FOR_HEADERS = re.compile(r'[^\x20-\x7e]|["\\%]')


def safe_name(given: str) -> str:
    """The last part of a path, without what a disk, a header or a reader's eye stumbles over."""
    base = re.split(r"[/\\]", nfc(given))[-1]
    shown = "".join(letter for letter in base if not has_forbidden_characters(letter))
    name = " ".join(_UNFIT_FOR_DISKS.sub("_", shown).split()).lstrip(". ").rstrip(". ")
    if not name:
        raise Invalid.at(
            "/file", "file_name_missing", "Tệp phải có tên.", "The file must have a name."
        )
    return _shortened(f"_{name}" if _RESERVED.match(name) else name)


def extension(name: str) -> str:
    """What stands after the last dot, in small letters; empty, if there is no dot."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if stem and dot else ""


def attachment(name: str) -> str:
    """The `Content-Disposition` that saves a file under its name, whatever letters that has."""
    plain = _UNFIT_FOR_HEADERS.sub("_", _ascii(name))
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _ascii(name: str) -> str:
    return "".join(letter if letter.isascii() else _plain(letter) for letter in name)


def _plain(letter: str) -> str:
    folded = fold(letter) or "_"
    return folded.upper() if letter.isupper() else folded


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, last = name.rpartition(".")
    if not stem or len(last) > LONGEST_EXTENSION:
        return name[:LONGEST].rstrip(". ")
    return stem[: LONGEST - len(dot + last)].rstrip(". ") + dot + last
