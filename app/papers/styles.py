"""What paragraphs and letters look like: what they say themselves, over their styles."""

from typing import Final, TypedDict

from app.papers.wordml import (
    Element,
    attribute,
    child,
    children,
    integer,
    is_on,
    points,
    value,
    within,
)

DEFAULT_SIZE: Final = 10.0  # what Word takes where nothing is said
_MAX_DEPTH: Final = 20  # of styles based on styles
_LEAST_SIZE, _MOST_SIZE = 5, 40
_MAX_SPACE: Final = 100
_MAX_INDENT: Final = 300
_LINE: Final = 240  # what Word writes for a single line

_ALIGNMENTS: Final = {
    "left": "left",
    "start": "left",
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "distribute": "justify",
}


class Look(TypedDict, total=False):
    is_bold: bool
    is_italic: bool
    is_underlined: bool
    is_struck: bool
    is_capitals: bool
    is_hidden: bool
    raised: str  # "superscript" or "subscript"
    size: float


class Shape(TypedDict, total=False):
    align: str
    left: float
    right: float
    first_line: float
    before: float
    after: float
    line: float
    keeps_next: bool
    begins_page: bool
    numbering: tuple[int, int]  # which list, and how deep


class Styles:
    """The styles of one document, each with what it is based on."""

    def __init__(self, root: Element) -> None:
        defaults = child(root, "docDefaults")
        self._base_look = look_of(child(defaults, "rPrDefault", "rPr"))
        self._base_shape = shape_of(child(defaults, "pPrDefault", "pPr"))
        styles = list(children(root, "style"))
        self._styles = {attribute(style, "styleId"): style for style in styles}
        self._usual = next((attribute(s, "styleId") for s in styles if _is_usual(s)), None)
        self._looks: dict[str | None, Look] = {}

    def shape(self, properties: Element | None) -> Shape:
        """Of a paragraph with these `w:pPr`."""
        shape = self._base_shape.copy()
        for style in self._chain(self._named(properties)):
            shape.update(shape_of(child(style, "pPr")))
        shape.update(shape_of(properties))
        return shape

    def look(self, properties: Element | None) -> Look:
        """Of the letters of a paragraph, before its runs say otherwise."""
        name = self._named(properties)
        if name not in self._looks:
            look = self._base_look.copy()
            for style in self._chain(name):
                look.update(look_of(child(style, "rPr")))
            self._looks[name] = look
        return self._looks[name]

    def run_look(self, paragraph: Look, properties: Element | None) -> Look:
        look = paragraph.copy()
        for style in self._chain(value(properties, "rStyle")):
            look.update(look_of(child(style, "rPr")))
        look.update(look_of(properties))
        return look

    def borders(self, table_properties: Element | None) -> list[Element]:
        """The borders of a table, its own after those of its style."""
        chain = self._chain(value(table_properties, "tblStyle"))
        owners = [*(child(style, "tblPr") for style in chain), table_properties]
        found = (child(owner, "tblBorders") for owner in owners)
        return [borders for borders in found if borders is not None]

    def _named(self, properties: Element | None) -> str | None:
        return value(properties, "pStyle") or self._usual

    def _chain(self, name: str | None) -> list[Element]:
        """The style of this name last, what it is based on before it."""
        chain: list[Element] = []
        while name in self._styles and len(chain) < _MAX_DEPTH:
            chain.insert(0, self._styles[name])
            name = value(chain[0], "basedOn")
        return chain


def _is_usual(style: Element) -> bool:
    is_default = attribute(style, "default") in ("1", "true", "on")
    return is_default and attribute(style, "type") == "paragraph"


def look_of(properties: Element | None) -> Look:
    look: Look = {}
    if properties is None:
        return look
    switches = {
        "is_bold": child(properties, "b"),
        "is_italic": child(properties, "i"),
        "is_underlined": child(properties, "u"),
        "is_struck": child(properties, "strike"),
        "is_capitals": child(properties, "caps"),
        "is_hidden": child(properties, "vanish"),
    }
    said = {name: is_on(switch) for name, switch in switches.items() if switch is not None}
    look.update(said)  # type: ignore[typeddict-item]  # the keys are those of Look
    if raised := value(properties, "vertAlign"):
        look["raised"] = raised
    half_points = integer(value(properties, "sz"))
    if half_points is not None:
        look["size"] = within(half_points / 2, _LEAST_SIZE, _MOST_SIZE)
    return look


def shape_of(properties: Element | None) -> Shape:
    shape: Shape = {}
    if properties is None:
        return shape
    align = _ALIGNMENTS.get(value(properties, "jc") or "")
    if align:
        shape["align"] = align
    for name, switch in (("keeps_next", "keepNext"), ("begins_page", "pageBreakBefore")):
        found = child(properties, switch)
        if found is not None:
            shape[name] = is_on(found)  # type: ignore[literal-required]  # a key of Shape
    shape.update(_indents(child(properties, "ind")))
    shape.update(_spacing(child(properties, "spacing")))
    numbering = child(properties, "numPr")
    if numbering is not None:
        level = integer(value(numbering, "ilvl")) or 0
        shape["numbering"] = (integer(value(numbering, "numId")) or 0, level)
    return shape


def _indents(written: Element | None) -> Shape:
    left = _first(points(written, "left"), points(written, "start"))
    right = _first(points(written, "right"), points(written, "end"))
    hanging = points(written, "hanging")
    first_line = _first(None if hanging is None else -hanging, points(written, "firstLine"))
    shape: Shape = {}
    if left is not None:
        shape["left"] = within(left, 0, _MAX_INDENT)
    if right is not None:
        shape["right"] = within(right, 0, _MAX_INDENT)
    if first_line is not None:
        shape["first_line"] = within(first_line, -_MAX_INDENT, _MAX_INDENT)
    return shape


def _spacing(written: Element | None) -> Shape:
    before, after = points(written, "before"), points(written, "after")
    line = integer(attribute(written, "line"))
    shape: Shape = {}
    if before is not None:
        shape["before"] = within(before, 0, _MAX_SPACE)
    if after is not None:
        shape["after"] = within(after, 0, _MAX_SPACE)
    if line is not None and (attribute(written, "lineRule") or "auto") == "auto":
        shape["line"] = within(line / _LINE, 0.8, 3)
    return shape


def _first(*figures: float | None) -> float | None:
    return next((figure for figure in figures if figure is not None), None)
