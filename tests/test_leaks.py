"""No number of a person, no password and no token lies anywhere in clear, whatever was done."""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core import clock, database
from app.core.logs import without_numbers
from app.core.passwords import hash_password
from app.core.settings import settings
from app.demo import load
from app.demo.sign_ins import SignIn as DemoSignIn
from app.demo.sign_ins import sign_ins
from app.models import Member
from app.services import backups
from tests.conftest import SignIn, at
from tests.factories.files import make_png
from tests.factories.meetings import make_absence_report, make_meeting
from tests.factories.people import TOTP_SECRET
from tests.leaks import database_as_it_lies, files_below, found, logged_to
from tests.uploads import bring_in, listed, newcomer, upload
from tests.world import PASSWORD, World, rows

PHONE = "+84987654321"
WRONG = "một mật khẩu không ai dùng"


def test_what_people_do_every_day_leaves_no_number_behind(
    client: TestClient, sign_in: SignIn, session: Session, world: World, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with logged_to(log):
        told = live_a_day(client, sign_in, session, world)
    members = rows(session, Member)
    secrets = {PASSWORD, WRONG, TOTP_SECRET, PHONE, *told}
    secrets |= {str(each) for one in members for each in (one.personal_id, one.card_number)}
    assert len(secrets) > len(members) > 20

    assert log.stat().st_size > 1_000
    assert found([log.read_bytes()], secrets) == set()
    assert found(database_as_it_lies(), secrets) == set()
    assert found(files_below(settings().files_folder), secrets) == set()


def live_a_day(client: TestClient, sign_in: SignIn, session: Session, world: World) -> set[str]:
    """Sign-ins, a list that comes in, one look at what is hidden, mistakes; what was told once."""
    card = world.people["member"].card_number
    login = {"identifier": card, "password": PASSWORD, "device_key": "k" * 32}
    tokens = client.post("/auth/login", json=login).json()
    client.post("/auth/login", json=login | {"password": WRONG})
    officer, secretary, member = (sign_in(name) for name in ("officer", "secretary", "member"))
    [known] = rows(session, Member, Member.id == world.members[world.north_one.id][-1])
    path = f"/members/{known.id}"
    match = {"if-match": secretary.get(path).headers["etag"]}
    assert secretary.patch(path, json={"phone": PHONE}, headers=match).status_code == 200
    look = {"field": "phone", "reason": "Gọi báo họp đột xuất"}
    assert secretary.post(f"{path}/reveal", json=look).json()["value"] == PHONE
    bring_in(officer, newcomer(1), listed(known, **{"Họ và tên": "Tên Mới"}))
    upload(officer, b"PK no workbook")
    codes = secretary.post("/activation-codes", json={"member_ids": [str(known.id)]}).json()
    make_mistakes(secretary, world, known)
    attach_a_letter(member, session, world)
    wish = {"field": "phone", "wanted": PHONE, "text": f"Số mới của tôi là {PHONE}"}
    assert member.post("/corrections", json=wish).json()["text"] == wish["text"]
    return {tokens["access_token"], tokens["refresh_token"], codes["items"][0]["code"]}


def make_mistakes(secretary: TestClient, world: World, known: Member) -> None:
    """Each names a number where it should not."""
    twice: dict[str, Any] = {
        "organization_id": str(world.north_one.id),
        "full_name": "Trần Thị Mới",
        "sex": "female",
        "born_on": "1990-05-15",
        "admitted_on": "2020-02-03",
        "personal_id": known.personal_id,
        "card_number": known.card_number,
    }
    wrong = ({"full_name": known.personal_id}, {"phone": [PHONE]}, known.personal_id)
    answers = [secretary.post("/members", json=body).status_code for body in (twice, *wrong)]
    assert answers == [409, 422, 422, 422]
    secretary.get(f"/members/{known.personal_id}")
    secretary.get("/members", params={"text": known.personal_id})


def attach_a_letter(member: TestClient, session: Session, world: World) -> None:
    meeting = make_meeting(session, world.north_one)
    report = make_absence_report(session, meeting, world.people["member"].member_id)  # type: ignore[arg-type]  # a member has one
    member.post(f"/absence-reports/{report.id}/attachment", files={"file": ("a.png", make_png())})


@pytest.mark.long
def test_none_of_11525_ids_and_telephones_lies_in_clear(
    app: FastAPI, empty_database: None, tmp_path: Path
) -> None:
    """The demonstration as it is brought in and lived, with a telephone for everybody."""
    present, log = at("2026-02-14T03:00:00Z"), tmp_path / "log"
    with logged_to(log), time_machine.travel(present, tick=False):
        with database.writing() as session:
            load.load(session, present, hash_password(PASSWORD), lambda _: None)
            numbers = give_telephones(session)
            people = {person.role: person for person in sign_ins(session)}
        told = ask_as_the_secretary(TestClient(app), people["secretary"], numbers)

        if database.engine().dialect.name == "sqlite":  # of PostgreSQL it is packed
            backups.make(tmp_path / "backup", present)

    assert len(numbers) == 2 * 11_525
    assert found(files_below(tmp_path / "backup"), numbers | told) == set()
    assert found([log.read_bytes()], numbers | told) == set()
    assert found(database_as_it_lies(), numbers | told) == set()
    assert found(files_below(settings().files_folder), numbers | told) == set()


def give_telephones(session: Session) -> set[str]:
    """Everybody's id and telephone."""
    numbers = set[str]()
    for number, member in enumerate(rows(session, Member)):
        member.phone = f"+84990{number:06d}"
        numbers |= {member.phone, str(member.personal_id)}
    return numbers


def ask_as_the_secretary(client: TestClient, person: DemoSignIn, numbers: set[str]) -> set[str]:
    """Signs in, looks at the list, looks a number up, and at what is hidden; the tokens of it."""
    totp = person.digits(clock.now())
    login = {"identifier": person.identifier, "password": PASSWORD, "totp": totp}
    tokens = client.post("/api/v1/auth/login", json=login).json()
    client.headers["authorization"] = f"Bearer {tokens['access_token']}"
    shown = client.get("/api/v1/members", params={"limit": 50}).json()["items"]
    for each in shown[:5]:
        look = {"field": "phone", "reason": "Gọi báo họp đột xuất"}
        answer = client.post(f"/api/v1/members/{each['id']}/reveal", json=look)
        assert answer.json()["value"] in numbers, answer.text
    for number in sorted(numbers)[:20]:
        client.get("/api/v1/members", params={"text": number})
    return {tokens["access_token"], tokens["refresh_token"], PASSWORD}


def test_what_a_library_repeats_of_a_number_stays_out_of_the_log() -> None:
    told = without_numbers(None, "error", {"exception": "input_value='097080000001'", "count": 1})

    assert told == {"exception": "input_value='…'", "count": 1}


@pytest.mark.parametrize("text", [b"x097080000001y", b"10970800000012", b"phone +84987654321"])
def test_the_search_itself_finds_what_lies_there(text: bytes) -> None:
    assert found([b"nothing", text], {"097080000001", PHONE}) != set()
    assert found([b"0970 8000 0001"], {"097080000001", PHONE}) == set()


def test_nothing_that_a_database_says_repeats_what_it_was_given() -> None:
    assert database.engine().hide_parameters
