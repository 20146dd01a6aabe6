"""A report is made every month by itself: by the rights that its owner has then."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import Session, col, exists, select

from app.core import periods
from app.core.clock import LOCAL, local_date
from app.core.errors import Forbidden
from app.core.paging import Filters, Order, Page
from app.models import (
    Account,
    Job,
    JobKind,
    NotificationKind,
    Organization,
    ReportSchedule,
    ScheduleStatus,
)
from app.policies.permissions import Permission
from app.schemas.report_schedules import (
    ReportScheduleCreate,
    ReportScheduleQuery,
    ReportScheduleUpdate,
)
from app.services import branches, jobs, notices
from app.services.report_drafts import expect_proof
from app.services.versions import expect_version
from app.work import Work

#: After so many failures in a row it pauses.
PATIENCE = 5
#: So many are put into the queue in one transaction.
PORTION = 100
NEWEST_FIRST = Order((col(ReportSchedule.id),), descending=True)
FILTERS: Filters = {"status": lambda statuses: col(ReportSchedule.status).in_(statuses)}


def search(work: Work, query: ReportScheduleQuery) -> Page[ReportSchedule]:
    statement = branches.within(
        work, Permission.REPORT_SCHEDULE_READ, ReportSchedule, query.organization_id
    )
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, report_schedule_id: UUID) -> ReportSchedule:
    return work.fetch(Permission.REPORT_SCHEDULE_READ, ReportSchedule, report_schedule_id)


def create(work: Work, data: ReportScheduleCreate) -> ReportSchedule:
    unit = work.fetch(Permission.REPORT_SCHEDULE_CREATE, Organization, data.organization_id)
    if work.actor.account_id is None:
        raise Forbidden  # it runs by the rights of an owner
    expect_proof(work, data.kind)
    schedule = ReportSchedule(
        **data.model_dump(),
        created_at=work.now,
        account_id=work.actor.account_id,
        next_at=_next(data.day_of_month, data.local_time, work.now),
    )
    work.record("report_schedule.created", work.add(schedule), of=unit.code)
    return schedule


def change(
    work: Work, report_schedule_id: UUID, data: ReportScheduleUpdate, if_match: int | None
) -> ReportSchedule:
    schedule = _fetch(work, report_schedule_id)
    expect_version(schedule.version, if_match)
    said = data.model_dump().items()
    changes = {name: value for name, value in said if getattr(schedule, name) != value}
    if changes:
        before = {name: getattr(schedule, name) for name in changes}
        schedule.sqlmodel_update(changes)
        schedule.next_at = _next(schedule.day_of_month, schedule.local_time, work.now)
        work.record("report_schedule.changed", schedule, before=before, after=changes)
    return schedule


def pause(work: Work, report_schedule_id: UUID) -> ReportSchedule:
    schedule = _fetch(work, report_schedule_id).take("pause")
    work.record("report_schedule.paused", schedule)
    return schedule


def resume(work: Work, report_schedule_id: UUID) -> ReportSchedule:
    """From the next time on; what was left out meanwhile is not made up."""
    schedule = _fetch(work, report_schedule_id).take("resume")
    schedule.failures, schedule.last_error = 0, None
    schedule.next_at = _next(schedule.day_of_month, schedule.local_time, work.now)
    work.record("report_schedule.resumed", schedule)
    return schedule


def end(work: Work, report_schedule_id: UUID) -> None:
    """For good; what it made stays."""
    work.record("report_schedule.ended", _fetch(work, report_schedule_id).take("end"))


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether one of them has come to its time."""
    due = exists(_due(now, ReportSchedule.id))
    return bool(session.execute(_scoped(select(due))).scalar_one())


def queue_due(work: Work) -> int:
    """Put the reports that are due into the queue, each once; how many.

    However many months were missed, one is made: the report of the month before the last of them.
    """
    statement = _due(work.now, ReportSchedule).order_by(col(ReportSchedule.next_at))
    held = statement.limit(PORTION).with_for_update(skip_locked=True)
    schedules = work.session.execute(_scoped(held)).scalars().all()
    for schedule in schedules:
        last = _last(schedule.day_of_month, schedule.local_time, work.now)
        report = {
            "kind": schedule.kind,
            "organization_id": str(schedule.organization_id),
            "period": _month_before(local_date(last)),
        }
        job = jobs.queue(work, JobKind.REPORT, {"report": report}, schedule.account_id)
        schedule.last_job_id = job.id
        schedule.next_at = _next(schedule.day_of_month, schedule.local_time, work.now)
    return len(schedules)


