"""Writes Typst. Words only ever appear inside string literals, where nothing is markup."""

from typing import Final

from app.papers.styles import DEFAULT_SIZE, Look

PAGE_NUMBER: Final = "context counter(page).display()"
PAGE_COUNT: Final = "context counter(page).final().first()"


def literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def length(points: float) -> str:
    return f"{points:.2f}pt"


def sequence(parts: list[str]) -> str:
    """Parts one after the other; flat, since Typst reads what is nested by recursion."""
    return "{" + "\n".join(parts) + "}"


def words(text: str, look: Look) -> str:
    said = text.upper() if look.get("is_capitals") else text
    size = length(look.get("size", DEFAULT_SIZE))
    weight = ', weight: "bold"' if look.get("is_bold") else ""
    slant = ', style: "italic"' if look.get("is_italic") else ""
    written = f"text(size: {size}{weight}{slant}, {literal(said)})"
    for is_on, wrap in (
        (look.get("is_underlined"), "underline"),
        (look.get("is_struck"), "strike"),
        (look.get("raised") == "superscript", "super"),
        (look.get("raised") == "subscript", "sub"),
    ):
        written = f"{wrap}({written})" if is_on else written
    return written
