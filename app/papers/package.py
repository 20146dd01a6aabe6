"""A DOCX as a package: an upload is looked into before it is opened, what is made is settled."""

import re
import zipfile
from io import BytesIO
from typing import Final

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from app.core.errors import Invalid
from app.papers.faults import Fault, refuse

MAX_SIZE: Final = 4 * 1024 * 1024
MAX_UNPACKED: Final = 16 * 1024 * 1024
MAX_ENTRIES: Final = 300

_DOCUMENT: Final = b"wordprocessingml.document.main+xml"
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_XML = re.compile(r".*\.(?:xml|rels)", re.IGNORECASE)
_ACTIVE_PART = re.compile(r"vbaProject|(?:^|/)(?:embeddings|activeX|customUI)/", re.IGNORECASE)
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*['\"](?!utf-8['\"])", re.IGNORECASE)
_ACTIVE_FIELD = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDE\w*|IMPORT|LINK|MACROBUTTON)\b", re.IGNORECASE)


def check_package(docx: bytes) -> None:
    """Refuse what is no plain Word document; afterwards opening it costs a known amount."""
    for name, part in _parts(docx).items():
        if _ACTIVE_PART.search(name):
            raise refuse(Fault.ACTIVE, name)
        if _XML.fullmatch(name):
            _check_xml(name, part)


def settled(docx: bytes) -> bytes:
    """The same document without the moment it was saved at: what it says alone makes its bytes."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(docx)) as package,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in package.infolist():
            part = zipfile.ZipInfo(entry.filename)
            part.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(part, package.read(entry))
    return target.getvalue()


def _parts(docx: bytes) -> dict[str, bytes]:
    if len(docx) > MAX_SIZE:
        raise refuse(Fault.TOO_LARGE)
    try:
        with zipfile.ZipFile(BytesIO(docx)) as package:
            _check_entries(package.infolist())
            parts = {entry.filename: package.read(entry) for entry in package.infolist()}
    except Invalid:
        raise
    except Exception as error:  # whatever the zip library trips over, the file is at fault
        raise refuse(Fault.UNREADABLE) from error
    types = parts.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types:
        raise refuse(Fault.ACTIVE, "macro")
    if _DOCUMENT not in types:
        raise refuse(Fault.UNREADABLE)
    return parts


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise refuse(Fault.TOO_LARGE)
    is_encrypted = any(entry.flag_bits & 1 for entry in entries)
    if is_encrypted or len({entry.filename.lower() for entry in entries}) < len(entries):
        raise refuse(Fault.UNREADABLE)


def _check_xml(name: str, part: bytes) -> None:
    """No entities to swell, no comments to hide in, one encoding to search in."""
    if b"\0" in part or b"<!" in part or _OTHER_ENCODING.search(part):
        raise refuse(Fault.UNREADABLE)
    try:
        root = parse_xml(part)
    except Exception as error:  # whatever the parser trips over
        raise refuse(Fault.UNREADABLE) from error
    if any(map(_is_outside, root.iter(_RELATIONSHIP))) or _ACTIVE_FIELD.search(_instructions(root)):
        raise refuse(Fault.ACTIVE, name)


def _is_outside(relationship: BaseOxmlElement) -> bool:
    is_external = relationship.get("TargetMode", "").lower() == "external"
    return is_external and not relationship.get("Type", "").endswith("/hyperlink")


def _instructions(root: BaseOxmlElement) -> str:
    """What the fields of a part do; one instruction may be cut over several runs."""
    written = "".join(text.text or "" for text in root.iter(qn("w:instrText")))
    simple = " ".join(field.get(qn("w:instr"), "") for field in root.iter(qn("w:fldSimple")))
    return f"{written} {simple}"
