"""Long work is asked for, followed and called off by the account that wants it done."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, inspect, literal, update
from sqlmodel import col, select

from app.core.errors import Forbidden, InvalidTransition, TooManyRequests
from app.core.paging import Filters, Order, Page
from app.models import Job, JobKind, JobStatus, Member, Organization
from app.models.organizations import SEGMENT_WIDTH
from app.policies.permissions import Permission
from app.policies.roles import Reach
from app.schemas.jobs import ImportCommitJob, JobCreate, JobQuery
from app.schemas.reports import ReportCreate
from app.services import imports, job_claims
from app.services.report_drafts import expect_asked, expect_proof
from app.work import Work

#: So many jobs of one account may wait or run.
AT_A_TIME = 20
STANDING = (JobStatus.QUEUED, JobStatus.RUNNING)
NEWEST_FIRST = Order((col(Job.id),), descending=True)
FILTERS: Filters = {
    "kind": lambda kinds: col(Job.kind).in_(kinds),
    "status": lambda statuses: col(Job.status).in_(statuses),
}


class TooManyJobs(TooManyRequests):
    vi = "Bạn đang có quá nhiều công việc chờ; hãy đợi hoặc hủy bớt."
    en = "Too many of your jobs are waiting; let some end, or cancel them."


def search(work: Work, query: JobQuery) -> Page[Job]:
    return work.search(work.within_reach(Permission.JOB_READ, Job), query, FILTERS, NEWEST_FIRST)


def get(work: Work, job_id: UUID) -> Job:
    return work.fetch(Permission.JOB_READ, Job, job_id)


def create(work: Work, data: JobCreate) -> Job:
    """Refuses at once what would be refused then; it is asked again when the work is done."""
    if not work.actor.may(Permission.JOB_CREATE):
        raise Forbidden
    _ASKED[data.kind](work, data)
    _expect_room(work)
    parameters = data.model_dump(mode="json", exclude={"kind"}, exclude_none=True, by_alias=True)
    job = queue(work, data.kind, parameters, work.actor.account_id)
    work.record("job.created", job, kind=job.kind)
    return job


def queue(work: Work, kind: JobKind, parameters: Mapping[str, Any], account: UUID | None) -> Job:
    """Put work in the queue, to be done by the rights that the account has then."""
    job = Job(
        created_at=work.now,
        due_at=work.now,
        account_id=account,
        kind=kind,
        parameters=dict(parameters),
        result=job_claims.NOTHING,
    )
    work.add(job)
    work.session.flush()  # other rows refer to it
    return job


def cancel(work: Work, job_id: UUID) -> Job:
    """At once while it waits; a running one stops before its next step, if there is one."""
    job = work.fetch(Permission.JOB_CANCEL, Job, job_id)
    waits = col(Job.status) == JobStatus.QUEUED
    moment = literal(work.now, inspect(Job).columns.ended_at.type)
    # One statement, so that no worker comes between the question and the answer.
    called_off = (
        update(Job)
        .where(col(Job.id) == job.id, col(Job.status).in_(STANDING))
        .values(
            cancel_requested_at=func.coalesce(col(Job.cancel_requested_at), moment),
            status=case((waits, JobStatus.CANCELLED.value), else_=col(Job.status)),
            ended_at=case((waits, moment), else_=col(Job.ended_at)),
            version=Job.version + 1,
        )
        .execution_options(scoped="a fetched job", synchronize_session=False)
    )
    changed: Any = work.session.execute(called_off)
    work.session.refresh(job)
    if not changed.rowcount:
        raise InvalidTransition(allowed=job.allowed())
    work.record("job.cancelled", job)
    return job


def expect_everything(work: Work) -> None:
    """`Forbidden` for whoever does not work at a root: a recount looks at every unit."""
    paths = work.actor.paths(Permission.JOB_CREATE, Reach.BRANCH)
    if not any(len(path) <= SEGMENT_WIDTH for path in paths):
        raise Forbidden


def expect_report(work: Work, report: ReportCreate) -> None:
    """Whole, and of what the actor may report on."""
    expect_asked(report, "/report")
    if report.organization_id is not None:
        work.fetch(Permission.REPORT_CREATE, Organization, report.organization_id)
    if report.member_id is not None:
        work.fetch(Permission.MEMBER_READ, Member, report.member_id)
    expect_proof(work, report.kind)


def _expect_previewed(work: Work, data: ImportCommitJob) -> None:
    imported = imports.get(work, data.import_id)
    imports.expect_allowed(work, imported.kind)
    if "commit" not in imported.allowed():
        raise InvalidTransition(allowed=imported.allowed())


def _expect_room(work: Work) -> None:
    standing = (
        select(func.count())
        .select_from(Job)
        .where(col(Job.account_id) == work.actor.account_id, col(Job.status).in_(STANDING))
    )
    own = standing.execution_options(scoped="the actor's own jobs")
    if work.session.execute(own).scalar_one() >= AT_A_TIME:
        raise TooManyJobs


#: What is asked before a job is taken in, by its kind.
_ASKED: Mapping[JobKind, Callable[[Work, Any], None]] = {
    JobKind.REPORT: lambda work, data: expect_report(work, data.report),
    JobKind.IMPORT_COMMIT: _expect_previewed,
    JobKind.RECOUNT: lambda work, _: expect_everything(work),
}
