"""How a Word document writes things down: elements, their values, and its measures."""

from collections.abc import Iterator

from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

Element = BaseOxmlElement

_TWIPS = 20  # in a point
_OFF = ("0", "false", "off", "none")


def child(element: Element | None, *path: str) -> Element | None:
    """The first child of this name, and of that the first of the next."""
    for name in path:
        element = None if element is None else element.find(qn(f"w:{name}"))
    return element


def children(element: Element, name: str) -> Iterator[Element]:
    yield from element.iterchildren(qn(f"w:{name}"))


def attribute(element: Element | None, name: str) -> str | None:
    return None if element is None else element.get(qn(f"w:{name}"))


def value(element: Element | None, *path: str) -> str | None:
    """`w:val` of the element at the end of a path."""
    return attribute(child(element, *path), "val")


def is_on(switch: Element) -> bool:
    return (attribute(switch, "val") or "on") not in _OFF


def integer(written: str | None) -> int | None:
    """A whole number; what is none is taken as not written."""
    try:
        return None if written is None else round(float(written))
    except (ValueError, OverflowError):
        return None


def points(element: Element | None, name: str) -> float | None:
    """A measure that Word writes in twentieths of a point."""
    twips = integer(attribute(element, name))
    return None if twips is None else twips / _TWIPS


def local_name(element: Element) -> str:
    """ "p" of `w:p`; names of other vocabularies keep theirs, so that none is mistaken."""
    return str(element.tag).removeprefix(qn("w:p")[:-1])


def within(figure: float, least: float, most: float) -> float:
    return max(least, min(most, figure))
