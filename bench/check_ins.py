"""An evening on which every cell of the committee meets, and everybody checks in at once."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from statistics import quantiles

import anyio.to_thread
import httpx
from sqlmodel import Session, col, func, select

from app.core import clock, database, logs
from app.core.ids import new_id
from app.core.settings import THREADS
from app.core.tokens import sign_access
from app.main import create_app
from app.models import Attendance, AttendanceEvent, AttendanceStatus, CheckIn, Meeting
from app.policies.actors import Actor, Held
from app.policies.roles import Position
from app.schemas.attendances import AttendanceMark, AttendanceMarks
from app.services import attendances
from app.services.check_in_codes import code_at
from app.work import Work
from bench.evening import Guest, appoint, invite, mixed, seat
from bench.samples import Sample

MEMBERS, MEETINGS = 11_525, 616
#: So many are on their way at the same time, and all are to be in within two minutes.
AT_ONCE, WITHIN = 32, 120.0
LARGE, SMALL, PAIRS, WARMING = 100, 10, 60, 5
LOOKS = 300


def main() -> None:
    logs.configure("ERROR")  # standard output is for samples
    with Session(database.autocommitting(database.engine())) as session:
        guests = invite(session)
    assert (len(guests), len({guest.meeting_id for guest in guests})) == (MEMBERS, MEETINGS)
    asyncio.run(come(guests))
    with Session(database.autocommitting(database.engine())) as session:
        expect_all(session, guests)
    compare_sheets(guests)


async def come(guests: Sequence[Guest]) -> None:
    """All of them, as fast as they are answered; the samples."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://bench/api/v1") as client:
        waiting = iter(mixed(guests))
        started = time.perf_counter()
        takings = [_take(client, waiting) for _ in range(AT_ONCE)]
        times = [one for some in await asyncio.gather(*takings) for one in some]
        Sample("check-ins", time.perf_counter() - started, WITHIN).hand_over()
        cuts = quantiles(times, n=20)
        Sample("check-in median", cuts[9] * 1000).hand_over()
        Sample("check-in p95", cuts[18] * 1000).hand_over()
        await look(client, guests[0])


async def _take(client: httpx.AsyncClient, waiting: Iterator[Guest]) -> list[float]:
    times = []
    for guest in waiting:
        now = clock.now()
        said = {
            "id": str(new_id()),
            "code": code_at(guest.meeting_id, now).token,
            "captured_at": now.isoformat(),
        }
        url = f"/meetings/{guest.meeting_id}/check-ins"
        started = time.perf_counter()
        answer = await client.post(url, json=said, headers=_headers(guest))
        times.append(time.perf_counter() - started)
        assert answer.status_code == 201, answer.text
    return times


async def look(client: httpx.AsyncClient, guest: Guest) -> None:
    """The running count asked for by somebody who has it already, and by somebody who has not."""
    leader = _headers(guest) | {"if-none-match": "none"}
    appoint(guest)
    url = f"/meetings/{guest.meeting_id}/live"
    known = leader | {"if-none-match": (await client.get(url, headers=leader)).headers["etag"]}
    for _ in range(LOOKS):
        unchanged = await _timed(client, url, known, 304)
        Sample("live unchanged", unchanged, await _timed(client, url, leader, 200)).hand_over()


async def _timed(
    client: httpx.AsyncClient, url: str, headers: dict[str, str], status: int
) -> float:
    started = time.perf_counter()
    answer = await client.get(url, headers=headers)
    assert answer.status_code == status
    return (time.perf_counter() - started) * 1000


def expect_all(session: Session, guests: Sequence[Guest]) -> None:
    """Nothing was lost, nothing doubled."""
    ids = {guest.meeting_id for guest in guests}
    for model in (Attendance, AttendanceEvent, CheckIn):
        statement = select(model.member_id).where(col(model.meeting_id).in_(ids))
        if model is Attendance:
            statement = statement.where(col(Attendance.status) == AttendanceStatus.PRESENT)
        found = session.execute(statement.execution_options(scoped="a count")).scalars().all()
        assert sorted(map(str, found)) == sorted(str(guest.member_id) for guest in guests)
    sheets = select(func.sum(col(Meeting.sheet_version))).where(col(Meeting.id).in_(ids))
    total = session.execute(sheets.execution_options(scoped="a count")).scalar_one()
    assert total == MEETINGS + MEMBERS


def compare_sheets(guests: Sequence[Guest]) -> None:
    """A large sheet beside a small one, both saved as a whole."""
    large, small = seat(guests[:LARGE]), seat(guests[:SMALL])
    for number in range(WARMING + PAIRS):
        pair = _save(large, number), _save(small, number)
        if number >= WARMING:
            Sample("sheet of 100", *(seconds * 1000 for seconds in pair)).hand_over()


def _save(guests: Sequence[Guest], number: int) -> float:
    status = (AttendanceStatus.PRESENT, AttendanceStatus.ABSENT_EXCUSED)[number % 2]
    marks = AttendanceMarks(
        lines=[AttendanceMark(member_id=guest.member_id, status=status) for guest in guests]
    )
    host = guests[0]
    held = (Held(Position.CELL_SECRETARY, host.path),)
    started = time.perf_counter()
    with database.writing() as session:
        work = Work(session, Actor(account_id=host.account_id, held=held), clock.now())
        attendances.mark(work, host.meeting_id, marks, 1 + number)
    return time.perf_counter() - started


def _headers(guest: Guest) -> dict[str, str]:
    token = sign_access(guest.account_id, guest.session_id, clock.now())
    return {"authorization": f"Bearer {token}"}


if __name__ == "__main__":
    main()
