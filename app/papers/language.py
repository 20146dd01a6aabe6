"""The language of templates: the names a paper offers, `if`, `for`, and a few filters; no more.

Every template is checked before it is compiled. It calls nothing, computes nothing and keeps
nothing, and it loops only over what the paper lists, so that its output and its time are bounded.
"""

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeVisitor
from markupsafe import Markup, escape

from app.papers.faults import Fault, refuse

MAX_OUTPUT: Final = 4 * 1024 * 1024
MAX_LOOPS: Final = 2  # one inside the other
FILTERS: Final = ("upper", "lower", "trim", "length", "join")

_NODES: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Compare, nodes.Operand, nodes.Filter),
)
_NAMES: Final = (nodes.Name, nodes.Getattr)
_TAG = re.compile(r"<[^<>]*>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What docxtpl would read as its own marks, and its mark for a new paragraph.
_AS_REFERENCES: Final = {"{": "&#123;", "}": "&#125;", "%": "&#37;", "\r\n": "\a", "\n": "\a"}


class _Loop:
    """What a template may ask of `loop`."""

    index: int
    length: int
    first: bool
    last: bool


class _Offered(NamedTuple):
    """A name in reach: its type, and where the paper keeps it."""

    kind: Any
    path: str


class Language(ImmutableSandboxedEnvironment):
    """Reads templates of one kind of paper; `used` gathers the paths they name."""

    def __init__(self, offers: type) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True, finalize=_write)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.template_class = _BoundedTemplate
        self.offers = offers
        self.used: set[str] = set()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Where `compile` gets its tree from: nothing unchecked is ever compiled."""
        try:
            tree = super()._parse(source, name, filename)
            reader = _Reader(self.offers, lambda line: _place(source, line))
            reader.visit(tree)
        except TemplateSyntaxError as error:
            raise refuse(Fault.BROKEN, _place(source, error.lineno)) from error
        except (RecursionError, ValueError) as error:  # too deep; a number too long
            raise refuse(Fault.BROKEN, "(((…)))") from error
        if reader.unknown:
            raise refuse(Fault.UNKNOWN_NAME, *dict.fromkeys(reader.unknown))
        self.used |= reader.used
        return tree


class _BoundedTemplate(Template):
    def render(self, *args: Any, **kwargs: Any) -> str:
        pieces, size = [], 0
        for piece in self.generate(*args, **kwargs):
            pieces.append(piece)
            size += len(piece)
            if size > MAX_OUTPUT:
                raise refuse(Fault.TOO_LARGE)
        return "".join(pieces)


class _Reader(NodeVisitor):
    """Follows every name to the type behind it; an expression that is no name has none."""

    def __init__(self, offers: type, place: Callable[[int], str]) -> None:
        hints = get_type_hints(offers)
        self.scope = {name: _Offered(kind, name) for name, kind in hints.items()}
        self.place = place
        self.loops = 0
        self.used: set[str] = set()
        self.unknown: list[str] = []

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if type(node) not in _NODES:
            raise self._forbidden(node)
        return super().visit(node, *args, **kwargs)

    def visit_Name(self, node: nodes.Name) -> _Offered | None:  # noqa: N802 - named by the visitor
        return self._use(self.scope.get(node.name), node)

    def visit_Getattr(self, node: nodes.Getattr) -> _Offered | None:  # noqa: N802 - named by the visitor
        if not isinstance(node.node, _NAMES):
            raise self._forbidden(node)
        owner = self.visit(node.node)
        if owner is None:
            return None
        kind = _fields(owner.kind).get(node.attr)
        return self._use(kind and _Offered(kind, f"{owner.path}.{node.attr}"), node)

    def visit_For(self, node: nodes.For) -> None:  # noqa: N802 - named by the visitor
        is_plain = isinstance(node.iter, _NAMES) and not node.recursive
        if not is_plain or not isinstance(node.target, nodes.Name) or self.loops == MAX_LOOPS:
            raise self._forbidden(node)
        many = self.visit(node.iter)
        if many is None:
            return
        if get_origin(many.kind) is not tuple:
            raise self._forbidden(node)
        outer, item = self.scope, _Offered(get_args(many.kind)[0], many.path)
        self.scope = {**outer, node.target.name: item, "loop": _Offered(_Loop, "loop")}
        self.loops += 1
        self._visit_all([*([node.test] if node.test else []), *node.body])
        self.loops -= 1
        self.scope = outer
        self._visit_all(node.else_)

    def visit_Filter(self, node: nodes.Filter) -> None:  # noqa: N802 - named by the visitor
        if node.name not in FILTERS or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self._forbidden(node)
        self._visit_all([*([node.node] if node.node else []), *node.args])

    def _visit_all(self, many: list[Any]) -> None:
        for node in many:
            self.visit(node)

    def _use(self, offered: _Offered | None, node: nodes.Expr) -> _Offered | None:
        if offered is None:
            self.unknown.append(_written(node))
        else:
            self.used.add(offered.path)
        return offered

    def _forbidden(self, node: nodes.Node) -> Exception:
        return refuse(Fault.FORBIDDEN, self.place(node.lineno))


def _fields(kind: Any) -> dict[str, Any]:
    is_own = isinstance(kind, type) and kind.__module__.startswith("app.papers.")
    return get_type_hints(kind) if is_own else {}


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _place(source: str, line: int) -> str:
    """The words of a line, which in a rendered part is one paragraph."""
    lines = source.splitlines()
    words = _TAG.sub(" ", lines[line - 1]) if line <= len(lines) else ""
    return " ".join(words.split())


def _write(value: object) -> Markup:
    """A value becomes text of the paper, letter by letter; each line a paragraph of its own."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a template cannot print {type(value).__name__}")
    text = str(escape(_NOT_XML.sub("", str(value))))
    for letters, reference in _AS_REFERENCES.items():
        text = text.replace(letters, reference)
    return Markup(text)  # noqa: S704 - escaped above
