"""Filter, sort and page: the same words for every list."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy import Row as Record
from sqlmodel import Session

from app.core.errors import Malformed
from app.core.tokens import open_word, seal_word

T = TypeVar("T")
Filters = Mapping[str, Callable[[Any], ColumnElement[bool]]]


class PageQuery(BaseModel):
    """Base of every noun's query; the noun adds its filters."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=2000)


class Page(BaseModel, Generic[T]):
    """One page; `next_cursor` is null on the last."""

    model_config = ConfigDict(from_attributes=True)

    items: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True)
class Order:
    """The columns a list is sorted by, the last of them unique; newest first when descending.

    `of` is the row whose list it is, where a route names one: a cursor opens no other's.
    """

    columns: tuple[Any, ...]
    descending: bool = False
    of: UUID | None = None


def paginate(
    session: Session, statement: Select[Any], query: PageQuery, order: Order
) -> tuple[Sequence[Record[Any]], str | None]:
    """The records of one page, and the cursor of the next.

    The statement's own columns come first in each record; the sort values are appended.
    """
    asked = query.model_dump_json(exclude={"cursor", "limit"})
    purpose = f"cursor {order.of} {type(query).__name__} {asked}"
    key = tuple_(*order.columns)
    if query.cursor is not None:
        after = _read(purpose, query.cursor, order)
        bound = tuple_(*after)
        statement = statement.where(key < bound if order.descending else key > bound)
    sorted_by = [column.desc() if order.descending else column.asc() for column in order.columns]
    statement = statement.add_columns(*order.columns).order_by(*sorted_by)
    records = session.execute(statement.limit(query.limit + 1)).all()
    if len(records) <= query.limit:
        return records, None
    last = records[query.limit - 1]
    return records[: query.limit], seal_word(purpose, _write(last[-len(order.columns) :]))


def _write(values: Sequence[Any]) -> bytes:
    return json.dumps([str(value) for value in values]).encode()


def _read(purpose: str, cursor: str, order: Order) -> list[Any]:
    """The values where the last page ended, as bound parameters of the columns' own types."""
    texts = json.loads(open_word(purpose, cursor))
    if len(texts) != len(order.columns):
        raise Malformed
    return [_value(text, column) for text, column in zip(texts, order.columns, strict=True)]


def _value(text: str, column: ColumnElement[Any]) -> Any:
    plain = getattr(column.type, "impl_instance", column.type)  # a decorated type hides its own
    parse = _PARSERS.get(plain.python_type, str)
    return literal(parse(text), type_=column.type)


_PARSERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    int: int,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}
