"""Everything that is held about whoever asks, and nothing of anybody else's."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import inspect, or_
from sqlmodel import col

from app.core.numbers import day
from app.core.selects import pick, portions
from app.models import Document, Meeting, Member, Organization
from app.papers import words
from app.schemas.own_exports import OwnExport
from app.services import accounts
from app.services.own_sections import SECTIONS, Section
from app.services.own_words import LABELS, VALUES
from app.work import Work
from app.workbooks.listings import Cell, Column, Listing, write_listings

_ONESELF: Final = {"scoped": "held about oneself"}
_TITLE: Final = "Dữ liệu cá nhân"
_WIDTH: Final = 24


class Named(NamedTuple):
    """A row of somewhere else that a column names: told by its own words and not by its id."""

    model: Any
    words: Mapping[str, str]


_NAMED: Final[Mapping[str, Named]] = {
    "organization_id": Named(Organization, {"organization": "name"}),
    "to_organization_id": Named(Organization, {"to_organization": "name"}),
    "meeting_id": Named(Meeting, {"meeting": "title", "meeting_starts_at": "starts_at"}),
    "document_id": Named(Document, {"document": "title"}),
}
Told = dict[str, Any]


def get(work: Work) -> OwnExport:
    """Only for whoever has just proved that they are the person."""
    account = accounts.own(work)
    work.expect_proof()
    own_ids = _own_members(work, account.member_id)
    rows = {name: _rows(work, each, own_ids, account.id) for name, each in SECTIONS.items()}
    names = _names(work, rows)
    return OwnExport(
        made_at=work.now,
        sections={
            name: [_told(SECTIONS[name], row, names) for row in some] for name, some in rows.items()
        },
    )


def workbook(export: OwnExport) -> bytes:
    """A sheet for each part that holds something."""
    target = BytesIO()
    listings = [
        _listing(SECTIONS[name].title, told) for name, told in export.sections.items() if told
    ]
    write_listings(target, _TITLE, listings)
    return target.getvalue()


def _own_members(work: Work, member_id: UUID | None) -> Sequence[UUID]:
    """One's own row, and those that were merged into it."""
    if member_id is None:
        return []
    merged = pick(Member.id).where(col(Member.merged_into_id) == member_id)
    return [member_id, *work.session.execute(merged.execution_options(**_ONESELF)).scalars()]


def _rows(
    work: Work, section: Section, member_ids: Collection[UUID], account_id: UUID
) -> Sequence[Any]:
    model = section.model
    of_member = [getattr(model, name).in_(member_ids) for name in section.members]
    of_account = [getattr(model, name) == account_id for name in section.accounts]
    statement = pick(model).where(or_(*of_member, *of_account))
    in_order = statement.order_by(*inspect(model).primary_key)
    return work.session.execute(in_order.execution_options(**_ONESELF)).scalars().all()


def _names(work: Work, rows: Mapping[str, Iterable[Any]]) -> Mapping[UUID, Any]:
    """What the rows point to, by its id."""
    wanted: dict[Any, set[UUID]] = {named.model: set() for named in _NAMED.values()}
    for section, some in rows.items():
        for column in _NAMED.keys() & set(SECTIONS[section].columns):
            wanted[_NAMED[column].model].update(getattr(row, column) for row in some)
    return {
        found.id: found
        for model, ids in wanted.items()
        for portion in portions(ids - {None})
        for found in work.session.execute(
            pick(model).where(model.id.in_(portion)).execution_options(**_ONESELF)
        ).scalars()
    }


def _told(section: Section, row: Any, names: Mapping[UUID, Any]) -> Told:
    told: Told = {}
    for column in section.columns:
        if (named := _NAMED.get(column)) is None:
            told[column] = getattr(row, column)
            continue
        found = names.get(getattr(row, column))
        told |= {word: getattr(found, name, None) for word, name in named.words.items()}
    return told | {name: read(row) for name, read in section.reads.items()}


def _listing(title: str, told: Sequence[Told]) -> Listing:
    columns = [Column(LABELS[name], width=_WIDTH) for name in told[0]]
    return Listing(title, columns, ([_cell(value) for value in each.values()] for each in told))


def _cell(value: Any) -> Cell:
    """As a Vietnamese reader reads it."""
    write = next((write for kind, write in _WRITERS if isinstance(value, kind)), None)
    said: Cell = write(value) if write else value
    return said


#: The first that fits: a moment is also a day, a state is also a text.
_WRITERS: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (bool, lambda value: "Có" if value else "Không"),
    (datetime, words.moment),
    (date, day),
    (StrEnum, lambda value: VALUES.get(type(value), {}).get(value, value.value)),
    (list, lambda value: ", ".join(LABELS.get(each, each) for each in map(str, value))),
)
