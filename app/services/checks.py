"""What makes data suspect, each check one statement: what it selects is both counted and listed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.core.clock import day_starts_at, local_date
from app.core.selects import pick
from app.models import (
    Correction,
    Exemption,
    Meeting,
    MeetingStatus,
    Member,
    Membership,
    MembershipKind,
    Office,
    Organization,
    Role,
    Transfer,
)
from app.models.base import valid_on
from app.schemas.findings import Check
from app.services import transfer_views
from app.services.correction_ends import is_late_on
from app.services.denominators import is_cell_on
from app.work import Work

#: A cell of fewer official members may not meet (Điều lệ Đảng, 21).
FEWEST_OFFICIALS = 3
#: A meeting is reported within two days (HD 42-HD/BTCTW).
DAYS_TO_SUBMIT = 2
#: For so long an exemption that ran out is worth a look.
DAYS_AFTER_EXEMPTION = 30
#: What the profile asks for (339-QĐ/TW), and the column that holds it.
REQUIRED = {
    "sex": col(Member.sex),
    "born_on": col(Member.born_on),
    "admitted_on": col(Member.admitted_on),
    "card_number": col(Member.card_number_index),
    "personal_id": col(Member.personal_id_index),
    "phone": col(Member.phone_index),
}


def found(work: Work, check: Check) -> Select[Any]:
    """Cell, member, subject and detail of everything a check finds now."""
    return _CHECKS[check](work)


def _row(cell_id: Any, member_id: Any, subject_id: Any, detail: Any) -> Select[Any]:
    return pick(
        cell_id.label("cell_id"),
        member_id.label("member_id"),
        subject_id.label("subject_id"),
        cast(detail, String).label("detail"),
    )


def _nobody() -> Any:
    return cast(null(), Uuid())


def _cells_without_secretary(work: Work) -> Select[Any]:
    today = local_date(work.now)
    led = exists().where(
        col(Office.organization_id) == Organization.id,
        col(Office.role) == Role.SECRETARY,
        *valid_on(Office, today),
    )
    rows = _row(col(Organization.id), _nobody(), col(Organization.id), literal(None))
    return rows.where(is_cell_on(today), ~led)


def _cells_below_three(work: Work) -> Select[Any]:
    today = local_date(work.now)
    officials = (
        pick(func.count())
        .select_from(Membership)
        .join(Member, col(Member.id) == col(Membership.member_id))
        .where(
            col(Membership.organization_id) == Organization.id,
            _resides(today),
            col(Member.official_on) <= today,
        )
        .correlate(Organization)
        .scalar_subquery()
    )
    rows = _row(col(Organization.id), _nobody(), col(Organization.id), officials)
    return rows.where(is_cell_on(today), officials < FEWEST_OFFICIALS)


def _members_lacking_fields(work: Work) -> Select[Any]:
    names: ColumnElement[str] = literal("")
    for name, column in REQUIRED.items():
        names = names + case((column.is_(None), f"{name} "), else_="")
    rows = _row(
        col(Membership.organization_id), col(Member.id), col(Member.id), func.trim(names)
    ).join(Member, col(Member.id) == col(Membership.member_id))
    lacks = or_(*(column.is_(None) for column in REQUIRED.values()))
    return rows.where(_resides(local_date(work.now)), lacks)


def _overlapping_memberships(_work: Work) -> Select[Any]:
    """Both of the two, so that either office sees its own."""
    other = aliased(Membership)
    residence = MembershipKind.OFFICIAL_RESIDENCE
    overlaps = exists().where(
        col(other.member_id) == Membership.member_id,
        col(other.id) != Membership.id,
        col(other.kind) == residence,
        _lasts(other),
        or_(col(other.valid_to).is_(None), col(other.valid_to) > Membership.valid_from),
        or_(
            col(Membership.valid_to).is_(None),
            col(Membership.valid_to) > other.valid_from,
        ),
    )
    rows = _row(
        col(Membership.organization_id),
        col(Membership.member_id),
        col(Membership.id),
        col(Membership.valid_from),
    )
    return rows.where(col(Membership.kind) == residence, _lasts(Membership), overlaps)


def _expired_exemptions(work: Work) -> Select[Any]:
    today = local_date(work.now)
    later = aliased(Exemption)
    follows = exists().where(
        col(later.member_id) == Exemption.member_id,
        col(later.kind) == Exemption.kind,
        col(later.id) != Exemption.id,
        or_(col(later.valid_to).is_(None), col(later.valid_to) > Exemption.valid_to),
    )
    rows = _row(
        col(Exemption.organization_id),
        col(Exemption.member_id),
        col(Exemption.id),
        col(Exemption.valid_to),
    )
    return rows.where(
        _lasts(Exemption),
        col(Exemption.valid_to) <= today,
        col(Exemption.valid_to) > today - timedelta(days=DAYS_AFTER_EXEMPTION),
        ~follows,
    )


def _meetings_not_submitted(work: Work) -> Select[Any]:
    due = day_starts_at(local_date(work.now) - timedelta(days=DAYS_TO_SUBMIT))
    rows = _row(col(Meeting.organization_id), _nobody(), col(Meeting.id), col(Meeting.title))
    return rows.where(
        col(Meeting.status).in_((MeetingStatus.ENDED, MeetingStatus.RETURNED)),
        col(Meeting.ended_at) < due,
    )


def _stale_transfers(work: Work) -> Select[Any]:
    rows = _row(
        col(Transfer.organization_id),
        col(Transfer.member_id),
        col(Transfer.id),
        col(Transfer.effective_on),
    )
    giving = col(Organization.id) == Transfer.organization_id
    return rows.join(Organization, giving).where(transfer_views.is_overdue(work))


def _overdue_corrections(work: Work) -> Select[Any]:
    rows = _row(
        col(Correction.organization_id),
        col(Correction.member_id),
        col(Correction.id),
        col(Correction.field),
    )
    return rows.where(is_late_on(local_date(work.now)))


def _resides(day: date) -> ColumnElement[bool]:
    residence = col(Membership.kind) == MembershipKind.OFFICIAL_RESIDENCE
    return and_(residence, *valid_on(Membership, day))


def _lasts(model: Any) -> ColumnElement[bool]:
    """Not undone by an end on its first day."""
    return or_(col(model.valid_to).is_(None), col(model.valid_to) > col(model.valid_from))


_CHECKS: dict[Check, Callable[[Work], Select[Any]]] = {
    Check.CELL_WITHOUT_SECRETARY: _cells_without_secretary,
    Check.CELL_BELOW_THREE: _cells_below_three,
    Check.MEMBER_LACKS_FIELDS: _members_lacking_fields,
    Check.MEMBERSHIPS_OVERLAP: _overlapping_memberships,
    Check.EXEMPTION_EXPIRED: _expired_exemptions,
    Check.MEETING_NOT_SUBMITTED: _meetings_not_submitted,
    Check.TRANSFER_STALE: _stale_transfers,
    Check.CORRECTION_OVERDUE: _overdue_corrections,
}
