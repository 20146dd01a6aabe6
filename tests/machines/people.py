"""Members join and move on a date, offices are given and end, months are locked and opened."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machines.meetings import Meetings, number
from tests.machines.model import (
    CONFLICT,
    FORBIDDEN,
    HIDDEN,
    INVALID,
    NO_ARROW,
    Refusal,
    Stay,
    Transfer,
    Transit,
)
from tests.machines.powers import CELLS, OFFICES, PEOPLE, READING, TREE, Office, Power, above

ROLES = ("secretary", "deputy_secretary", "committee_member", "officer", "inspector")
NOT_THEN = Refusal(409, "not_a_member_then")
OWN = Refusal(409, "own_office")
DAYS = st.sampled_from([-45, -10, -1, 0, 1, 12])
#: Each verb of a transfer: from which states, to which, by which of the two cells.
VERBS = {
    "send": ({"draft"}, "sent", "giver"),
    "accept": ({"sent"}, "accepted", "taker"),
    "decline": ({"sent"}, "declined", "taker"),
    "cancel": ({"draft", "sent"}, "cancelled", "giver"),
}
units = st.sampled_from(list(TREE))


class People(Meetings):
    @rule(who=number, cell=st.sampled_from(CELLS))
    def join(self, who: int, cell: str) -> None:
        actor = self.leader_of(cell) if who % 3 else self.anybody(who)
        seen = self.model.sees_unit(actor, cell)
        refusal = self.model.why_not_there(actor, cell, PEOPLE, is_seen=seen)
        ident = f"971095{len(self.model.stays):06}"
        said = {
            "full_name": "Người Mới",
            "sex": "female",
            "born_on": "1990-01-01",
            "admitted_on": "2020-01-01",
            "card_number": ident,
            "personal_id": ident,
            "organization_id": str(self.units[cell].id),
        }
        if told := self.say(actor, "POST", "/members", refusal, said):
            self.model.stays.append(Stay(self.model.today, None, UUID(told["id"]), cell))

    # Transfers

    @rule(who=number, whom=number, to=st.sampled_from(CELLS), days=DAYS)
    def give(self, who: int, whom: int, to: str, days: int) -> None:
        stay = self.model.stays[whom % len(self.model.stays)]
        actor = self.leader_of(stay.cell) if who % 3 else self.anybody(who)
        self.ask(actor, stay.member, to, days)

    @rule(whom=number, to=st.sampled_from(CELLS), days=DAYS)
    def resettle(self, whom: int, to: str, days: int) -> None:
        """A whole transfer at one go, as far as it may be."""
        stay = self.model.stays[whom % len(self.model.stays)]
        if transfer := self.ask(self.leader_of(stay.cell), stay.member, to, days):
            self.decide(self.leader_of(transfer.giver), transfer, "send")
            self.decide(self.leader_of(transfer.taker), transfer, "accept")

    def ask(self, who: str, member: UUID, to: str, days: int) -> Transfer | None:
        on = self.model.today + timedelta(days=days)
        refusal = self.why_not_give(who, member, to, on)
        said = {
            "member_id": str(member),
            "to_organization_id": str(self.units[to].id),
            "effective_on": on.isoformat(),
        }
        told = self.say(who, "POST", "/transfers", refusal, said)
        left = self.model.residence(member, on)
        if told is None or left is None:
            return None
        self.model.transfers.append(Transfer(UUID(told["id"]), member, left.cell, to, on))
        return self.model.transfers[-1]

    def why_not_give(self, who: str, member: UUID, to: str, on: date) -> Refusal | None:
        model, residence = self.model, self.model.residence(member, on)
        since, cell = (residence.since, residence.cell) if residence else (on, to)
        under_way = {each.status for each in model.transfers if each.member == member}
        rules = (
            (not model.sees_member(who, member), HIDDEN),
            (not model.has_member(who, PEOPLE, member), FORBIDDEN),
            (residence is None, NOT_THEN),
            (cell not in model.reach(who, PEOPLE), FORBIDDEN),
            (on <= since or to == cell, INVALID),
            (bool({"draft", "sent"} & under_way), CONFLICT),
        )
        return next((refusal for is_broken, refusal in rules if is_broken), None)

    @precondition(lambda self: self.model.transfers)
    @rule(who=number, which=number, verb=st.sampled_from(list(VERBS)))
    def go_over(self, who: int, which: int, verb: str) -> None:
        latest = self.model.transfers[-3:]
        transfer = latest[which % len(latest)]
        cell = getattr(transfer, VERBS[verb][2])
        self.decide(self.leader_of(cell) if who % 4 else self.anybody(who), transfer, verb)

    def decide(self, who: str, transfer: Transfer, verb: str) -> None:
        sources, target, end = VERBS[verb]
        seen = self.model.sees_transfer(who, transfer)
        cell = getattr(transfer, end)
        refusal = self.model.why_not_there(who, cell, PEOPLE, is_seen=seen)
        if refusal is None and transfer.status not in sources:
            refusal = NO_ARROW
        body = {"comment": "Chưa được"} if verb == "decline" else {}
        if self.say(who, "POST", f"/transfers/{transfer.id}/{verb}", refusal, body):
            transfer.status = target
            self.follow(transfer)

    def follow(self, transfer: Transfer) -> None:
        """In transit from the day it is sent; over on the day it was meant for, offices too."""
        model = self.model
        if transfer.status == "sent":
            transfer.transit = Transit(model.today, None, transfer.member)
            model.transits.append(transfer.transit)
        elif transfer.transit is not None:
            ends = transfer.on if transfer.status == "accepted" else model.today
            transfer.transit.until = max(transfer.transit.since, ends)
        if transfer.status != "accepted":
            return
        stay = model.residence(transfer.member, transfer.on)
        assert stay is not None
        stay.until = transfer.on
        model.stays.append(Stay(transfer.on, None, transfer.member, transfer.taker))
        for office in model.offices:
            is_theirs = model.people[office.holder] == transfer.member
            lasts = office.until is None or office.until > transfer.on
            if is_theirs and office.unit == transfer.giver and lasts:
                office.until = max(office.since, transfer.on)

    # Offices

    @rule(who=number, whom=number, unit=units, role=st.sampled_from(ROLES), days=number)
    def appoint(self, who: int, whom: int, unit: str, role: str, days: int) -> None:
        actor = ("officer", "administrator", self.anybody(who))[who % 3]
        holder = self.anybody(whom)
        if (member := self.model.people[holder]) is None:
            return
        since = self.model.today + timedelta(days=days % 3)
        until = since + timedelta(days=1 + days % 50) if days % 2 else None
        seen = self.model.sees_unit(actor, unit)
        refusal = self.model.why_not_there(actor, unit, OFFICES, is_seen=seen)
        refusal = refusal or self.why_not_holder(actor, holder)
        said = {
            "organization_id": str(self.units[unit].id),
            "member_id": str(member),
            "role": role,
            "valid_from": since.isoformat(),
            "valid_to": until and until.isoformat(),
        }
        if told := self.say(actor, "POST", "/offices", refusal, said):
            made = Office(since, until, holder, unit, role, UUID(told["id"]))
            self.model.offices.append(made)
            self.sign_in_anew()

    def why_not_holder(self, who: str, holder: str) -> Refusal | None:
        """Whoever reads no members at all gives offices to those of their branch."""
        model, member = self.model, self.model.people[holder]
        assert member is not None
        reads_members = any(power is not Power.ADMINISTRATOR for power, _ in model.powers(who))
        is_known = (
            model.sees_member(who, member)
            if reads_members
            else model.has_member(who, OFFICES, member)
        )
        if not is_known:
            return HIDDEN
        return OWN if holder == who else None

    @rule(who=number, which=number, days=st.integers(0, 3))
    def dismiss(self, who: int, which: int, days: int) -> None:
        office = self.model.offices[which % len(self.model.offices)]
        if office.role == "administrator":
            return
        actor = ("branch_officer", "administrator", self.anybody(who))[who % 3]
        ends = max(office.since, self.model.today) + timedelta(days=days)
        seen = office.unit in self.model.reach(actor, READING | OFFICES)
        refusal = self.model.why_not_there(actor, office.unit, OFFICES, is_seen=seen)
        lasts_longer = office.until is not None and ends > office.until
        if refusal is None and lasts_longer and office.holder == actor:
            refusal = OWN
        path = f"/offices/{office.id}"
        if self.say(actor, "PATCH", path, refusal, {"valid_to": ends.isoformat()}):
            office.until = ends

    # Months and days

    @rule(who=number, unit=units, back=st.integers(-1, 2))
    def lock(self, who: int, unit: str, back: int) -> None:
        self.close(who, unit, self.month(back))

    @precondition(lambda self: self.model.meetings)
    @rule(who=number, which=number)
    def lock_around(self, who: int, which: int) -> None:
        """Where it is felt: in the month of a meeting, for its cell or above."""
        meeting = self.meeting(which)
        places = above(meeting.cell)
        self.close(who, places[who % len(places)], meeting.month)

    def close(self, who: int, unit: str, month: str) -> None:
        actor = self.officer_or(who, unit)
        refusal = self.model.why_not_lock(actor, unit, month)
        place = {"organization_id": str(self.units[unit].id)}
        if self.say(actor, "POST", f"/periods/{month}/lock", refusal, place):
            self.model.lock(unit, month)

    @precondition(lambda self: self.model.locked)
    @rule(who=number, unit=units, which=number, hours=st.sampled_from([None, None, 2, 72]))
    def unlock(self, who: int, unit: str, which: int, hours: int | None) -> None:
        actor = self.officer_or(who, unit)
        months = sorted({month for _, month in self.model.locked})
        month = months[which % len(months)]
        refusal = self.model.why_not_unlock(actor, unit, month)
        until = None if hours is None else self.model.now + timedelta(hours=hours)
        said = {"organization_id": str(self.units[unit].id), "reason": "Sửa"}
        if until is not None:
            said["until"] = until.isoformat()
        if self.say(actor, "POST", f"/periods/{month}/unlock", refusal, said):
            self.model.unlock(unit, month, until)

    @rule(hours=st.sampled_from([1, 1, 3, 30, 24 * 6]))
    def wait(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))

    def officer_or(self, who: int, unit: str) -> str:
        """An officer over the unit three times of four, else anybody."""
        over = [
            each for each in self.model.people if unit in self.model.reach(each, {Power.OFFICER})
        ]
        return over[who % len(over)] if over and who % 4 else self.anybody(who)

    def month(self, back: int) -> str:
        """So many months before the present one; one before is most worth it."""
        year, month = self.model.today.year, self.model.today.month - back
        return f"{year}-{month:02}"
