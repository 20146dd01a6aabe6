"""Runs the tests once, then once for each mutant, in a process of its own that begins warm.

Of a mutant in a function only those tests are run that came through it: first those that noticed
others before, then the quickest.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.transplants import transplant

#: A mutant that has not come to an end in so many times as long as its tests take runs for ever.
PATIENCE, AT_LEAST = 10, 8.0
_LAST_CODE = 255  # of a process


class Mutants:
    def __init__(self, path: Path, report: Path) -> None:
        self.path, self.report = path, report
        self.file = str(path.resolve())
        #: By function: the tests that came through it; by test: how long it takes.
        self.through: dict[str, set[pytest.Item]] = defaultdict(set)
        self.seconds: dict[pytest.Item, float] = {}
        self.noticed: Counter[pytest.Item] = Counter()
        self.running: pytest.Item | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        for item in items:
            self.running, began = item, time.monotonic()
            if not _passes(item):
                raise session.Failed(f"{item.nodeid} fails without a mutant")
            self.seconds[item] = time.monotonic() - began
        sys.setprofile(None)
        threading.setprofile(None)
        if (fate := self._fate(list(self.seconds), None)) != "survived":
            raise session.Failed(f"a child without a mutant is {fate}: nothing told is true")
        with self.report.open("w") as report:
            for mutant in mutants_of(self.path):
                report.write(f"{self._fate(self._reached_by(mutant), mutant)} {mutant}\n")
                report.flush()
        return True

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename == self.file and self.running:
            self.through[frame.f_code.co_qualname.partition(".<locals>")[0]].add(self.running)

    def _reached_by(self, mutant: Mutant) -> list[pytest.Item]:
        known = self.seconds if mutant.scope is None else self.through[mutant.scope]
        return sorted(known, key=lambda item: (-self.noticed[item], self.seconds[item]))

    def _fate(self, items: Sequence[pytest.Item], mutant: Mutant | None) -> str:
        if not items:
            return "unreached"
        until = time.monotonic() + AT_LEAST + PATIENCE * sum(self.seconds[item] for item in items)
        if (child := os.fork()) == 0:
            os._exit(_who_minds(mutant, items))
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return self._told(items, os.waitstatus_to_exitcode(status))
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "endless"

    def _told(self, items: Sequence[pytest.Item], place: int) -> str:
        if 1 <= place <= len(items):
            self.noticed[items[place - 1]] += 1
        return "killed" if place else "survived"


def _who_minds(mutant: Mutant | None, items: Sequence[pytest.Item]) -> int:
    """The place of the test that does; 0 when none does."""
    from fastapi.testclient import TestClient  # noqa: PLC0415 - pytest rewrites what it imports

    TestClient.portal = None  # its loop runs in a thread, which no child inherits
    try:
        if mutant:
            transplant(mutant)
        minding = (place for place, item in enumerate(items, start=1) if not _passes(item))
        return min(next(minding, 0), _LAST_CODE)
    except BaseException:
        return _LAST_CODE


def _passes(item: pytest.Item) -> bool:
    """What it has set up is taken down, but for what serves the whole session."""
    reports = runtestprotocol(item, nextitem=item.session, log=False)  # type: ignore[arg-type]  # its chain is asked for, no more
    return not any(report.failed for report in reports)
