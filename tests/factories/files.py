"""Small files of every kind, whole and spoiled."""

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import typst
from docx import Document
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject
from xlsxwriter import Workbook

_OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    "docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
}


def make_pdf(lines: Sequence[str] = ("Kế hoạch",), *, title: str | None = None) -> bytes:
    """A paragraph for each line, which wraps like any; `#` and `[` are Typst's own."""
    named = f'#set document(title: "{title}")\n' if title else ""
    return typst.compile((named + "\n\n".join(lines)).encode(), format="pdf")


def make_docx(
    paragraphs: Sequence[str] = ("Kế hoạch",), *, header: str = "", title: str = ""
) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.sections[0].header.paragraphs[0].text = header
    document.core_properties.title = title
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def make_xlsx(
    rows: Sequence[Sequence[str]] = (("Kế hoạch",),), *, sheet: str = "Bảng", header: str = ""
) -> bytes:
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        page.set_header(header)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return target.getvalue()


def make_package(kind: str = "docx", **parts: str) -> bytes:
    """A bare archive of parts; a part's name is written with `__` for `/` and `_` for `.`."""
    named = {name.replace("__", "/").replace("_", "."): text for name, text in parts.items()}
    types = f'<Types><Override ContentType="{MAIN_TYPES[kind]}"/></Types>'
    return make_zip({"[Content_Types].xml": types} | named)


def make_zip(parts: dict[str, str]) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return target.getvalue()


def make_png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\0\0" * 2)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def make_jpeg(width: int = 2, height: int = 2) -> bytes:
    """The segments of a picture, with a scan that nobody could look at."""
    frame = struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)
    scan = struct.pack(">BBBBBB", 1, 1, 0, 0, 63, 0)
    segments = ((0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), (0xC0, frame), (0xDA, scan))
    return (
        b"\xff\xd8"
        + b"".join(struct.pack(">BBH", 255, mark, len(d) + 2) + d for mark, d in segments)
        + b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9"
    )


def make_pdf_with(act: str) -> bytes:
    """A PDF that asks to be more than paper: `JavaScript`, `Launch`, `attachment`, `password`."""
    writer = PdfWriter()
    page = writer.add_blank_page(72, 72)
    if act in ("JavaScript", "Launch"):
        action = DictionaryObject({NameObject("/S"): NameObject(f"/{act}")})
        link = DictionaryObject({NameObject("/A"): action})
        page[NameObject("/Annots")] = ArrayObject([link])
    elif act == "attachment":
        writer.add_attachment("invented.txt", b"invented")
    else:
        writer.encrypt("invented", algorithm="RC4-128")
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def make_pdf_page(drawing: bytes = b"", note: str = "") -> bytes:
    """A page drawn with PDF's own operators, and a note laid over it."""
    writer = PdfWriter()
    page = writer.add_blank_page(72, 72)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F"): DictionaryObject()})}
    )
    content = DecodedStreamObject()
    content.set_data(drawing)
    page.replace_contents(content.flate_encode())
    if note:
        writer.add_annotation(0, FreeText(text=note, rect=(0, 0, 9, 9)))
    target = BytesIO()
    writer.write(target)
    return target.getvalue()
