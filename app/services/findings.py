"""The data quality page: what is suspect below a unit, counted, listed, and followed by day."""

from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Select, delete, func, insert
from sqlmodel import col

from app.core.clock import local_date
from app.core.paging import Order, Page
from app.core.selects import pick
from app.models import FindingCount, Member, Organization
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import OrganizationBrief
from app.schemas.findings import (
    Check,
    CheckCount,
    FindingDay,
    FindingMember,
    FindingQuery,
    FindingRead,
    FindingSummary,
    FindingTrend,
)
from app.services import checks, rules
from app.work import Work

#: Where the row of each check is mended.
_MENDED_AT = {
    Check.CELL_WITHOUT_SECRETARY: "/cells/{}",
    Check.CELL_BELOW_THREE: "/cells/{}",
    Check.MEMBER_LACKS_FIELDS: "/members/{}",
    Check.MEMBERSHIPS_OVERLAP: "/memberships?member_id={}",
    Check.EXEMPTION_EXPIRED: "/exemptions?member_id={}",
    Check.MEETING_NOT_SUBMITTED: "/meetings/{}",
    Check.TRANSFER_STALE: "/transfers/{}",
    Check.CORRECTION_OVERDUE: "/corrections/{}",
}
_OF_A_MEMBER = frozenset({Check.MEMBERSHIPS_OVERLAP, Check.EXEMPTION_EXPIRED})
_BASE = "/api/v1"
#: A trend goes back two years.
DAYS_KEPT = 731


def summarize(work: Work, organization_id: UUID) -> FindingSummary:
    """How much each check finds at the unit and below it."""
    unit = work.fetch(Permission.FINDING_READ, Organization, organization_id)
    items = []
    for check in Check:
        below = _found(work, check).where(within_branch(unit.path)).subquery()
        count = work.session.execute(_counted(pick(func.count()).select_from(below))).scalar_one()
        asked = urlencode({"check": check, "organization_id": unit.id})
        items.append(CheckCount(check=check, count=count, link=f"{_BASE}/findings?{asked}"))
    return FindingSummary(
        organization=OrganizationBrief.model_validate(unit), as_of=work.now, items=items
    )


def search(work: Work, query: FindingQuery) -> Page[FindingRead]:
    """What one check finds, in the order of the tree."""
    statement = _found(work, query.check)
    if query.organization_id is not None:
        unit = work.fetch(Permission.FINDING_READ, Organization, query.organization_id)
        statement = statement.where(within_branch(unit.path))
    subject = statement.selected_columns["subject_id"]
    order = Order((col(Organization.path), subject))
    return work.search(statement, query, {}, order, lambda record: _shown(query.check, record))


def trend(work: Work, organization_id: UUID, check: Check) -> FindingTrend:
    """What one check has found below a committee, on each day on which it was counted."""
    unit = work.fetch(Permission.FINDING_READ, Organization, organization_id)
    statement = (
        pick(FindingCount.day, FindingCount.count)
        .where(col(FindingCount.organization_id) == unit.id, col(FindingCount.check) == check)
        .order_by(col(FindingCount.day))
    )
    records: Any = work.session.execute(_counted(statement))
    return FindingTrend(items=[FindingDay(day=day, count=count) for day, count in records])


def note(work: Work) -> int:
    """Keep what every check finds today, for each unit above a cell; how many numbers were kept."""
    today = local_date(work.now)
    units: Any = work.session.execute(
        _counted(pick(Organization.path, Organization.id).where(col(Organization.kind) != "cell"))
    )
    committees = dict(units.all())
    rows = []
    for check in Check:
        found = checks.found(work, check).subquery()
        paths: Any = work.session.execute(
            _counted(
                pick(Organization.path, func.count())
                .join(found, found.c.cell_id == Organization.id)
                .group_by(Organization.path)
            )
        )
        sums: Counter[str] = Counter()
        for path, count in paths:
            for above in rules.ancestry(path):
                sums[above] += count
        rows += [
            {"organization_id": unit_id, "check": check, "day": today, "count": sums[path]}
            for path, unit_id in committees.items()
        ]
    work.session.execute(_counted(delete(FindingCount).where(col(FindingCount.day) == today)))
    if rows:
        work.session.execute(insert(FindingCount), rows)
    return len(rows)


def forget(work: Work) -> None:
    """What was counted so long ago that no trend shows it."""
    last = local_date(work.now) - timedelta(days=DAYS_KEPT)
    work.session.execute(_counted(delete(FindingCount).where(col(FindingCount.day) < last)))


def _found(work: Work, check: Check) -> Select[Any]:
    """Within reach, each beside the unit it lies in and the member it speaks of."""
    found = checks.found(work, check).subquery()
    return (
        work.within_reach(
            Permission.FINDING_READ,
            Organization,
            Organization.id,
            Organization.code,
            Organization.name,
            Organization.kind,
            found.c.member_id,
            Member.full_name,
            found.c.subject_id,
            found.c.detail,
        )
        .join(found, found.c.cell_id == Organization.id)
        .outerjoin(Member, col(Member.id) == found.c.member_id)
    )


def _shown(check: Check, record: Any) -> FindingRead:
    member = None
    if record.member_id is not None:
        member = FindingMember(id=record.member_id, full_name=record.full_name)
    target = record.member_id if check in _OF_A_MEMBER else record.subject_id
    return FindingRead(
        check=check,
        organization=OrganizationBrief(
            id=record.id, code=record.code, name=record.name, kind=record.kind
        ),
        member=member,
        subject_id=record.subject_id,
        detail=record.detail,
        link=_BASE + _MENDED_AT[check].format(target),
    )


def _counted(statement: Any) -> Any:
    return statement.execution_options(scoped="below a unit that was fetched")
