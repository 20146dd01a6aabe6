"""The doctor names what is wrong before somebody else finds it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url, update
from sqlmodel import Session, col
from typer.testing import CliRunner

from app.cli import cli
from app.core import database, disks, keys, migrations
from app.core.confidential import Sealed
from app.core.settings import settings
from app.jobs import calendar
from app.models import Member
from app.services import checkups
from tests.world import World

pytestmark = pytest.mark.usefixtures("world", "clock")


def examined() -> tuple[int, dict[str, str]]:
    """The exit code, and the verdict on each thing."""
    answer = CliRunner().invoke(cli, ["doctor"])
    lines = (line.partition(":")[0].split(maxsplit=1) for line in answer.output.splitlines())
    return answer.exit_code, {about: verdict for verdict, about in lines}


def test_a_service_that_is_well_is_told_so() -> None:
    code, found = examined()

    assert code == 0
    healthy = ("passwords", "keys", "database", "schema", "disk", "sealed values", "seals", "jobs")
    assert {found[about] for about in healthy} == {"ok"}


def test_a_database_that_is_away_is_named_and_nothing_more_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = database.make_engine("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
    monkeypatch.setattr(database, "engine", lambda: gone)

    code, found = examined()

    assert (code, found["database"]) == (1, "FAIL")
    assert "schema" not in found
    assert "secret" not in CliRunner().invoke(cli, ["doctor"]).output


def test_a_schema_of_another_version_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "head", lambda: "of the code that runs here")

    assert examined()[1]["schema"] == "FAIL"


def test_values_whose_key_is_lost_are_named(world: World, session: Session) -> None:
    foreign = Sealed(bytes([1]) + b"9" + b"0" * 40)
    someone = col(Member.id) == world.people["member"].member_id
    lost = update(Member).where(someone).values(phone_sealed=foreign)
    session.execute(lost.execution_options(scoped="a test"))

    code, found = examined()
    assert (code, found["sealed values"]) == (1, "FAIL")


def test_a_file_of_keys_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings(), "keys_file", tmp_path / "none.json")
    keys.ring.cache_clear()
    try:
        found = {each.about: each.verdict for each in checkups._keys()}  # noqa: SLF001 - one of many
    finally:
        monkeypatch.undo()
        keys.ring.cache_clear()

    assert found == {"keys": "FAIL"}


@pytest.mark.parametrize(("free", "verdict"), [(16, "ok"), (15, "warn"), (6, "warn"), (5, "FAIL")])
def test_a_disk_is_told_of_before_it_is_full(
    monkeypatch: pytest.MonkeyPatch, free: int, verdict: str
) -> None:
    usage = SimpleNamespace(total=100, free=free)
    monkeypatch.setattr(disks.shutil, "disk_usage", lambda _: usage)  # type: ignore[attr-defined]  # a module

    assert examined()[1]["disk"] == verdict


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("postgresql://a@127.0.0.1/b", "ok"),
        ("postgresql://a@/b?host=/run/postgresql", "ok"),
        ("postgresql://a@db.example/b", "warn"),
        ("postgresql://a@db.example/b?sslmode=require", "warn"),
        ("postgresql://a@db.example/b?sslmode=verify-full", "ok"),
    ],
)
def test_a_link_that_others_may_read_is_named(url: str, verdict: str) -> None:
    assert checkups._link(make_url(url)).verdict == verdict  # noqa: SLF001 - one of many


@pytest.mark.parametrize(
    ("setting", "safe", "open_", "about"),
    [
        ("docs", False, True, "docs"),
        ("throttling", True, False, "throttling"),
        ("allowed_hosts", ("so-tay.example",), (), "hosts"),
        ("trusted_proxies", ("127.0.0.1",), (), "proxies"),
    ],
)
def test_what_stands_open_is_named(
    monkeypatch: pytest.MonkeyPatch, setting: str, safe: object, open_: object, about: str
) -> None:
    for value, verdict in ((safe, "ok"), (open_, "warn")):
        monkeypatch.setattr(settings(), setting, value)
        found = {each.about: each.verdict for each in checkups._settings()}  # noqa: SLF001 - one of many
        assert found[about] == verdict


def test_a_worker_that_does_nothing_is_named() -> None:
    assert examined()[1]["worker"] == "warn"

    calendar.keep()

    assert examined()[1]["worker"] == "ok"