def note_made(work: Work, job: Job, report_id: UUID) -> None:
    """Tell the owner that the report is there."""
    schedule = _of_job(work, job)
    if schedule is None:
        return
    schedule.failures, schedule.last_error = 0, None
    schedule.last_report_id = report_id
    _tell(
        work,
        schedule,
        NotificationKind.REPORT_READY,
        f"Báo cáo định kỳ đã sẵn sàng: kỳ {job.parameters['report']['period']}",
        "Báo cáo được lập tự động theo lịch; mở mục Báo cáo để xem và tải về.",
    )


def note_failed(work: Work, job: Job, code: str) -> None:
    """Count it; after several in a row the schedule pauses, and its owner is told why."""
    schedule = _of_job(work, job)
    if schedule is None:
        return
    schedule.failures += 1
    schedule.last_error = code[:64]
    if schedule.failures < PATIENCE or schedule.status is not ScheduleStatus.ACTIVE:
        return
    work.record("report_schedule.paused", schedule.take("pause"), because=code)
    _tell(
        work,
        schedule,
        NotificationKind.REPORT_PAUSED,
        "Lịch báo cáo định kỳ đã tạm dừng",
        f"Đã {PATIENCE} lần liên tiếp không lập được báo cáo (mã lỗi: {code}). "
        "Kiểm tra quyền của bạn đối với đơn vị rồi bật lại lịch.",
    )


def _fetch(work: Work, report_schedule_id: UUID) -> ReportSchedule:
    return work.fetch(Permission.REPORT_SCHEDULE_CHANGE, ReportSchedule, report_schedule_id)


def _of_job(work: Work, job: Job) -> ReportSchedule | None:
    """The schedule whose run the job is, held."""
    statement = select(ReportSchedule).where(col(ReportSchedule.last_job_id) == job.id)
    found: ReportSchedule | None = work.session.execute(
        _scoped(statement.with_for_update())
    ).scalar_one_or_none()
    return found


def _tell(
    work: Work, schedule: ReportSchedule, kind: NotificationKind, title: str, body: str
) -> None:
    """Staff who are no members have no inbox: they see it in the list."""
    owner = select(Account.member_id).where(col(Account.id) == schedule.account_id)
    member_id = work.session.execute(owner).scalar_one()
    if member_id is not None:
        notices.tell(work, [member_id], notices.Notice(kind, schedule, title, body))


def _due(now: datetime, wanted: Any) -> Select[Any]:
    statement: Select[Any] = select(wanted)
    return statement.where(
        col(ReportSchedule.status) == ScheduleStatus.ACTIVE, col(ReportSchedule.next_at) <= now
    )


def _scoped(statement: Any) -> Any:
    return statement.execution_options(scoped="the worker serves every owner")


def _next(day_of_month: int, local_time: str, now: datetime) -> datetime:
    """The first such moment after now."""
    this_month = _moment(local_date(now), day_of_month, local_time)
    if this_month > now:
        return this_month
    next_month = periods.first_day(periods.next_period(periods.period_at(now)))
    return _moment(next_month, day_of_month, local_time)


def _last(day_of_month: int, local_time: str, now: datetime) -> datetime:
    """The latest such moment, up to now."""
    this_month = _moment(local_date(now), day_of_month, local_time)
    if this_month <= now:
        return this_month
    month_before = periods.first_day(_month_before(local_date(now)))
    return _moment(month_before, day_of_month, local_time)


def _moment(month: date, day_of_month: int, local_time: str) -> datetime:
    day = month.replace(day=day_of_month)
    return datetime.combine(day, time.fromisoformat(local_time), tzinfo=LOCAL).astimezone(UTC)


def _month_before(day: date) -> str:
    return periods.period_of(day.replace(day=1) - timedelta(days=1))
