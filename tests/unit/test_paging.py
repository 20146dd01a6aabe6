"""Pages of a list: nothing lost, nothing twice, and a cursor good for one query only."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Date, Integer, MetaData, String, Table, Uuid, create_engine, select
from sqlmodel import Session
from sqlmodel.sql.sqltypes import UTCDateTime

from app.core.errors import Malformed
from app.core.paging import Order, PageQuery, paginate

ITEMS = Table(
    "items",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("name", String),
    Column("number", Integer),
    Column("day", Date),
    Column("moment", UTCDateTime),
)
BEGAN = datetime(2026, 5, 15, 5, tzinfo=UTC)


class ItemQuery(PageQuery):
    name: str | None = None


class OtherQuery(ItemQuery):
    pass


@pytest.fixture(scope="module")
def items() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    ITEMS.create(engine)
    with Session(engine) as session:
        session.execute(
            ITEMS.insert(),
            [
                {
                    "id": UUID(int=number * 7919 % 1000),
                    "name": "abc"[number % 3],
                    "number": number % 4,
                    "day": date(2026, 1, 1) + timedelta(days=number % 5),
                    "moment": BEGAN + timedelta(microseconds=number % 6),
                }
                for number in range(23)
            ],
        )
        yield session
    engine.dispose()


def walk(session: Session, order: Order, limit: int) -> list[UUID]:
    """Every id, page by page."""
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(50):
        query = ItemQuery(limit=limit, cursor=cursor)
        records, cursor = paginate(session, select(ITEMS.c.id), query, order)
        assert len(records) <= limit
        seen += [record[0] for record in records]
        if cursor is None:
            return seen
    raise AssertionError("the list never ends")


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    "columns",
    [
        ("id",),
        ("name", "id"),
        ("number", "id"),
        ("day", "id"),
        ("moment", "id"),
        ("name", "day", "id"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 7, 22, 23, 200])
def test_page_by_page_is_the_whole_list(
    items: Session, columns: tuple[str, ...], limit: int, *, descending: bool
) -> None:
    order = Order(tuple(ITEMS.c[name] for name in columns), descending)
    keys: list[Any] = [column.desc() if descending else column for column in order.columns]
    whole = list(items.execute(select(ITEMS.c.id).order_by(*keys)).scalars())

    assert walk(items, order, limit) == whole
    assert len(whole) == 23


def test_a_row_that_goes_meanwhile_disturbs_no_page(items: Session) -> None:
    order = Order((ITEMS.c.id,))
    first, cursor = paginate(items, select(ITEMS.c.id), ItemQuery(limit=10), order)
    with items.begin_nested() as savepoint:
        items.execute(ITEMS.delete().where(ITEMS.c.id == first[0][0]))
        rest, _ = paginate(items, select(ITEMS.c.id), ItemQuery(limit=200, cursor=cursor), order)
        savepoint.rollback()

    assert len(rest) == 13
    assert not {record[0] for record in rest} & {record[0] for record in first}


@pytest.mark.parametrize(
    "other",
    [
        ItemQuery(name="a"),
        OtherQuery(),
    ],
)
def test_a_cursor_is_of_its_query(items: Session, other: ItemQuery) -> None:
    order = Order((ITEMS.c.id,))
    _, cursor = paginate(items, select(ITEMS.c.id), ItemQuery(limit=2), order)

    with pytest.raises(Malformed):
        paginate(items, select(ITEMS.c.id), other.model_copy(update={"cursor": cursor}), order)


def test_the_size_of_a_page_may_change_on_the_way(items: Session) -> None:
    order = Order((ITEMS.c.id,))
    first, cursor = paginate(items, select(ITEMS.c.id), ItemQuery(limit=2), order)

    rest, last = paginate(items, select(ITEMS.c.id), ItemQuery(limit=200, cursor=cursor), order)

    assert (len(first), len(rest), last) == (2, 21, None)


@given(st.text(min_size=1, max_size=100))
def test_nonsense_is_malformed(cursor: str) -> None:
    engine = create_engine("sqlite://")
    with Session(engine) as session, pytest.raises(Malformed):
        paginate(session, select(ITEMS.c.id), ItemQuery(cursor=cursor), Order((ITEMS.c.id,)))
    engine.dispose()
