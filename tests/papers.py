"""Reading what a paper says."""

from io import BytesIO

from docx import Document
from pypdf import PdfReader


def words_of(file: bytes, form: str) -> str:
    """The text of a paper, its white space made one."""
    if form == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages)
    else:
        document = Document(BytesIO(file))
        cells = [cell.text for each in document.tables for row in each.rows for cell in row.cells]
        text = " ".join([paragraph.text for paragraph in document.paragraphs] + cells)
    return " ".join(text.split())
