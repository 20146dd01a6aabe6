"""What a member list would change: each line is matched to a member and a cell.

The personal id decides, then the card number; a name and a birth date only raise a question. What
a list does not tell stays as it is known, and whom a list does not name stays where they are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from uuid import UUID

from app.core.confidential import blind_index
from app.core.text import fold
from app.models import EndReason, ExemptionKind, Member, OrganizationKind, RowState
from app.services import known_members
from app.services.import_plans import Lines, Plan, Reason, code_key
from app.services.known_members import Facts, Known, Unit
from app.work import Work
from app.workbooks import columns
from app.workbooks.columns import Layout
from app.workbooks.members import MemberLine
from app.workbooks.tables import CellError

COLUMNS = {
    Layout.FULL_LIST: {
        "full_name": columns.FULL_NAME,
        "personal_id": columns.PERSONAL_ID,
        "card_number": columns.CARD_NUMBER,
        "organization": columns.ORGANIZATION,
        "state": columns.STATE,
    },
    Layout.SHORT_EXPORT: {
        "full_name": columns.FULL_NAME,
        "personal_id": columns.SHORT_PERSONAL_ID,
        "card_number": columns.SHORT_CARD_NUMBER,
        "organization": columns.SHORT_ORGANIZATION,
        "state": columns.SHORT_STATE,
    },
}
GONE = {"deceased": EndReason.DECEASED, "left": EndReason.LEFT}
EXEMPTIONS = {
    "exempt": ExemptionKind.EXEMPT,
    "suspended": ExemptionKind.SUSPENDED,
    "interrupted": ExemptionKind.INTERRUPTED,
}

Place = UUID | Reason


@dataclass(slots=True, kw_only=True)
class MemberPlan(Plan[MemberLine]):
    """`facts` is what would be stored; the last four, what else would happen to a known member."""

    place: Place
    by_person: Known | None
    by_card: Known | None
    facts: Facts
    ends: EndReason | None = None
    moves: bool = False
    returns: bool = False
    exempted: ExemptionKind | None = None

    @property
    def known(self) -> Known | None:
        return self.by_person or self.by_card


class Told(NamedTuple):
    """One field as text: as it is stored, and as a list would have it."""

    of_member: Callable[[Member], str | None]
    of_plan: Callable[[MemberPlan], str | None]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _told(name: str) -> Told:
    return Told(
        lambda member: _text(getattr(member, name)), lambda each: _text(getattr(each.facts, name))
    )


def _numbered(name: str) -> Told:
    return Told(lambda member: _text(getattr(member, name)), lambda each: getattr(each.line, name))


#: What a list may propose of a member, field by field.
PROPOSED = {
    "full_name": _told("full_name"),
    "sex": _told("sex"),
    "born_on": _told("born_on"),
    "admitted_on": _told("admitted_on"),
    "official_on": _told("official_on"),
    "card_number": _numbered("card_number"),
    "personal_id": _numbered("personal_id"),
}


def plan(work: Work, lines: Lines[MemberLine]) -> list[MemberPlan]:
    """A plan for every readable row, in their order."""
    units = known_members.units(work)
    plans = _matched(work, lines, place_finder(units))
    reached = {unit.id for unit in units}
    held = _exemptions(work, plans)
    named = COLUMNS[lines.layout]
    for each in plans:
        errors = [reason.at(named[field]) for field, reason in _refusals(each, reached, held)]
        if errors:
            each.refuse(*errors)
        else:
            _decide(each, held)
    _refuse_shared(plans, Reason.IDENTITY_CONFLICT.at(named["personal_id"]))
    _refuse_twins(work, plans, Reason.POSSIBLE_DUPLICATE.at(named["full_name"]))
    return plans


def count_absent(work: Work, lines: Lines[MemberLine], plans: Sequence[MemberPlan]) -> int:
    """How many members of the cells that the file names it does not name itself."""
    named = {each.subject_id for each in plans}
    unreadable = lines.unreadable_column(COLUMNS[lines.layout]["personal_id"])
    persons = [blind_index(text, "members.personal_id") for text in unreadable]
    named |= {known.id for known in known_members.load(work, persons, [])}
    cells = {each.place_id for each in plans if each.place_id}
    residents = known_members.residents(work, cells)
    return sum(resident.member_id not in named for resident in residents)


def place_finder(units: Iterable[Unit]) -> Callable[[str], Place]:
    """Finds the one cell that a code, or else a name, stands for among these units."""
    by_code: dict[str, list[Unit]] = defaultdict(list)
    by_name: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_code[code_key(unit.code)].append(unit)
        by_name[fold(unit.name)].append(unit)

    @cache
    def find(text: str) -> Place:
        found = by_code.get(code_key(text)) or by_name.get(fold(text), [])
        if len(found) != 1:
            return Reason.AMBIGUOUS_ORGANIZATION if found else Reason.UNKNOWN_ORGANIZATION
        return found[0].id if found[0].kind is OrganizationKind.CELL else Reason.NOT_A_CELL

    return find


def merge(line: MemberLine, known: Facts | None, person: bytes, card: bytes) -> Facts:
    """What the list tells, over what was known; nothing known is lost to an empty cell."""
    official_on, is_probationary = line.official_on, line.is_probationary
    if known and official_on is None and (known.official_on or is_probationary is None):
        official_on, is_probationary = known.official_on, known.is_probationary
    return Facts(
        line.full_name,
        line.sex or (known.sex if known else None),
        line.born_on,
        line.admitted_on,
        official_on,
        is_probationary,
        person,
        card,
    )


def _matched(
    work: Work, lines: Lines[MemberLine], find: Callable[[str], Place]
) -> list[MemberPlan]:
    """Each line beside the member and the cell that it names, as far as they are found."""
    persons = [blind_index(line.personal_id, "members.personal_id") for _, line in lines.rows]
    cards = [blind_index(line.card_number, "members.card_number") for _, line in lines.rows]
    stored = known_members.load(work, persons, cards)
    by_person = {known.facts.personal_id_index: known for known in stored}
    by_card = {known.facts.card_number_index: known for known in stored}
    plans = []
    for (row_number, line), person, card in zip(lines.rows, persons, cards, strict=True):
        place = find(line.organization)
        known = by_person.get(person) or by_card.get(card)
        plans.append(
            MemberPlan(
                row_number=row_number,
                line=line,
                state=RowState.CHANGED if known else RowState.NEW,
                subject_id=known.id if known else None,
                subject_version=known.basis if known else None,
                place_id=None if isinstance(place, Reason) else place,
                place=place,
                by_person=by_person.get(person),
                by_card=by_card.get(card),
                facts=merge(line, known.facts if known else None, person, card),
            )
        )
    return plans


def _exemptions(work: Work, plans: Iterable[MemberPlan]) -> set[tuple[UUID, ExemptionKind]]:
    asked = {each.known.id for each in plans if each.known and each.line.state in EXEMPTIONS}
    return known_members.exemptions(work, asked)


def _refusals(
    each: MemberPlan, reached: Collection[UUID], held: Collection[tuple[UUID, ExemptionKind]]
) -> Iterator[tuple[str, Reason]]:
    if isinstance(each.place, Reason):
        yield "organization", each.place
    known = each.known
    if known and (not known.residence or known.residence.organization_id not in reached):
        yield "personal_id", Reason.NOT_IN_REACH  # whoever it is: no list asks for a name by an id
    elif known and not _is_same_person(each, known):
        yield "personal_id", Reason.IDENTITY_CONFLICT
    elif known:
        yield from _contradictions(each.line, known)
    elif each.line.state in GONE:
        yield "state", Reason.ALREADY_GONE
    if each.line.state_on is None and _changes_state(each, known, held):
        yield "state", Reason.STATE_DATE_UNKNOWN


def _is_same_person(each: MemberPlan, known: Known) -> bool:
    """A personal id needs a name or a birth date beside it; a card number alone needs both."""
    if each.by_person and each.by_card and each.by_person.id != each.by_card.id:
        return False
    line, facts = each.line, known.facts
    same_name = line.full_name == facts.full_name or fold(line.full_name) == fold(facts.full_name)
    same_day = line.born_on == facts.born_on
    return same_name or same_day if each.by_person else same_name and same_day


def _contradictions(line: MemberLine, known: Known) -> Iterator[tuple[str, Reason]]:
    is_old = line.card_number != line.personal_id
    new_card = blind_index(line.personal_id, "members.card_number") if is_old else None
    if is_old and known.facts.card_number_index == new_card:
        yield "card_number", Reason.CARD_NUMBER_SUPERSEDED
    is_dead = known.residence and known.residence.end_reason is EndReason.DECEASED
    if is_dead and line.state not in GONE:
        yield "state", Reason.RECORDED_DECEASED


def _changes_state(
    each: MemberPlan, known: Known | None, held: Collection[tuple[UUID, ExemptionKind]]
) -> bool:
    """Whether the state begins something that needs a date."""
    state = each.line.state
    if state in GONE:
        return bool(known and known.residence and known.residence.is_open)
    return state in EXEMPTIONS and (known is None or (known.id, EXEMPTIONS[state]) not in held)


def _decide(each: MemberPlan, held: Collection[tuple[UUID, ExemptionKind]]) -> None:
    """What would happen. "Active" ends no exemption: the list does not say on which day."""
    known, gone = each.known, GONE.get(each.line.state)
    if not gone and _changes_state(each, known, held):
        each.exempted = EXEMPTIONS.get(each.line.state)
    if not known or not known.residence:
        return
    residence = known.residence
    each.ends = gone if residence.is_open else None
    each.returns = not gone and not residence.is_open
    each.moves = not gone and residence.is_open and residence.organization_id != each.place
    happens = each.ends or each.returns or each.moves or each.exempted
    if not happens and each.facts == known.facts:
        each.state = RowState.SAME


def _refuse_shared(plans: Iterable[MemberPlan], error: CellError) -> None:
    """Two rows that name one member, by one number each."""
    plans = [each for each in plans if each.subject_id]
    named = Counter(each.subject_id for each in plans)
    for each in plans:
        if named[each.subject_id] > 1:
            each.refuse(error)


def _refuse_twins(work: Work, plans: Iterable[MemberPlan], error: CellError) -> None:
    """A name and a birth date that the cell has already, under other numbers."""
    new = [each for each in plans if each.state is RowState.NEW]
    cells = {each.place_id for each in new if each.place_id}
    known = {
        (resident.organization_id, resident.search_text, resident.born_on)
        for resident in known_members.residents(work, cells)
    }
    for each in new if known else ():
        if (each.place_id, fold(each.line.full_name), each.line.born_on) in known:
            each.refuse(error)
