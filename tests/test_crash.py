"""Killed in the middle of a write, the service keeps all of it or none of it."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from app.models import Import, ImportStatus, Meeting, Member, Membership
from tests.factories.workbooks import make_full_list, make_member
from tests.recounts import differences
from tests.servers import environment_of, served, sign_in_today
from tests.world import World, rows

pytestmark = pytest.mark.long

ROWS = 3_000


@pytest.fixture
def environment(world: World) -> dict[str, str]:
    """The same database and keys, for a process of its own."""
    return environment_of()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    environment: dict[str, str], world: World, session: Session
) -> None:
    headers = sign_in_today(world, session)
    kept = [_write_until_killed(environment, world, headers, writes) for writes in (3, 11)]

    with served(environment) as server, server.client() as client:
        for meeting_id in (one for some in kept for one in some):
            answer = client.get(f"/api/v1/meetings/{meeting_id}", headers=headers)
            assert answer.status_code == 200
    assert len(rows(session, Meeting)) >= sum(map(len, kept))
    assert differences() == []


def _write_until_killed(
    environment: dict[str, str], world: World, headers: dict[str, str], writes: int
) -> list[str]:
    """The ids of meetings whose creation was acknowledged before kill -9 struck."""
    acknowledged: list[str] = []
    draft = {
        "organization_id": str(world.north_one.id),
        "title": "Sinh hoạt",
        "starts_at": "2027-01-05T19:00:00+07:00",
    }
    with served(environment) as server, server.client() as client:
        while len(acknowledged) < writes:
            answer = client.post("/api/v1/meetings", json=draft, headers=headers)
            assert answer.status_code == 201, answer.text
            acknowledged.append(answer.json()["id"])
        server.process.send_signal(signal.SIGKILL)
    return acknowledged


def test_a_commit_of_many_rows_is_all_or_nothing_when_killed(
    environment: dict[str, str], session: Session, tmp_path: Path
) -> None:
    workbook = tmp_path / "list.xlsx"
    workbook.write_bytes(make_full_list(*map(_cells, range(ROWS))))
    before = len(rows(session, Member))
    outcomes: set[int] = set()
    for patience in (1.6, 2.0, 2.4, 2.8, 60):
        command = [sys.executable, "-m", "app.cli", "import", str(workbook), "--commit"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        added = len(rows(session, Member)) - before
        outcomes.add(added)
        committed = [row for row in rows(session, Import) if row.status is ImportStatus.COMMITTED]
        assert added == (ROWS if committed else 0)
        assert len(rows(session, Membership)) == before + added

    assert ROWS in outcomes
    assert differences() == []


def _cells(number: int) -> dict[str, Any]:
    ident = f"972080{number:06d}"
    return make_member(
        **{
            "Họ và tên": f"Người Thứ {number}",
            "Số định danh cá nhân": ident,
            "Số thẻ Đảng": ident,
            "Tổ chức Đảng sinh hoạt": "97.001.001.000.002",
        }
    )
