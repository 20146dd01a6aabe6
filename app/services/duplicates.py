"""Finds rows that may be one person: by an id in two places, or by name and birth date."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations, pairwise
from typing import Any, NamedTuple
from uuid import UUID

from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import Select, func
from sqlmodel import col

from app.core.clock import local_date
from app.core.confidential import blind_index, unseal
from app.core.errors import Invalid
from app.core.paging import Page
from app.core.selects import pick, portions
from app.core.tokens import open_word, seal_word
from app.models import Member, Membership, MembershipKind, Organization
from app.models.base import valid_on
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.duplicates import DuplicateQuery, DuplicateRead, Likeness
from app.schemas.members import MemberRead
from app.services import member_views
from app.work import Work

#: Names so alike, in per cent and in any order of their words, are worth a look.
ALIKE = 88
#: Among more than so many born on one day only equal names are compared: a list may be hostile.
CROWD = 400
#: More members than this are looked through a branch at a time.
MOST = 60_000
_ID_LENGTH = 12


class Pair(NamedTuple):
    first: UUID
    second: UUID
    likeness: Likeness
    similarity: int


class _Person(NamedTuple):
    id: UUID
    name: str
    born_on: date | None


def search(work: Work, query: DuplicateQuery) -> Page[DuplicateRead]:
    """Pairs below a unit, the same at every call until one of them changes."""
    unit = work.fetch(Permission.MEMBER_MERGE, Organization, query.organization_id)
    below = _members_below(work, unit)
    counted = pick(func.count()).select_from(below.subquery())
    if work.session.execute(_scoped(counted)).scalar_one() > MOST:
        raise Invalid.at(
            "/organization_id",
            "too_wide",
            f"Đơn vị này có hơn {MOST} đảng viên; hãy chọn một đơn vị trực thuộc.",
            f"This unit has more than {MOST} members; choose one below it.",
        )
    purpose = f"cursor duplicates {unit.id}"
    after = json.loads(open_word(purpose, query.cursor)) if query.cursor else ["", ""]
    pairs = [pair for pair in _pairs(work, below) if _key(pair) > after]
    shown = pairs[: query.limit]
    cursor = None
    if len(pairs) > len(shown):
        cursor = seal_word(purpose, json.dumps(_key(shown[-1])).encode())
    return Page(items=_read(work, shown), next_cursor=cursor)


def likeness_of(name: str, other: str) -> int:
    """How alike two folded names are, whatever the order of their words: 0 to 100."""
    return int(token_sort_ratio(name, other))


def _members_below(work: Work, unit: Organization) -> Select[Any]:
    cells = pick(Organization.id).where(within_branch(unit.path))
    resident = pick(Membership.member_id).where(
        col(Membership.organization_id).in_(cells),
        col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE,
        *valid_on(Membership, local_date(work.now)),
    )
    columns = (Member.id, Member.search_text, Member.born_on)
    reached = work.within_reach(Permission.MEMBER_MERGE, Member, *columns)
    return reached.where(col(Member.id).in_(resident))


def _pairs(work: Work, below: Select[Any]) -> list[Pair]:
    people = [_Person(*record) for record in work.session.execute(below)]
    known = {person.id: person for person in people}
    found = {frozenset((pair.first, pair.second)): pair for pair in _by_name(people)}
    for first, second in _by_id(work, below, known):
        similarity = likeness_of(known[first].name, known[second].name)
        found[frozenset((first, second))] = Pair(first, second, Likeness.SAME_ID, similarity)
    return sorted(found.values(), key=_key)


def _by_name(people: Iterable[_Person]) -> Iterator[Pair]:
    by_birth: dict[date, list[_Person]] = defaultdict(list)
    for person in people:
        if person.born_on is not None:
            by_birth[person.born_on].append(person)
    for group in by_birth.values():
        for one, other in _compared(group):
            similarity = likeness_of(one.name, other.name)
            same = one.name == other.name
            if same:
                yield Pair(one.id, other.id, Likeness.SAME_NAME_AND_BIRTH_DATE, similarity)
            elif similarity >= ALIKE:
                yield Pair(one.id, other.id, Likeness.SIMILAR_NAME_AND_BIRTH_DATE, similarity)


def _compared(group: list[_Person]) -> Iterator[tuple[_Person, _Person]]:
    if len(group) <= CROWD:
        yield from combinations(sorted(group), 2)
        return
    by_name: dict[str, list[_Person]] = defaultdict(list)
    for person in sorted(group):
        by_name[person.name].append(person)
    for alike in by_name.values():
        yield from pairwise(alike)  # a chain tells of all of them


def _by_id(
    work: Work, below: Select[Any], known: dict[UUID, _Person]
) -> Iterator[tuple[UUID, UUID]]:
    """The new card number is the personal id: who has it in one column, and another in the other.

    The same column cannot hold it twice, so only rows that lack one of the two are asked.
    """
    for held, lacking in (("card_number", "personal_id"), ("personal_id", "card_number")):
        sealed, absent = getattr(Member, f"{held}_sealed"), getattr(Member, f"{lacking}_index")
        incomplete = below.with_only_columns(col(Member.id), sealed).where(
            sealed.is_not(None), absent.is_(None)
        )
        sought: dict[bytes, UUID] = {}
        for member_id, value in work.session.execute(incomplete):
            text = unseal(value, f"members.{held}", member_id)
            if len(text) == _ID_LENGTH:
                sought[blind_index(text, f"members.{lacking}")] = member_id
        for portion in portions(sought):
            held_by = below.with_only_columns(col(Member.id), absent).where(absent.in_(portion))
            for member_id, index in work.session.execute(held_by):
                if member_id in known:
                    first, second = sorted((member_id, sought[index]))
                    yield first, second


def _read(work: Work, pairs: list[Pair]) -> list[DuplicateRead]:
    today = local_date(work.now)
    wanted = {one for pair in pairs for one in pair[:2]}
    chosen = work.within_reach(Permission.MEMBER_MERGE, Member).where(col(Member.id).in_(wanted))
    records = work.session.execute(member_views.with_derived(chosen, today, work.now))
    views: dict[UUID, MemberRead] = {
        record[0].id: member_views.view(record, today, work.actor.member_id) for record in records
    }
    return [
        DuplicateRead(
            likeness=pair.likeness,
            similarity=pair.similarity,
            members=[views[pair.first], views[pair.second]],
        )
        for pair in pairs
    ]


def _key(pair: Pair) -> list[str]:
    return [str(pair.first), str(pair.second)]


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="members within reach")
