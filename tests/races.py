"""Two who do the same thing at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any, TypeVar

import pytest

from app.core import database

T = TypeVar("T")
One = TypeVar("One")


def both_reach(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Neither of two goes on in this function of the module before the other has come to it.

    On SQLite one waits for the other anyway.
    """
    both_are_there = threading.Barrier(2)
    goes_on = getattr(module, name)

    def together(*given: Any) -> Any:
        if database.engine().dialect.name == "postgresql":
            both_are_there.wait(5)
        return goes_on(*given)

    monkeypatch.setattr(module, name, together)


def at_once(act: Callable[[One], T], pair: tuple[One, One]) -> list[T]:
    """What came of it for each."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(act, pair))
