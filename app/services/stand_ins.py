"""Who stands in for a cell's secretary: one of its members, for some weeks."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from app.core.errors import Invalid
from app.models import Membership, Office, Organization, OrganizationKind, Role
from app.models.base import valid_on
from app.work import Work

LONGEST = timedelta(days=92)


def check(work: Work, office: Office) -> None:
    """Refuse a stand-in elsewhere than at a cell, from elsewhere, or without an end."""
    kind = select(Organization.kind).where(col(Organization.id) == office.organization_id)
    if _answer(work, kind) is not OrganizationKind.CELL:
        raise Invalid.at(
            "/organization_id",
            "not_a_cell",
            "Chỉ chi bộ mới có người thay bí thư.",
            "Only cells have a stand-in.",
        )
    check_days(office)
    belongs = select(Membership.id).where(
        col(Membership.organization_id) == office.organization_id,
        col(Membership.member_id) == office.member_id,
        *valid_on(Membership, office.valid_from),
    )
    if not _answer(work, select(exists(belongs))):
        raise Invalid.at(
            "/member_id",
            "not_a_member",
            "Người thay bí thư phải là đảng viên của chi bộ.",
            "A stand-in is a member of the cell.",
        )


def check_days(office: Office) -> None:
    """An end is known from the beginning."""
    if office.valid_to is None or office.valid_to - office.valid_from > LONGEST:
        raise Invalid.at(
            "/valid_to",
            "too_long",
            f"Cần ngày kết thúc, nhiều nhất sau {LONGEST.days} ngày.",
            f"Needs an end, {LONGEST.days} days later at most.",
        )


def hold_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions of an office that holds on a day: a stand-in's ends with the membership."""
    membership = aliased(Membership)
    belongs = exists().where(
        col(membership.organization_id) == col(Office.organization_id),
        col(membership.member_id) == col(Office.member_id),
        *valid_on(membership, day),
    )
    return (*valid_on(Office, day), or_(col(Office.role) != Role.STAND_IN, belongs))


def _answer(work: Work, statement: Any) -> Any:
    scoped = statement.execution_options(scoped="of a reached unit")
    return work.session.execute(scoped).scalar_one()
