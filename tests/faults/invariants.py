"""What holds after every fault, asked of the database itself."""

from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from app.core import database
from app.core.clock import local_date, now
from app.core.confidential import SealedText, blind_index, unseal
from app.models import Member, Membership, MembershipKind, Organization
from app.models.base import valid_on
from tests.recounts import differences
from tests.world import rows


def expect_invariants(session: Session) -> None:
    """The numbers are those of the programme; what was acknowledged is `Load.expect_kept`."""
    _expect_whole(session)  # I-19
    assert differences() == []  # I-06, I-07
    _expect_one_cell_each(session)  # I-15
    _expect_a_tree(session)  # I-14
    _expect_openable(session)  # I-18


def _expect_whole(session: Session) -> None:
    if database.engine().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def _expect_one_cell_each(session: Session) -> None:
    today = local_date(now())
    residences = rows(
        session,
        Membership,
        Membership.kind == MembershipKind.OFFICIAL_RESIDENCE,
        *valid_on(Membership, today),
    )
    members = [row.member_id for row in residences]
    assert len(members) == len(set(members))


def _expect_a_tree(session: Session) -> None:
    paths = {unit.id: unit for unit in rows(session, Organization)}
    for unit in paths.values():
        above = paths[unit.parent_id].path if unit.parent_id else ""
        assert unit.path == above + unit.segment


def _expect_openable(session: Session) -> None:
    """Every ciphertext of every table, and every index of a member."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, SealedText) or "id" not in table.columns:
                continue
            place = f"{table.name}.{column.name.removesuffix('_sealed')}"
            statement = select(table.c.id, column).where(column.is_not(None))
            for row_id, sealed in session.execute(statement.execution_options(scoped="a test")):
                unseal(sealed, place, row_id)
    for member in rows(session, Member):
        for name in ("card_number", "personal_id", "phone"):
            value = getattr(member, name)
            index = None if value is None else blind_index(value, f"members.{name}")
            assert getattr(member, f"{name}_index") == index
