"""A month of three cells: one on phones, one by its secretary, one without a network."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.clock import now as clock_now
from app.core.tokens import verify_access
from app.models import AttendanceEvent, Organization
from tests.conftest import Person, SignIn, at
from tests.evenings import said
from tests.factories.files import make_pdf
from tests.papers import words_of
from tests.recounts import differences
from tests.second_factors import digits
from tests.world import Human, World, rows

EVENING = at("2026-06-04T19:00:00+07:00")
MORNING = at("2026-06-05T07:30:00+07:00")
PERIOD = "2026-06"
OWN_PASSWORD = "mật khẩu đủ dài của tôi"


def test_three_cells_live_through_a_month(
    app: FastAPI,
    sign_in: SignIn,
    session: Session,
    world: World,
    clock: time_machine.Traveller,
) -> None:
    phones = Phones(app, sign_in("officer"))
    north_two = Appointed(phones, world.north_two, world.members[world.north_two.id][3])
    clock.move_to(at("2026-05-25T09:00:00+07:00"))
    leaders = {
        "north_one": sign_in("secretary"),
        "north_two": north_two.come_back(),
        "south_one": sign_in("outsider"),
    }
    meetings = {name: announce(client, getattr(world, name)) for name, client in leaders.items()}

    on_phones(phones, world, meetings["north_one"], leaders["north_one"], clock)
    by_the_secretary(north_two.come_back(), meetings["north_two"], clock)
    without_a_network(leaders["south_one"], world, meetings["south_one"], clock)

    accept(sign_in("officer"), meetings.values())
    check_figures(sign_in("officer"), world)
    check_papers(world, leaders, meetings, session)
    assert differences() == []


class Phones:
    """Members who open their account with a personal code, each on a device of their own."""

    def __init__(self, app: FastAPI, officer: TestClient) -> None:
        self.app, self.officer = app, officer

    def __call__(self, member_id: UUID) -> Person:
        asked = {"member_ids": [str(member_id)]}
        (slip,) = said(self.officer.post("/activation-codes", json=asked))["items"]
        device = TestClient(self.app, base_url="http://testserver/api/v1")
        proof = {
            "card_number": slip["card_number"],
            "activation_code": slip["code"],
            "password": OWN_PASSWORD,
        }
        token = said(device.post("/auth/activate", json=proof))["access_token"]
        claims = verify_access(token, clock_now())
        card_number = slip["card_number"]
        return Person(self.app, Human(claims.account_id, claims.session_id, member_id, card_number))


class Appointed:
    """A new secretary, with a second factor; signed in again whenever a week has gone by."""

    def __init__(self, phones: Phones, cell: Organization, member_id: UUID) -> None:
        office = {"organization_id": str(cell.id), "member_id": str(member_id), "role": "secretary"}
        said(phones.officer.post("/offices", json=office))
        self.person = phones(member_id)
        self.secret = said(self.person.post("/me/totp"))["secret"]
        said(self.person.post("/me/totp/confirm", json={"code": digits(self.secret)}))

    def come_back(self) -> Person:
        human = self.person.human
        given = {
            "identifier": human.card_number,
            "password": OWN_PASSWORD,
            "totp": digits(self.secret),
        }
        token = said(self.person.post("/auth/login", json=given))["access_token"]
        human.session_id = verify_access(token, clock_now()).session_id
        return self.person


def announce(leader: TestClient, cell: Organization) -> str:
    """Drafted, scheduled, and its document there ten days before."""
    wanted = {
        "organization_id": str(cell.id),
        "starts_at": EVENING.isoformat(),
        "place": "Nhà văn hóa",
    }
    meeting_id = str(said(leader.post("/meetings", json=wanted))["id"])
    said(leader.post(f"/meetings/{meeting_id}/schedule"))
    said(
        leader.post(
            "/documents",
            data={"meeting_id": meeting_id, "title": "Dự thảo nghị quyết"},
            files={"file": ("du-thao.pdf", make_pdf(["Dự thảo"]))},
        )
    )
    return meeting_id


def on_phones(
    phones: Phones,
    world: World,
    meeting_id: str,
    secretary: TestClient,
    clock: time_machine.Traveller,
) -> None:
    """Some come by the code, one of them late; one is ill, one silent, the rest are marked."""
    members = world.members[world.north_one.id]
    others = [m for m in members if m not in {h.member_id for h in world.people.values()}]
    ill, (silent, *coming) = world.people["member"], others
    clock.move_to(EVENING - timedelta(days=1, hours=2))
    report = said(
        Person(phones.app, ill).post(
            "/absence-reports", json={"meeting_id": meeting_id, "reason": "health", "text": "Sốt"}
        )
    )
    said(secretary.post(f"/absence-reports/{report['id']}/accept"))
    clock.move_to(EVENING)
    said(secretary.post(f"/meetings/{meeting_id}/open"))
    for number, member_id in enumerate(coming):
        clock.shift(timedelta(seconds=5))
        if number == len(coming) - 1:
            clock.shift(timedelta(minutes=20))
        check_in(phones(member_id), secretary, meeting_id, by="digits" if number % 2 else "token")
    sheet = secretary.get("/attendances", params={"meeting_id": meeting_id})
    lines = {line["member_id"]: line for line in said(sheet)["items"]}
    assert [lines[str(one)]["status"] for one in coming] == ["present"] * len(coming)
    assert lines[str(coming[-1])]["is_late"]
    assert lines[str(ill.member_id)]["suggested_status"] == "absent_excused"
    except_ = {"except": [str(silent)]}
    said(secretary.post(f"/meetings/{meeting_id}/attendances/all-present", json=except_))
    clock.move_to(EVENING + timedelta(minutes=100))
    said(secretary.post(f"/meetings/{meeting_id}/end"))
    write_minutes(secretary, meeting_id, in_favour=7)
    submit_asked_once(secretary, meeting_id, silent)


def submit_asked_once(secretary: TestClient, meeting_id: str, silent: UUID) -> None:
    """Who is ill is excused as suggested; who said nothing is asked about."""
    refused = secretary.post(f"/meetings/{meeting_id}/submit", json={})
    assert refused.json()["unmarked"] == [str(silent)]
    said(secretary.post(f"/meetings/{meeting_id}/submit", json={"unmarked_as": "absent_unexcused"}))


def check_in(phone: TestClient, secretary: TestClient, meeting_id: str, *, by: str) -> None:
    code = said(secretary.get(f"/meetings/{meeting_id}/check-in-code"))[by]
    item = {"id": str(uuid4()), "code": code, "captured_at": EVENING.isoformat()}
    first = phone.post(f"/meetings/{meeting_id}/check-ins", json=item)
    again = phone.post(f"/meetings/{meeting_id}/check-ins", json=item)
    assert (first.status_code, again.status_code) == (201, 200)


def by_the_secretary(secretary: TestClient, meeting_id: str, clock: time_machine.Traveller) -> None:
    """A sheet of paper, entered the same evening."""
    said(secretary.post(f"/meetings/{meeting_id}/open"))
    sheet = secretary.get("/attendances", params={"meeting_id": meeting_id})
    first, *rest = [line["member_id"] for line in said(sheet)["items"]]
    marks = [{"member_id": first, "status": "absent_excused"}]
    marks += [{"member_id": member_id, "status": "present"} for member_id in rest]
    said(
        secretary.put(
            f"/meetings/{meeting_id}/attendances",
            json={"lines": marks},
            headers={"if-match": sheet.headers["etag"]},
        )
    )
    clock.shift(timedelta(minutes=5))
    said(secretary.post(f"/meetings/{meeting_id}/end"))
    write_minutes(secretary, meeting_id, in_favour=3)
    said(secretary.post(f"/meetings/{meeting_id}/submit"))


def without_a_network(
    secretary: TestClient, world: World, meeting_id: str, clock: time_machine.Traveller
) -> None:
    """Badges scanned and lines marked in a hall without a network, sent three times at dawn."""
    members = world.members[world.south_one.id]
    badges = [said(secretary.get(f"/members/{member}/badge"))["token"] for member in members[:2]]
    scanned = [{"code": token} for token in badges]
    marked = [{"member_id": str(members[2]), "status": "present"}]
    marked += [{"member_id": str(members[3]), "status": "absent_unexcused"}]
    items = [
        {
            "id": str(uuid4()),
            "meeting_id": meeting_id,
            "captured_at": (EVENING + timedelta(minutes=number)).isoformat(),
            **said_of,
        }
        for number, said_of in enumerate([*scanned, *marked])
    ]
    clock.move_to(MORNING)
    said(secretary.post(f"/meetings/{meeting_id}/open"))
    said(secretary.post(f"/meetings/{meeting_id}/end"))
    answers = [
        said(secretary.post("/check-ins/batch", json={"items": order}))["items"]
        for order in (items, items[::-1], items[1:] + items[:1])
    ]
    results = [{each["id"]: each["result"] for each in answer} for answer in answers]
    assert results[0] == results[1] == results[2] == {item["id"]: "accepted" for item in items}
    confirm_what_waits(secretary, meeting_id)
    write_minutes(secretary, meeting_id, in_favour=3)
    said(secretary.post(f"/meetings/{meeting_id}/submit"))


def confirm_what_waits(secretary: TestClient, meeting_id: str) -> None:
    asked = {"meeting_id": meeting_id, "status": "awaiting"}
    for waiting in said(secretary.get("/check-ins", params=asked))["items"]:
        said(secretary.post(f"/check-ins/{waiting['id']}/confirm"))


def write_minutes(secretary: TestClient, meeting_id: str, *, in_favour: int) -> None:
    vote = {"subject": "Nghị quyết", "in_favour": in_favour, "against": 0, "abstained": 0}
    minutes = {
        "text": "Chi bộ thảo luận.",
        "resolution": "Hoàn thành nhiệm vụ tháng 6.",
        "self_score": 90,
        "votes": [vote],
    }
    said(secretary.put(f"/meetings/{meeting_id}/minutes", json=minutes))


def accept(officer: TestClient, meeting_ids: Any) -> None:
    for meeting_id in meeting_ids:
        said(officer.get(f"/meetings/{meeting_id}/minutes"))
        said(officer.post(f"/meetings/{meeting_id}/accept"))


def check_figures(officer: TestClient, world: World) -> None:
    """Three of three, all on time; every line of the three sheets counted once."""
    board = said(officer.get(f"/dashboards/{world.root.id}", params={"period": PERIOD}))
    counts = {
        name: (figure["numerator"], figure["denominator"])
        for name, figure in board["figures"].items()
    }
    summoned = sum(
        len(world.members[cell.id]) for cell in (world.north_one, world.north_two, world.south_one)
    )
    assert counts["cells_met"] == counts["cells_met_on_time"] == (3, 3)
    assert counts["documents_on_time"] == (3, 3)
    assert counts["attendance_excused"] == (2, summoned)
    assert counts["attendance_unexcused"] == (2, summoned)
    assert counts["attendance"] == (summoned - 4, summoned)


def check_papers(
    world: World, leaders: dict[str, TestClient], meetings: dict[str, str], session: Session
) -> None:
    """Each cell prints its minutes, its resolution and its list; each line has its history."""
    lines = 0
    for cell, client in leaders.items():
        for name in ("minutes", "resolution", "attendance-list"):
            file = client.get(f"/meetings/{meetings[cell]}/{name}.pdf")
            text = words_of(file.content, "pdf")
            assert getattr(world, cell).name.upper() in text.upper()
        sheet = said(client.get("/attendances", params={"meeting_id": meetings[cell]}))
        for line in sheet["items"]:
            history = said(client.get(f"/attendances/{line['id']}/history"))["items"]
            assert [event["status"] for event in history] == [line["status"]]
            lines += 1
    assert len(rows(session, AttendanceEvent)) == lines
