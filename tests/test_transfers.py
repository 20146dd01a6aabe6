"""A member moves from cell to cell: both agree, and a date switches what is counted where."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlmodel import Session

from app.models import (
    EndReason,
    Figure,
    Member,
    Membership,
    MembershipKind,
    Notification,
    Office,
    Organization,
    Role,
    Transfer,
    TransferStatus,
)
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.factories.people import make_member, make_membership, make_office
from tests.factories.transfers import make_transfer
from tests.figures import figure
from tests.world import NOON, World, rows

IN_JUNE = at("2026-06-01T05:00:00Z")


@pytest.fixture
def mover(session: Session, world: World) -> Member:
    """Somebody of the first cell of the north, counted there."""
    wanted = Member.id == world.members[world.north_one.id][6]
    (member,) = rows(session, Member, wanted)
    return member


def asked(member: Member, cell: Organization, effective_on: str = "2026-06-01") -> dict[str, Any]:
    return {
        "member_id": str(member.id),
        "to_organization_id": str(cell.id),
        "effective_on": effective_on,
    }


def residences(session: Session, member: Member) -> list[tuple[UUID, date, date | None]]:
    found = rows(session, Membership, Membership.member_id == member.id)
    return [
        (row.organization_id, row.valid_from, row.valid_to)
        for row in sorted(found, key=lambda row: row.valid_from)
    ]


def accounts(session: Session, cell: Organization, period: str) -> int:
    at_cell = (Figure.organization_id == cell.id, Figure.period == period)
    (row,) = rows(session, Figure, *at_cell)
    return row.accounts


def moved(
    sign_in: SignIn, member: Member, cell: Organization, effective_on: str, who: str = "secretary"
) -> str:
    """Drafted and sent; the id."""
    made = said(sign_in(who).post("/transfers", json=asked(member, cell, effective_on)))
    transfer_id: str = made["id"]
    said(sign_in(who).post(f"/transfers/{transfer_id}/send"))
    return transfer_id


def test_from_the_draft_to_the_day_on_which_the_new_cell_counts(
    sign_in: SignIn,
    session: Session,
    world: World,
    mover: Member,
    clock: time_machine.Traveller,
) -> None:
    secretary, outsider = sign_in("secretary"), sign_in("outsider")
    person = f"/members/{mover.id}"
    made = said(secretary.post("/transfers", json=asked(mover, world.south_one)))
    assert outsider.get(person).status_code == 404

    said(secretary.post(f"/transfers/{made['id']}/send"))
    assert said(secretary.get(person))["state"] == "in_transit"
    (told,) = said(outsider.get("/notifications"))["items"]
    assert (told["kind"], told["subject_id"]) == ("transfer_sent", made["id"])
    assert mover.full_name in told["title"]
    taken = said(outsider.post(f"/transfers/{made['id']}/accept", json={"comment": "Đồng ý"}))

    assert (taken["status"], taken["comment"]) == ("accepted", "Đồng ý")
    june = date(2026, 6, 1)
    assert residences(session, mover) == [
        (world.north_one.id, date(2026, 1, 5), june),
        (world.south_one.id, june, None),
    ]
    # Until the date an account of the old cell, and on no roster.
    assert said(secretary.get(person))["state"] == "in_transit"
    assert figure(sign_in("officer"), world.north_one, "accounts_activated")[1] == 10
    clock.move_to(IN_JUNE)
    seen = said(outsider.get(person))
    assert (seen["state"], seen["organization_id"]) == ("active", str(world.south_one.id))
    assert secretary.get(person).status_code == 404
    north, south = (
        figure(sign_in("officer"), cell, "accounts_activated", "2026-06")[1]
        for cell in (world.north_one, world.south_one)
    )
    assert (north, south) == (9, 5)
    assert figure(sign_in("officer"), world.north_one, "accounts_activated")[1] == 10
    listed = said(outsider.get(f"/memberships?member_id={mover.id}"))["items"]
    assert listed[-1]["organization_id"] == str(world.south_one.id)


class TestCreate:
    def test_a_draft_names_the_member_and_both_cells(
        self, sign_in: SignIn, world: World, mover: Member
    ) -> None:
        body = asked(mover, world.south_one) | {"reason": "Đổi nơi công tác"}

        answer = sign_in("secretary").post("/transfers", json=body)

        made = said(answer)
        assert (answer.status_code, answer.headers["location"]) == (
            201,
            f"/api/v1/transfers/{made['id']}",
        )
        assert body.items() <= made.items()
        assert (made["status"], made["full_name"], made["is_overdue"]) == (
            "draft",
            mover.full_name,
            False,
        )
        assert (made["organization"]["name"], made["to_organization"]["name"]) == (
            "Chi bộ Bắc 1",
            "Chi bộ Nam 1",
        )

    @pytest.mark.parametrize(
        ("target", "day", "place"),
        [
            ("north_one", "2026-06-01", "/to_organization_id"),
            ("south", "2026-06-01", "/to_organization_id"),
            (None, "2026-06-01", "/to_organization_id"),
            ("south_one", "2026-01-05", "/effective_on"),
            ("south_one", "1899-01-05", "/effective_on"),
        ],
    )
    def test_to_another_cell_and_after_the_first_day_in_this_one(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        mover: Member,
        target: str | None,
        day: str,
        place: str,
    ) -> None:
        to = str(getattr(world, target).id if target else uuid4())
        body = asked(mover, world.south_one, day) | {"to_organization_id": to}

        answer = sign_in("secretary").post("/transfers", json=body)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [place]
        assert rows(session, Transfer) == []

    def test_a_cell_that_is_no_cell_and_one_that_is_not_answer_alike(
        self, sign_in: SignIn, world: World, mover: Member
    ) -> None:
        told = []
        for to in (world.other.id, uuid4()):
            body = asked(mover, world.south_one) | {"to_organization_id": str(to)}
            told.append(sign_in("secretary").post("/transfers", json=body).json()["errors"])

        assert told[0] == told[1]

    @pytest.mark.parametrize("over", [EndReason.LEFT, EndReason.DECEASED, EndReason.MOVED])
    def test_only_of_who_belongs_to_the_cell_without_an_end(
        self, sign_in: SignIn, session: Session, world: World, over: EndReason
    ) -> None:
        gone = make_member(session, None, number=801)
        make_membership(session, world.north_one, gone, valid_to=date(2026, 7, 1), end_reason=over)

        answer = sign_in("secretary").post("/transfers", json=asked(gone, world.south_one))

        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_member_then")

    def test_one_is_under_way_at_a_time(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        secretary = sign_in("secretary")
        first = said(secretary.post("/transfers", json=asked(mover, world.south_one)))
        second = secretary.post("/transfers", json=asked(mover, world.north_two))
        said(secretary.post(f"/transfers/{first['id']}/cancel"))
        third = secretary.post("/transfers", json=asked(mover, world.north_two))

        assert (second.status_code, second.json()["code"], third.status_code) == (
            409,
            "conflict",
            201,
        )

    def test_a_guest_is_not_given_away(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        guest = make_member(session, world.south_one, number=801)
        make_membership(session, world.north_one, guest, kind=MembershipKind.TEMPORARY)

        answer = sign_in("secretary").post("/transfers", json=asked(guest, world.north_two))

        assert answer.status_code == 403
        assert rows(session, Transfer) == []

    def test_said_twice_under_one_key_it_is_one(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        body, key = asked(mover, world.south_one), {"idempotency-key": "transfer-1"}
        answers = [
            sign_in("secretary").post("/transfers", json=body, headers=key) for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1


class TestTransitions:
    @pytest.mark.parametrize(
        ("status", "allowed"),
        [
            (TransferStatus.DRAFT, ["send", "cancel"]),
            (TransferStatus.SENT, ["accept", "decline", "cancel"]),
            (TransferStatus.ACCEPTED, []),
            (TransferStatus.DECLINED, []),
            (TransferStatus.CANCELLED, []),
        ],
    )
    def test_every_arrow_and_no_other(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        status: TransferStatus,
        allowed: list[str],
    ) -> None:
        officer = sign_in("officer")
        bodies: dict[str, Any] = {"decline": {"comment": "Thiếu hồ sơ"}}
        for number, verb in enumerate(("send", "accept", "decline", "cancel"), start=801):
            member = make_member(session, world.north_one, number=number)
            made = make_transfer(session, member, world.north_one, world.south_one, status=status)

            answer = officer.post(f"/transfers/{made.id}/{verb}", json=bodies.get(verb))

            if verb in allowed:
                assert answer.status_code == 200, answer.text
            else:
                told = answer.json()
                assert (answer.status_code, told["code"], told["allowed"]) == (
                    409,
                    "invalid_transition",
                    allowed,
                )

    def test_the_cell_that_gives_does_not_accept_and_the_one_that_takes_does_not_cancel(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        sent = TransferStatus.SENT
        made = make_transfer(session, mover, world.north_one, world.south_one, status=sent)
        path = f"/transfers/{made.id}"

        assert sign_in("secretary").post(f"{path}/accept").status_code == 403
        assert sign_in("outsider").post(f"{path}/cancel").status_code == 403
        assert sign_in("sibling_officer").post(f"{path}/cancel").status_code == 403
        assert sign_in("stranger").get(path).status_code == 404

    @pytest.mark.parametrize(("verb", "who"), [("decline", "outsider"), ("cancel", "secretary")])
    def test_undone_the_member_is_no_longer_in_transit(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        clock: time_machine.Traveller,
        verb: str,
        who: str,
    ) -> None:
        (mover,) = rows(session, Member, Member.id == world.people["member"].member_id)
        transfer_id = moved(sign_in, mover, world.south_one, "2026-06-01")
        clock.move_to(NOON + timedelta(days=3))
        body = {"comment": "Thiếu hồ sơ"} if verb == "decline" else None

        said(sign_in(who).post(f"/transfers/{transfer_id}/{verb}", json=body))

        assert said(sign_in("secretary").get(f"/members/{mover.id}"))["state"] == "active"
        assert [row[0] for row in residences(session, mover)] == [world.north_one.id]
        own = said(sign_in("member").get("/notifications"))["items"]
        assert [notice["kind"] for notice in own] == ["transfer_decided"]


class TestAccept:
    def test_a_past_day_changes_the_months_since_and_no_earlier_one(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        transfer_id = moved(sign_in, mover, world.south_one, "2026-03-10")

        said(sign_in("outsider").post(f"/transfers/{transfer_id}/accept"))

        counted = {
            period: (
                accounts(session, world.north_one, period),
                accounts(session, world.south_one, period),
            )
            for period in ("2026-02", "2026-03", "2026-05")
        }
        assert counted == {"2026-02": (10, 4), "2026-03": (9, 5), "2026-05": (9, 5)}
        assert said(sign_in("outsider").get(f"/members/{mover.id}"))["state"] == "active"

    def test_a_locked_month_stays_as_it_is(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        for figure_row in rows(session, Figure, Figure.period == "2026-03"):
            figure_row.locked_at = NOON
        session.flush()
        transfer_id = moved(sign_in, mover, world.south_one, "2026-03-10")

        said(sign_in("outsider").post(f"/transfers/{transfer_id}/accept"))

        assert accounts(session, world.north_one, "2026-03") == 10
        assert accounts(session, world.north_one, "2026-04") == 9

    def test_offices_in_the_old_cell_end_and_others_go_on(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        here = make_office(session, world.north_one, mover, role=Role.COMMITTEE_MEMBER)
        above = make_office(session, world.north, mover, role=Role.INSPECTOR)
        transfer_id = moved(sign_in, mover, world.south_one, "2026-06-01")

        said(sign_in("outsider").post(f"/transfers/{transfer_id}/accept"))

        ends = {row.id: row.valid_to for row in rows(session, Office)}
        assert (ends[here.id], ends[above.id]) == (date(2026, 6, 1), None)

    def test_a_guest_of_the_new_cell_becomes_a_resident(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        kind = MembershipKind.TEMPORARY
        stay = make_membership(session, world.south_one, mover, kind=kind)
        transfer_id = moved(sign_in, mover, world.south_one, "2026-05-20")

        said(sign_in("outsider").post(f"/transfers/{transfer_id}/accept"))

        (ended,) = rows(session, Membership, Membership.id == stay.id)
        assert (ended.valid_to, ended.end_reason) == (date(2026, 5, 20), EndReason.MOVED)

    def test_who_has_left_since_is_taken_by_nobody(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        transfer_id = moved(sign_in, mover, world.south_one, "2026-06-01")
        (residence,) = rows(session, Membership, Membership.member_id == mover.id)
        residence.valid_to, residence.end_reason = date(2026, 5, 20), EndReason.DECEASED
        session.flush()

        answer = sign_in("outsider").post(f"/transfers/{transfer_id}/accept")

        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_member_then")

    def test_a_cell_that_is_to_close_takes_nobody(
        self, sign_in: SignIn, session: Session, world: World, mover: Member
    ) -> None:
        taking = world.south_one
        sent = TransferStatus.SENT
        made = make_transfer(session, mover, world.north_one, taking, status=sent)
        (cell,) = rows(session, Organization, Organization.id == taking.id)
        cell.valid_to = date(2026, 9, 1)
        session.flush()

        answer = sign_in("outsider").post(f"/transfers/{made.id}/accept")

        assert (answer.status_code, answer.json()["code"]) == (409, "cell_closed")
        assert [row[2] for row in residences(session, mover)] == [None]


class TestSearch:
    def test_both_cells_find_it_and_every_filter_narrows(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        first, second = (make_member(session, world.north_one, number=n) for n in (801, 802))
        third = make_member(session, world.south_one, number=803)
        sent = TransferStatus.SENT
        out = make_transfer(session, first, world.north_one, world.south_one, status=sent)
        within = make_transfer(session, second, world.north_one, world.north_two)
        into = make_transfer(session, third, world.south_one, world.north_one)

        def found(who: str, query: str = "") -> set[UUID]:
            items = said(sign_in(who).get(f"/transfers?{query}"))["items"]
            return {UUID(item["id"]) for item in items}

        assert found("officer") == {out.id, within.id, into.id}
        assert found("outsider") == {out.id, into.id}
        assert found("stranger") == found("member") == set()
        assert found("officer", f"organization_id={world.south.id}") == {out.id, into.id}
        assert found("officer", f"organization_id={world.north_two.id}") == {within.id}
        assert found("officer", f"member_id={first.id}") == {out.id}
        assert found("officer", "status=draft") == {within.id, into.id}

    def test_a_member_sees_the_own_one(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        (member,) = rows(session, Member, Member.id == world.people["member"].member_id)
        own = make_transfer(session, member, world.north_one, world.south_one)

        (item,) = said(sign_in("member").get("/transfers"))["items"]

        assert item["id"] == str(own.id)
        assert sign_in("member").post(f"/transfers/{own.id}/send").status_code == 403

    @pytest.mark.parametrize(
        ("now", "effective_on", "days", "is_overdue"),
        [
            ("2026-06-14T16:59:59Z", "2026-09-01", None, False),
            ("2026-06-14T17:00:00Z", "2026-09-01", None, True),
            ("2026-05-20T16:59:59Z", "2026-09-01", 5, False),
            ("2026-05-20T17:00:00Z", "2026-09-01", 5, True),
            ("2026-05-18T16:59:59Z", "2026-05-18", None, False),
            ("2026-05-18T17:00:00Z", "2026-05-18", None, True),
        ],
    )
    def test_it_is_overdue_after_the_days_that_the_committee_gives_or_after_its_own_day(
        self,
        sign_in: SignIn,
        session: Session,
        world: World,
        mover: Member,
        clock: time_machine.Traveller,
        now: str,
        effective_on: str,
        days: int | None,
        is_overdue: bool,
    ) -> None:
        if days is not None:
            place = {"organization_id": str(world.north.id)}
            decided = {"transfer_days": days}
            said(sign_in("administrator").patch("/settings", params=place, json=decided))
        facts = {"status": TransferStatus.SENT, "effective_on": date.fromisoformat(effective_on)}
        made = make_transfer(session, mover, world.north_one, world.south_one, **facts)
        clock.move_to(datetime.fromisoformat(now))
        officer = sign_in("officer")

        assert said(officer.get(f"/transfers/{made.id}"))["is_overdue"] is is_overdue
        assert len(said(officer.get("/transfers?overdue=true"))["items"]) == is_overdue
        assert len(said(officer.get("/transfers?overdue=false"))["items"]) == (not is_overdue)


def test_who_leads_the_cell_that_takes_is_told_and_nobody_else(
    sign_in: SignIn, session: Session, world: World, mover: Member
) -> None:
    transfer_id = moved(sign_in, mover, world.south_one, "2026-06-01")

    told = rows(session, Notification, Notification.subject_id == UUID(transfer_id))

    assert [notice.member_id for notice in told] == [world.people["outsider"].member_id]
