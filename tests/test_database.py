"""The few ways to the database: what is told of an insertion, and a session of one moment."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.core import database
from app.models import CalendarRun
from tests.world import NOON

pytestmark = pytest.mark.usefixtures("world")
RUN = {"name": "recount", "due_at": NOON, "job_id": None}


class TestInsertOnce:
    def test_tells_who_was_first(self) -> None:
        told = []
        for _ in range(2):
            with database.writing() as session:
                told.append(database.insert_once(session, CalendarRun, RUN))

        assert told == [True, False]

    def test_of_several_at_once_one_was_first(self) -> None:
        told: Counter[bool] = Counter()

        def insert() -> None:
            with database.writing() as session:
                told[database.insert_once(session, CalendarRun, RUN)] += 1

        threads = [threading.Thread(target=insert) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert told == {True: 1, False: 3}


class TestSnapshot:
    def test_sees_one_moment_while_others_write(self) -> None:
        def runs(session: Session) -> int:
            return len(session.exec(select(CalendarRun.name)).all())

        with database.snapshot() as session:
            before = runs(session)
            with database.writing() as writer:
                database.insert_once(writer, CalendarRun, RUN)
            during = runs(session)
        with database.snapshot() as session:
            after = runs(session)

        assert (before, during, after) == (0, 0, 1)

    def test_leaves_its_connection_as_it_was(self) -> None:
        with pytest.raises(RuntimeError), database.snapshot():
            raise RuntimeError
        with database.writing() as session:
            run = RUN | {"due_at": NOON + timedelta(days=1)}
            assert database.insert_once(session, CalendarRun, run)
        with database.reading() as session:
            assert len(session.exec(select(CalendarRun.name)).all()) == 1
