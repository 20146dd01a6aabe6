"""What an import wrote can be deleted again: whoever may refer to it is found by an index."""

from sqlalchemy import Table, UniqueConstraint
from sqlmodel import SQLModel

#: From these an import that is taken back deletes rows.
DELETED = {
    "attendance_events",
    "attendances",
    "exemptions",
    "meetings",
    "members",
    "memberships",
    "minutes",
    "organization_parents",
    "organizations",
}


def test_every_reference_to_what_may_be_deleted_is_led_by_an_index() -> None:
    """Or the database looks through a whole table for each row that goes."""
    lacking = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name in DELETED for key in column.foreign_keys)
        and column.name not in _leading(table)
    ]
    assert lacking == []


def _leading(table: Table) -> set[str]:
    """The first columns of its keys and indexes, but for those that hold only some rows."""
    keys = [table.primary_key, *table.constraints]
    unique = [key for key in keys if isinstance(key, UniqueConstraint) or key is table.primary_key]
    whole = [
        index for index in table.indexes if index.dialect_options["postgresql"].get("where") is None
    ]
    return {next(iter(each.columns)).name for each in (*unique, *whole) if len(each.columns)}
