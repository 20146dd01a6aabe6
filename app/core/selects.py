"""Selects of columns, as many as a statement needs."""

from typing import Any

from sqlalchemy import Select
from sqlmodel import select


def pick(*columns: Any) -> Select[Any]:
    """`select` for any number of columns: its own types end at four."""
    statement: Select[Any] = select(*columns)
    return statement
