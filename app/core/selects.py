"""What selects need: any number of columns, and no more values than a statement takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlmodel import select

Item = TypeVar("Item")
#: So many values are asked for in one statement; both databases take more.
AT_ONCE = 8_000


def pick(*columns: Any) -> Select[Any]:
    """`select` for any number of columns: its own types end at four."""
    statement: Select[Any] = select(*columns)
    return statement


def portions(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Lists of at most `AT_ONCE`, for conditions that name many values."""
    rest = iter(items)
    while portion := list(islice(rest, AT_ONCE)):
        yield portion
