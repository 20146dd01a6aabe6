"""What a commit of an import writes, noted row by row, so that all of it can be taken back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, bindparam, update
from sqlmodel import SQLModel, col

from app.core.confidential import Sealed, SealedText, seal, unseal
from app.core.selects import pick, portions
from app.models import Import, ImportRow
from app.models.base import Row
from app.services.import_plans import DataMoved, insert_all
from app.work import Work

Values = dict[str, Any]
_PLACE = "import_rows.before"
# A journal is sealed as a whole; a sealed value in it is opened first, so that it needs no older
# key than the journal itself.
_OPENED = "opened"


class Change(NamedTuple):
    """A row of some table that one row of the workbook wrote. `before` is None for a new one."""

    row_number: int
    table: str
    row_id: UUID
    version: int
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Journal:
    """Through it a commit writes; it knows of each row what was there before."""

    work: Work
    changes: list[Change] = field(default_factory=list)

    def insert(self, model: type[Row], rows: Iterable[tuple[int, Values]]) -> None:
        """New rows, each of a row of the workbook, with every column given."""
        numbered = list(rows)
        insert_all(self.work, model, (values for _, values in numbered))
        self.changes.extend(
            Change(number, str(model.__tablename__), values["id"], values["version"])
            for number, values in numbered
        )

    def update(
        self, model: type[Row], names: Sequence[str], rows: Sequence[tuple[int, Values]]
    ) -> None:
        """Rows as they were planned for: `of_id`, `of_version`, and `new_…` for each name.

        `DataMoved` when somebody else was faster.
        """
        if not rows:
            return
        given = [values for _, values in rows]
        self._keep_former(model, names, rows)
        statement = (
            update(model)
            .where(
                col(model.id) == bindparam("of_id"), col(model.version) == bindparam("of_version")
            )
            .values({name: bindparam(f"new_{name}") for name in names})
            .values(version=col(model.version) + 1)
        )
        if self.work.session.connection().execute(statement, given).rowcount != len(rows):
            raise DataMoved

    def note_new(self, row_number: int, row: Row) -> None:
        """A row that another service has just written."""
        self.changes.append(Change(row_number, table_of(row), row.id, row.version))

    def change(self, row_number: int, row: Row, values: Mapping[str, Any]) -> None:
        """Set some fields of a row at hand."""
        before = {name: getattr(row, name) for name in values}
        row.sqlmodel_update(dict(values))
        self.changes.append(Change(row_number, table_of(row), row.id, row.version + 1, before))

    def _keep_former(
        self, model: type[Row], names: Sequence[str], rows: Sequence[tuple[int, Values]]
    ) -> None:
        numbers = {values["of_id"]: number for number, values in rows}
        columns = [getattr(model, name) for name in ("id", "version", *names)]
        for portion in portions(numbers):
            statement = pick(*columns).where(col(model.id).in_(portion))
            for row_id, version, *former in self.work.session.connection().execute(statement):
                before = dict(zip(names, former, strict=True))
                table = str(model.__tablename__)
                self.changes.append(Change(numbers[row_id], table, row_id, version + 1, before))


def table_of(row: SQLModel) -> str:
    return str(row.__tablename__)


def keep(work: Work, imported: Import, changes: Iterable[Change]) -> None:
    """Beside each row of the workbook, sealed: there are names and numbers in it."""
    by_number: dict[int, list[Change]] = {}
    for change in changes:
        by_number.setdefault(change.row_number, []).append(change)
    statement = (
        update(ImportRow)
        .where(col(ImportRow.id) == bindparam("of_id"))
        .values(before_sealed=bindparam("new_before"))
    )
    rows = [
        {"of_id": row_id, "new_before": seal(_written(by_number[number]), _PLACE, row_id)}
        for row_id, number in _numbered(work, imported)
        if number in by_number
    ]
    if rows:
        work.session.connection().execute(statement, rows)


def read(work: Work, imported: Import) -> list[Change]:
    """What the commit wrote, in the order of the workbook."""
    kept = pick(ImportRow.id, ImportRow.before_sealed).where(
        col(ImportRow.import_id) == imported.id, col(ImportRow.before_sealed).is_not(None)
    )
    ordered = kept.order_by(col(ImportRow.row_number))
    return [
        change
        for row_id, sealed in work.session.connection().execute(ordered)
        for change in _read(unseal(sealed, _PLACE, row_id))
    ]


def renew(text: str) -> str:
    """A journal as it would be written today, sealed values among it opened."""
    return _written(list(_read(text)))


def _numbered(work: Work, imported: Import) -> Iterable[Any]:
    own = pick(ImportRow.id, ImportRow.row_number).where(col(ImportRow.import_id) == imported.id)
    return work.session.connection().execute(own).all()


def _written(changes: Sequence[Change]) -> str:
    return json.dumps([change._replace(before=_plain(change)) for change in changes], default=str)


def _plain(change: Change) -> dict[str, Any] | None:
    if change.before is None:
        return None
    return {
        name: {_OPENED: unseal(value, _place(change.table, name), change.row_id)}
        if isinstance(value, Sealed)
        else _said(value)
        for name, value in change.before.items()
    }


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes(value).hex()
    if isinstance(value, date):  # a day: no moment is ever changed by an import
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _read(text: str) -> Iterable[Change]:
    for number, table, row_id, version, before in json.loads(text):
        change = Change(number, table, UUID(row_id), version)
        former = before and {name: _value(change, name, said) for name, said in before.items()}
        yield change._replace(before=former)


def _value(change: Change, name: str, said: Any) -> Any:
    """As the column takes it."""
    if isinstance(said, dict):
        return seal(said[_OPENED], _place(change.table, name), change.row_id)
    column: Column[Any] = SQLModel.metadata.tables[change.table].columns[name]
    is_sealed = isinstance(column.type, SealedText)  # as journals were written once
    parse = _PARSERS.get(Sealed if is_sealed else column.type.python_type)
    return said if said is None or parse is None else parse(said)


def _place(table: str, column: str) -> str:
    return f"{table}.{column.removesuffix('_sealed')}"


_PARSERS: dict[type, Any] = {
    bytes: bytes.fromhex,
    Sealed: lambda said: Sealed(bytes.fromhex(said)),
    UUID: UUID,
    date: date.fromisoformat,
}
