"""The four denominators, each as a table of cases."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from app.models import (
    ExemptionKind,
    Membership,
    MembershipKind,
    Organization,
    RosterReason,
    Standing,
)
from app.services.denominators import (
    Person,
    accounts_due,
    is_cell_on,
    is_due_an_account,
    is_entitled_to_vote,
    is_summoned,
    roster_reason,
)
from tests.factories.people import make_exemption, make_member, make_membership
from tests.world import World, rows

_K = ExemptionKind
OFFICIAL = Person(Standing.OFFICIAL)
PROBATIONARY = Person(Standing.PROBATIONARY)
UNKNOWN = Person(None)
GUEST = Person(Standing.OFFICIAL, kind=MembershipKind.TEMPORARY)
ELSEWHERE = Person(Standing.OFFICIAL, is_temporarily_elsewhere=True)


def with_(*kinds: ExemptionKind, is_present: bool = False) -> Person:
    return Person(Standing.OFFICIAL, exemptions=frozenset(kinds), is_present=is_present)


class TestAccounts:
    @pytest.mark.parametrize(
        ("person", "is_due"),
        [
            (OFFICIAL, True),
            (PROBATIONARY, True),
            (UNKNOWN, True),
            (GUEST, False),
            (ELSEWHERE, True),
            (with_(_K.EXEMPT), False),
            (with_(_K.SUSPENDED), True),
            (with_(_K.INTERRUPTED), True),
            (with_(_K.IN_TRANSIT), True),
            (with_(_K.SPECIAL_DUTY), True),
            (with_(_K.EXEMPT, _K.SUSPENDED), False),
        ],
    )
    def test_official_and_probationary_but_not_the_exempt(
        self, person: Person, is_due: bool
    ) -> None:
        assert is_due_an_account(person) is is_due

    def test_the_statement_says_the_same(self, session: Session, world: World) -> None:
        """Each case as rows; a member in transit is an account of the old cell until the date."""
        cell, day = world.south_one, date(2026, 5, 15)
        cases = {kind: make_member(session, cell, number=50 + at) for at, kind in enumerate(_K)}
        for kind, member in cases.items():
            make_exemption(session, cell, member, kind=kind)
        recovered = make_member(session, cell, number=70)
        make_exemption(session, cell, recovered, valid_to=day)
        guest = make_member(session, None, number=71)
        make_membership(session, cell, guest, kind=MembershipKind.TEMPORARY)
        joins_tomorrow = make_member(session, cell, number=72, joined_on=date(2026, 5, 16))
        leaves_today = make_member(session, cell, number=73)
        (stay,) = rows(session, Membership, Membership.member_id == leaves_today.id)
        stay.valid_to = day
        session.add(stay)
        session.flush()

        statement = accounts_due(day).execution_options(scoped="a test")
        due = {member for place, member in session.execute(statement) if place == cell.id}

        expected = {member.id for kind, member in cases.items() if is_due_an_account(with_(kind))}
        assert due == expected | {recovered.id} | set(world.members[cell.id])
        assert joins_tomorrow.id not in due


class TestSummoned:
    @pytest.mark.parametrize(
        ("person", "reason", "summoned"),
        [
            (OFFICIAL, RosterReason.OFFICIAL, True),
            (PROBATIONARY, RosterReason.PROBATIONARY, True),
            (UNKNOWN, RosterReason.UNKNOWN_STANDING, True),
            (GUEST, RosterReason.TEMPORARY, True),
            (ELSEWHERE, None, False),
            (with_(_K.EXEMPT), RosterReason.EXEMPT, False),
            (with_(_K.EXEMPT, is_present=True), RosterReason.EXEMPT, True),
            (with_(_K.SUSPENDED), None, False),
            (with_(_K.SUSPENDED, is_present=True), None, False),
            (with_(_K.INTERRUPTED), None, False),
            (with_(_K.IN_TRANSIT), None, False),
            (with_(_K.SPECIAL_DUTY), None, False),
            (with_(_K.EXEMPT, _K.SUSPENDED), None, False),
            (with_(_K.PROSECUTED), RosterReason.OFFICIAL, True),
            (with_(_K.DETAINED), RosterReason.OFFICIAL, True),
        ],
    )
    def test_the_roster_says_why_somebody_is_on_it(
        self, person: Person, reason: RosterReason | None, summoned: bool
    ) -> None:
        assert (roster_reason(person), is_summoned(person)) == (reason, summoned)


class TestEntitledToVote:
    @pytest.mark.parametrize(
        ("person", "entitled"),
        [
            (OFFICIAL, True),
            (PROBATIONARY, False),
            (UNKNOWN, False),
            (GUEST, True),
            (ELSEWHERE, False),
            (with_(_K.EXEMPT), False),
            (with_(_K.EXEMPT, is_present=True), True),
            (with_(_K.SUSPENDED), False),
            (with_(_K.PROSECUTED), False),
            (with_(_K.DETAINED), False),
        ],
    )
    def test_summoned_officials_who_may_vote(self, person: Person, entitled: bool) -> None:
        assert is_entitled_to_vote(person) is entitled

    def test_the_worked_example_of_the_regulation(self) -> None:
        """20 official and 2 probationary, 3 and 1 of them away on business: the base is 20."""
        here = [Person(Standing.OFFICIAL, is_present=True)] * 17
        away_on_business = [Person(Standing.OFFICIAL)] * 3
        probationary = [Person(Standing.PROBATIONARY, is_present=True), PROBATIONARY]

        members = [*here, *away_on_business, *probationary]

        assert sum(is_entitled_to_vote(person) for person in members) == 20
        assert sum(is_summoned(person) for person in members) == 22


class TestCells:
    @pytest.mark.parametrize(
        ("valid_from", "valid_to", "counts"),
        [
            (date(2026, 1, 1), None, True),
            (date(2026, 5, 31), None, True),
            (date(2026, 6, 1), None, False),
            (date(2026, 1, 1), date(2026, 5, 31), False),
            (date(2026, 1, 1), date(2026, 6, 1), True),
        ],
    )
    def test_valid_on_the_day(
        self,
        session: Session,
        world: World,
        valid_from: date,
        valid_to: date | None,
        counts: bool,
    ) -> None:
        (cell,) = rows(session, Organization, Organization.id == world.north_one.id)
        cell.valid_from, cell.valid_to = valid_from, valid_to
        session.add(cell)
        session.flush()

        statement = select(Organization.code).where(is_cell_on(date(2026, 5, 31)))
        found = session.exec(statement.execution_options(scoped="a test")).all()

        assert (cell.code in found) is counts

    def test_only_cells(self, session: Session, world: World) -> None:
        statement = select(Organization.id).where(
            is_cell_on(date(2026, 5, 31)), col(Organization.code).startswith("97")
        )
        found = session.exec(statement.execution_options(scoped="a test")).all()

        assert set(found) == {world.north_one.id, world.north_two.id, world.south_one.id}
