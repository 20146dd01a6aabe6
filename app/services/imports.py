"""A workbook is read and previewed row by row, then committed as a whole or not at all."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Select, select
from sqlmodel import col

from app.core import collector, walls
from app.core.confidential import seal, unseal
from app.core.errors import Conflict, Forbidden, Invalid, UnsupportedMediaType
from app.core.ids import new_id
from app.core.paging import Filters, Order, Page
from app.models import Import, ImportKind, ImportMode, ImportRow, RowState
from app.policies.permissions import Permission
from app.schemas.imports import ImportRowQuery
from app.services import (
    history_entries,
    history_plans,
    import_journals,
    member_entries,
    member_plans,
    organization_plans,
    proposals,
    take_backs,
)
from app.services.import_journals import Change, Journal
from app.services.import_plans import DataMoved, Lines, Plan, insert_all
from app.work import Work
from app.workbooks import meetings, members, organizations, reading
from app.workbooks.columns import Layout
from app.workbooks.meetings import MeetingLine
from app.workbooks.members import MemberLine
from app.workbooks.organizations import OrganizationLine
from app.workbooks.reading import Sheets
from app.workbooks.rejects import Reject, write_rejects
from app.workbooks.tables import CellError, Table

_AS_NUMBERED = (col(ImportRow.row_number),)
FILTERS: Filters = {"state": lambda states: col(ImportRow.state).in_(states)}
#: So long after its commit, or its preview, the rows of an import are kept.
ROWS_KEPT = timedelta(days=90)
_PLACE = "import_rows.content"
_ZIP = b"PK"


class RowsForgotten(Conflict):
    code = "rows_forgotten"
    vi = "Nội dung tệp đã được xóa sau 90 ngày; hãy nhập lại tệp."
    en = "The rows of this import were erased after 90 days; upload the file again."


@dataclass(frozen=True)
class _Kind:
    """How one kind of workbook is read, planned, kept and carried out."""

    permission: Permission
    read: Callable[[Sheets, date], Table[Any]]
    plan: Callable[[Work, Lines[Any]], Sequence[Plan[Any]]]
    carry_out: Callable[[Work, Import, Sequence[Any], Journal], None]
    take_back: Callable[[Work, Sequence[Change], datetime], None]
    kept: TypeAdapter[Any]
    count_absent: Callable[[Work, Lines[Any], Sequence[Any]], int] | None = None


_KINDS = {
    ImportKind.MEMBERS: _Kind(
        Permission.MEMBER_CREATE,
        lambda sheets, today: members.parse(sheets, today=today),
        member_plans.plan,
        member_entries.carry_out,
        member_entries.take_back,
        TypeAdapter(tuple[MemberLine, UUID | None]),
        member_plans.count_absent,
    ),
    ImportKind.ORGANIZATIONS: _Kind(
        Permission.ORGANIZATION_CREATE,
        lambda sheets, _today: organizations.parse(sheets),
        organization_plans.plan,
        organization_plans.carry_out,
        organization_plans.take_back,
        TypeAdapter(tuple[OrganizationLine, UUID | None]),
    ),
    ImportKind.MEETINGS: _Kind(
        Permission.MEETING_ACCEPT,
        lambda sheets, _today: meetings.parse(sheets),
        history_plans.plan,
        history_entries.carry_out,
        history_entries.take_back,
        TypeAdapter(tuple[MeetingLine, UUID | None]),
    ),
}


@dataclass(frozen=True)
class Parsed:
    """A workbook as it was read, before anything is asked of the database."""

    kind: ImportKind
    digest: str
    table: Table[Any]


@collector.held_back()
def prepare(content: bytes, kind: ImportKind, today: date) -> Parsed:
    """Read the workbook; refuses what is none, or has no known header, or too many rows."""
    if not content.startswith(_ZIP):
        raise UnsupportedMediaType
    table = _KINDS[kind].read(reading.read(content), today)
    return Parsed(kind, hashlib.sha256(content).hexdigest(), table)


def expect_allowed(work: Work, kind: ImportKind, mode: ImportMode = ImportMode.CHANGES) -> None:
    """`Forbidden` for whoever may not import, or not enter what the file holds."""
    needed = (Permission.IMPORT_CREATE, _KINDS[kind].permission)
    if not all(work.actor.may(permission) for permission in needed):
        raise Forbidden
    if mode is ImportMode.PROPOSALS and kind is not ImportKind.MEMBERS:
        raise Invalid.at(
            "/mode",
            "members_only",
            "Chỉ danh sách đảng viên mới được nhập thành đề xuất.",
            "Only lists of members come in as proposals.",
        )


@collector.held_back()
@walls.beyond("a list is matched to whoever is known")
def create(work: Work, parsed: Parsed, mode: ImportMode = ImportMode.CHANGES) -> Import:
    """Keep a preview: what each row would change. Nothing is changed yet."""
    expect_allowed(work, parsed.kind, mode)
    table = parsed.table
    unreadable = [row for row in table.rows if row.line is None]
    lines = Lines(
        table.layout,
        [(row.row_number, row.line) for row in table.rows if row.line is not None],
        [table.cells(row.row_number) for row in unreadable],
    )
    kind = _KINDS[parsed.kind]
    plans = kind.plan(work, lines)
    states = Counter(each.state for each in plans)
    states[RowState.REJECTED] += len(unreadable)
    counts = {str(state): states[state] for state in RowState}
    if kind.count_absent:
        counts["absent"] = kind.count_absent(work, lines, plans)
    imported = work.add(
        Import(
            created_at=work.now,
            account_id=work.actor.account_id,
            kind=parsed.kind,
            mode=mode,
            layout=table.layout,
            digest=parsed.digest,
            counts=counts,
        )
    )
    work.session.flush()  # its rows refer to it
    accepted = (_planned_row(imported, each, parsed) for each in plans)
    refused = (_refused_row(imported, row.row_number, row.errors, table) for row in unreadable)
    insert_all(work, ImportRow, chain(accepted, refused))
    work.record("import.created", imported, kind=parsed.kind, counts=counts)
    return imported


def get(work: Work, import_id: UUID) -> Import:
    return work.fetch(Permission.IMPORT_CREATE, Import, import_id)


def search_rows(work: Work, import_id: UUID, query: ImportRowQuery) -> Page[ImportRow]:
    """The rows of an own import, as Excel numbers them."""
    order = Order(_AS_NUMBERED, of=import_id)
    return work.search(_rows(get(work, import_id), ImportRow), query, FILTERS, order)


def reject_workbook(work: Work, import_id: UUID) -> bytes:
    """The refused rows as they came, with the reasons; once corrected they go in again."""
    imported = get(work, import_id)
    work.expect_proof()
    statement = _rows(imported, ImportRow.id, ImportRow.errors, ImportRow.content_sealed)
    refused = statement.where(col(ImportRow.state) == RowState.REJECTED).order_by(*_AS_NUMBERED)
    rejects = [
        Reject(
            json.loads(unseal(content, _PLACE, row_id)), [CellError(**error) for error in errors]
        )
        for row_id, errors, content in work.session.execute(refused)
    ]
    return write_rejects(Layout(imported.layout), rejects)


@collector.held_back()
@walls.beyond("a list is matched to whoever is known")
def commit(work: Work, import_id: UUID) -> Import:
    """Carry the preview out, all of it; refuses when the data moved since."""
    imported = _with_rows(work, import_id).take("commit")
    imported.committed_at = work.now
    work.session.flush()  # a second commit waits here, not after the same work
    kind = _KINDS[imported.kind]
    expect_allowed(work, imported.kind)
    lines, planned = _kept(work, imported, kind)
    plans = kind.plan(work, lines)
    if planned != {each.row_number: _basis(each) for each in plans}:
        raise DataMoved
    if imported.mode is ImportMode.PROPOSALS:
        proposals.propose(work, imported, plans)
    else:
        journal = Journal(work)
        kind.carry_out(work, imported, plans, journal)
        import_journals.keep(work, imported, journal.changes)
    work.record("import.committed", imported, kind=imported.kind, counts=imported.counts)
    return imported


@collector.held_back()
@walls.beyond("a list is matched to whoever is known")
def take_back(work: Work, import_id: UUID) -> Import:
    """Undo a commit, all of it; refuses when anything was built on what it wrote."""
    imported = _with_rows(work, import_id).take("take_back")
    imported.taken_back_at = work.now
    work.session.flush()  # a second one waits here
    expect_allowed(work, imported.kind)
    if imported.mode is ImportMode.PROPOSALS:
        proposals.take_back(work, imported)
    elif imported.committed_at is not None:
        changes = import_journals.read(work, imported)
        take_backs.expect_reached(work, _KINDS[imported.kind].permission, changes)
        _KINDS[imported.kind].take_back(work, changes, imported.committed_at)
    work.record("import.taken_back", imported, kind=imported.kind)
    return imported


def _with_rows(work: Work, import_id: UUID) -> Import:
    """An own import, while its rows are kept."""
    imported = get(work, import_id)
    if work.now - (imported.committed_at or imported.created_at) >= ROWS_KEPT:
        raise RowsForgotten
    return imported


def _kept(work: Work, imported: Import, kind: _Kind) -> tuple[Lines[Any], dict[int, Any]]:
    """The lines of the rows that were accepted, and what was planned for each."""
    names = ("id", "row_number", "state", "subject_id", "subject_version", "content_sealed")
    statement = _rows(imported, *(getattr(ImportRow, name) for name in names))
    accepted = statement.where(col(ImportRow.state) != RowState.REJECTED).order_by(*_AS_NUMBERED)
    lines, planned = [], {}
    for row_id, row_number, state, subject_id, version, content in work.session.execute(accepted):
        line, place_id = kind.kept.validate_json(unseal(content, _PLACE, row_id))
        lines.append((row_number, line))
        planned[row_number] = state, subject_id, version, place_id
    return Lines(Layout(imported.layout), lines), planned


def _basis(each: Plan[Any]) -> Any:
    return each.state, each.subject_id, each.subject_version, each.place_id


def _planned_row(imported: Import, each: Plan[Any], parsed: Parsed) -> dict[str, Any]:
    if each.state is RowState.REJECTED:
        return _refused_row(imported, each.row_number, each.errors, parsed.table)
    row_id = new_id()
    kept = _KINDS[parsed.kind].kept.dump_json((each.line, each.place_id)).decode()
    return {
        "id": row_id,
        "created_at": imported.created_at,
        "version": 1,
        "import_id": imported.id,
        "row_number": each.row_number,
        "state": each.state,
        "errors": [],
        "subject_id": each.subject_id,
        "subject_version": each.subject_version,
        "content_sealed": seal(kept, _PLACE, row_id),
    }


def _refused_row(
    imported: Import, row_number: int, errors: Sequence[CellError], table: Table[Any]
) -> dict[str, Any]:
    """A refused row keeps its cells, so that it can be given back; an accepted one its line."""
    row_id = new_id()
    cells = json.dumps(table.cells(row_number), ensure_ascii=False)
    return {
        "id": row_id,
        "created_at": imported.created_at,
        "version": 1,
        "import_id": imported.id,
        "row_number": row_number,
        "state": RowState.REJECTED,
        "errors": [asdict(error) for error in errors],
        "subject_id": None,
        "subject_version": None,
        "content_sealed": seal(cells, _PLACE, row_id),
    }


def _rows(imported: Import, *wanted: Any) -> Select[Any]:
    statement: Select[Any] = select(*wanted)
    own = statement.where(col(ImportRow.import_id) == imported.id)
    return own.execution_options(scoped="rows of an own import")
