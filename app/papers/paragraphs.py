"""One paragraph of a Word document as Typst: its runs, its fields, its breaks and its shape."""

from collections.abc import Iterator
from itertools import repeat
from typing import Final

from app.papers.numbering import Numbering
from app.papers.styles import DEFAULT_SIZE, Look, Shape, Styles
from app.papers.typesetting import PAGE_COUNT, PAGE_NUMBER, length, sequence, words
from app.papers.wordml import Element, attribute, child, children, local_name, value

PAGE_BREAK: Final = "pagebreak(weak: true)"

_TAB: Final = "h(36pt)"  # half an inch, as Word has it
_LINE_HEIGHT: Final = 1.15  # of the letters, at single spacing
_CONTAINERS: Final = ("hyperlink", "ins", "smartTag", "sdt", "sdtContent", "customXml", "moveTo")
_FIELDS: Final = {"PAGE": PAGE_NUMBER, "NUMPAGES": PAGE_COUNT}


class Paragraphs:
    """Sets the paragraphs of one document, in their order."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self.styles = styles
        self.numbering = numbering

    def blocks(self, paragraph: Element) -> list[str]:
        """The blocks that a paragraph makes: more than one when a page ends inside it."""
        properties = child(paragraph, "pPr")
        shape = self.styles.shape(properties)
        pages = self._pages(paragraph, shape)
        blocks = [PAGE_BREAK] if shape.get("begins_page") else []
        for place, parts in enumerate(pages):
            if place:
                blocks.append(PAGE_BREAK)
            if parts or len(pages) == 1:
                blocks.append(_block(parts, shape, self._size(properties)))
        if _ends_section(properties):
            blocks.append(PAGE_BREAK)
        return blocks

    def _pages(self, paragraph: Element, shape: Shape) -> list[list[str]]:
        look = self.styles.look(child(paragraph, "pPr"))
        label = self.numbering.label(shape["numbering"]) if "numbering" in shape else ""
        pages = [[words(f"{label} ", look)] if label else []]
        runs = _Runs(self.styles, look, _tabs(child(paragraph, "pPr")))
        for part in runs.of(paragraph):
            if part == PAGE_BREAK:
                pages.append([])
            else:
                pages[-1].append(part)
        return pages

    def _size(self, properties: Element | None) -> float:
        """How tall an empty paragraph is: its mark has a size of its own."""
        mark = self.styles.run_look(self.styles.look(properties), child(properties, "rPr"))
        return mark.get("size", DEFAULT_SIZE)


class _Runs:
    """Walks through a paragraph, in and out of its fields."""

    def __init__(self, styles: Styles, look: Look, tabs: Iterator[str]) -> None:
        self.styles = styles
        self.look = look
        self.tabs = tabs
        self.instruction: str | None = None  # what a field says while it says it
        self.is_replaced = False  # whether the result Word kept is that of a field we count

    def of(self, container: Element) -> Iterator[str]:
        for element in container.iterchildren():
            name = local_name(element)
            if name == "r":
                yield from self._run(element)
            elif name == "fldSimple":
                field = _field(attribute(element, "instr") or "")
                yield from [field] if field else self.of(element)
            elif name in _CONTAINERS:
                yield from self.of(element)

    def _run(self, run: Element) -> Iterator[str]:
        look = self.styles.run_look(self.look, child(run, "rPr"))
        if look.get("is_hidden"):
            return
        for element in run.iterchildren():
            name = local_name(element)
            if name == "fldChar":
                yield from self._field_mark(attribute(element, "fldCharType"), look)
            elif name == "instrText" and self.instruction is not None:
                self.instruction += element.text or ""
            elif not self.is_replaced and self.instruction is None:
                yield from self._said(name, element, look)

    def _field_mark(self, kind: str | None, look: Look) -> Iterator[str]:
        if kind == "begin":
            self.instruction = ""
        elif self.instruction is not None:  # it ends here, with or without a kept result
            field = _field(self.instruction)
            self.instruction, self.is_replaced = None, field is not None
            if field:
                yield f"text(size: {length(look.get('size', DEFAULT_SIZE))}, {{{field}}})"
        if kind == "end":
            self.is_replaced = False

    def _said(self, name: str, element: Element, look: Look) -> Iterator[str]:
        if name == "t" and element.text:
            yield words(element.text, look)
        elif name == "br":
            yield PAGE_BREAK if attribute(element, "type") == "page" else "linebreak()"
        elif name == "cr":
            yield "linebreak()"
        elif name == "tab":
            yield next(self.tabs)
        elif name == "noBreakHyphen":
            yield words("\u2011", look)


def _field(instruction: str) -> str | None:
    first = instruction.split()[:1]
    return _FIELDS.get(first[0].upper()) if first else None


def _block(parts: list[str], shape: Shape, size: float) -> str:
    above, below = shape.get("before", 0.0), shape.get("after", 0.0)
    place = f"width: 100%, above: {length(above)}, below: {length(below)}"
    line = size * _LINE_HEIGHT * shape.get("line", 1.0)
    if not parts:
        return f"block({place}, height: {length(line)})"
    first = shape.get("first_line", 0.0)
    left, right = shape.get("left", 0.0) + min(0.0, first), shape.get("right", 0.0)
    align = shape.get("align", "left")
    paragraph = (
        f"par(justify: {str(align == 'justify').lower()}, "
        f"leading: {length(line - size * _LINE_HEIGHT)}, "
        f"first-line-indent: (amount: {length(max(0.0, first))}, all: true), "
        f"hanging-indent: {length(max(0.0, -first))}, {sequence(parts)})"
    )
    side = "left" if align == "justify" else align
    return (
        f"block({place}, sticky: {str(shape.get('keeps_next', False)).lower()}, "
        f"inset: (left: {length(max(0.0, left))}, right: {length(right)}), "
        f"align({side}, {paragraph}))"
    )


def _ends_section(properties: Element | None) -> bool:
    section = child(properties, "sectPr")
    return section is not None and value(section, "type") != "continuous"


def _tabs(properties: Element | None) -> Iterator[str]:
    """What each tab of a paragraph does, one after the other."""
    stops = child(properties, "tabs")
    for stop in () if stops is None else children(stops, "tab"):
        if attribute(stop, "leader") in ("dot", "underscore"):
            yield 'box(width: 1fr, repeat(text(size: 11pt, ".")))'
        elif attribute(stop, "val") in ("right", "end", "center"):
            yield "h(1fr)"
        else:
            yield _TAB
    yield from repeat(_TAB)
