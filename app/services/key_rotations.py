"""The keys of sealed fields are changed while the service runs: a new one seals from now on, and
what the older ones sealed is sealed again, portion by portion.

Nobody waits for it: a portion is one short transaction, which passes over rows that somebody else
is writing. Killed at any moment it has lost nothing, and goes on when it is asked again.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Select, Table, bindparam, case, func, update
from sqlmodel import Session, SQLModel

from app.core import database, keys, walls
from app.core.confidential import Sealed, SealedText, Unreadable, prefix, seal, unseal
from app.core.errors import Conflict
from app.core.selects import pick
from app.services import import_journals

#: So many values are sealed again in one transaction.
PORTION = 500
#: What was begun under an older key has ended so long after another became active.
PATIENCE = timedelta(hours=1)
#: What is done to a text when it is sealed again.
_RENEWED: Mapping[str, Callable[[str], str]] = {"import_rows.before": import_journals.renew}
_LOCK = int.from_bytes(sha256(b"key rotation").digest()[:8], "big", signed=True)


class TooSoon(Conflict):
    code = "too_soon"
    vi = "Khóa vừa được thay; hãy đợi một giờ rồi mới bỏ khóa cũ."
    en = "The keys were changed within the hour; older ones may still be in use."


class Place(NamedTuple):
    """A column of sealed values, and the name that they are bound to."""

    table: Table
    column: Column[Any]

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name.removesuffix('_sealed')}"


class Walk(NamedTuple):
    """What came of one place; `stuck` values do not open, and stay as they are."""

    place: str
    renewed: int
    stuck: int


def places() -> Iterator[Place]:
    """Wherever values lie sealed."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText):
                yield Place(table, column)


@walls.beyond("keys seal in every tree")
def counts(session: Session) -> dict[str, int]:
    """How many values each key of the file has sealed; under "" those of keys that it lacks."""
    names = list(keys.ring().look().fields)
    totals = dict.fromkeys([*names, ""], 0)
    for place in places():
        each = [func.sum(case((_named(place, name), 1), else_=0)) for name in names]
        found = session.connection().execute(
            pick(*each, func.count()).where(place.column != Sealed())
        )
        *known, whole = (number or 0 for number in found.one())
        for name, number in zip(names, known, strict=True):
            totals[name] += number
        totals[""] += whole - sum(known)
    return totals


def add(file: Path) -> str:
    """A key that seals nothing yet; its id."""
    with database.writing() as session:
        _hold(session)
        return keys.add_field_key(file)


def begin(file: Path) -> str:
    """Make the newest key the active one, after adding one where all values name the active key.

    So a rotation that was broken off goes on under the same key, and one that a key was added for
    beforehand uses that.
    """
    with database.writing() as session:
        _hold(session)
        ring = keys.ring().look()
        found = counts(session)
        older = sum(found.values()) - found[ring.active_field]
        name = ring.newest
        if name == ring.active_field and not older:
            name = keys.add_field_key(file)
        if name != ring.active_field:
            keys.activate_field_key(file, name)
        return name


def renew_all(pause: float) -> Iterator[Walk]:
    """Walk until nothing is left that another key than the active one sealed, but for what does
    not open; a rotation that is begun meanwhile is followed.

    Between two portions it waits a little: SQLite's writers do not queue across processes.
    """
    while True:
        name = keys.ring().look().active_field
        stuck = 0
        for place in places():
            walk = _renew(place, name, pause)
            stuck += walk.stuck
            yield walk
        with database.reading() as session:
            found = counts(session)
        is_active = name == keys.keys().active_field
        if is_active and sum(found.values()) - found[name] <= stuck:
            return
        time.sleep(pause)


def retire(file: Path, now: datetime) -> list[str]:
    """Remove the older keys that no value names; which they were."""
    with database.writing() as session:
        _hold(session)
        ring = keys.ring().look()
        if now - keys.changed_at(file) < PATIENCE:
            raise TooSoon
        names = list(ring.fields)
        older = names[: names.index(ring.active_field)]
        found = counts(session)
        unused = [name for name in older if not found[name]]
        if unused:
            keys.drop_field_keys(file, unused)
        return unused


def _renew(place: Place, name: str, pause: float) -> Walk:
    """One walk through one column, in the order of its rows."""
    renewed = stuck = 0
    after: UUID | None = UUID(int=0)
    while after is not None:
        with database.writing() as session:
            walls.declare(session, walls.EVERY)
            rows = session.connection().execute(_portion(place, name, after)).all()
            opened = [each for row_id, value in rows for each in _again(place, row_id, value)]
            if opened:
                session.connection().execute(_writing(place), opened)
        renewed += len(opened)
        stuck += len(rows) - len(opened)
        after = rows[-1][0] if len(rows) == PORTION else None
        time.sleep(pause if rows else 0)
    return Walk(place.name, renewed, stuck)


def _portion(place: Place, name: str, after: UUID) -> Select[Any]:
    """Held until they are written; what somebody else holds is passed over, never waited for."""
    row_id = place.table.c.id
    return (
        pick(row_id, place.column)
        .where(row_id > after, place.column != Sealed(), ~_named(place, name))
        .order_by(row_id)
        .limit(PORTION)
        .with_for_update(skip_locked=True)
    )


def _again(place: Place, row_id: UUID, value: Sealed) -> Iterator[dict[str, Any]]:
    try:
        text = unseal(value, place.name, row_id)
    except Unreadable:
        return  # the log names it
    renewed = _RENEWED.get(place.name, str)(text)
    yield {"of_id": row_id, "value": seal(renewed, place.name, row_id)}


def _writing(place: Place) -> Any:
    """Without another version: to whoever reads the row it is the same."""
    own = update(place.table).where(place.table.c.id == bindparam("of_id"))
    return own.values({place.column.name: bindparam("value")})


def _named(place: Place, name: str) -> Any:
    start = prefix(name)
    return func.substr(place.column, 1, len(start), type_=LargeBinary) == start


def _hold(session: Session) -> None:
    """One at a time writes the file of keys; on SQLite whoever has begun to write is alone."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(pick(func.pg_advisory_xact_lock(_LOCK)))
