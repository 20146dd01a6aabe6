"""How each kind of job is done: as steps, each of them one transaction.

A step may `look` first, in a session that sees one moment and holds nobody up; then it acts on what
it found. What it did and how far the job has come are committed together. Steps are harmless to
repeat: a job that is taken over begins anew.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from app.core.clock import local_date
from app.core.errors import Forbidden, NotFound
from app.core.settings import settings
from app.models import Job, JobKind
from app.schemas.reports import ReportCreate
from app.services import (
    audit_checks,
    audit_seals,
    file_sweeps,
    findings,
    imports,
    job_claims,
    jobs,
    recounts,
    report_schedules,
    reports,
    retention,
    summaries,
)
from app.services.audit_checks import Break
from app.services.job_claims import Fault, Tally
from app.services.retention_classes import CLASSES, DataClass
from app.work import Work

log = structlog.get_logger(__name__)

#: So many committees are told in one transaction.
PORTION = 200


def _no_look(_: Work) -> None:
    """Nothing is looked up beforehand."""


class Step(NamedTuple):
    """`size` is how many of the job's parts it does."""

    act: Callable[[Work, Any], Tally]
    look: Callable[[Work], Any] = _no_look
    size: int = 1


Handler = Callable[[Work, Job], Sequence[Step]]


def _make_report(_: Work, job: Job) -> Sequence[Step]:
    asked = ReportCreate.model_validate(job.parameters["report"])

    def keep(work: Work, draft: Any) -> Tally:
        report = reports.keep(work, draft)
        report_schedules.note_made(work, job, report.id)
        return Tally(done=1, result={"report_id": str(report.id)})

    return [Step(keep, look=lambda work: _compose(work, asked))]


def _compose(work: Work, asked: ReportCreate) -> Any:
    try:
        jobs.expect_report(work, asked)
    except NotFound as lost:
        raise Forbidden from lost  # it was in sight when it was asked for
    return reports.compose(work, asked)


def _commit_import(work: Work, job: Job) -> Sequence[Step]:
    import_id = UUID(job.parameters["import_id"])
    counts: Mapping[str, int] = imports.get(work, import_id).counts
    accepted, refused = sum(counts[name] for name in _ACCEPTED), counts["rejected"]

    def commit(work: Work, _: Any) -> Tally:
        imports.commit(work, import_id)
        return Tally(done=accepted, skipped=refused, result={"import_id": str(import_id)})

    return [Step(commit, size=accepted + refused)]


_ACCEPTED = ("new", "changed", "same")


def _recount(work: Work, job: Job) -> Sequence[Step]:
    """Month by month, so that nobody waits for the whole."""
    if job.account_id is not None:
        jobs.expect_everything(work)
    one = _repair_one if job.parameters.get("repair") else _compare_one
    return [one(period) for period in recounts.begun(work.session, local_date(work.now))]


def _compare_one(period: str) -> Step:
    def look(work: Work) -> list[recounts.Difference]:
        today = local_date(work.now)
        return recounts.recount_one(work, period, today, repair=False, hold=False)

    return Step(lambda _, found: _told(period, found, left=found), look)


def _repair_one(period: str) -> Step:
    def repair(work: Work, _: Any) -> Tally:
        found = recounts.recount_one(work, period, local_date(work.now), repair=True)
        return _told(period, found, left=[each for each in found if each.is_beyond_repair])

    return Step(repair)


def _told(
    period: str, found: Sequence[recounts.Difference], *, left: Sequence[recounts.Difference]
) -> Tally:
    """How many there were; a month has failed when some are `left`. Paths are in the log alone."""
    result = {"differences": len(found)}
    if found:
        log.error("figures differ", period=period, differences=[str(each) for each in found[:20]])
    if not left:
        return Tally(done=1, result=result)
    fault = Fault("figures_differ", f"{period}: {len(left)}")
    return Tally(failed=1, errors=(fault,), result=result)


def _count_findings(_: Work, __: Job) -> Sequence[Step]:
    return [Step(lambda work, _: Tally(done=findings.note(work)))]


def _summarise_week(work: Work, job: Job) -> Sequence[Step]:
    day = local_date(datetime.fromisoformat(job.parameters["due_at"]))

    def telling(units: Sequence[UUID]) -> Step:
        def tell(work: Work, found: Any) -> Tally:
            told = summaries.tell(work, found, day)
            return Tally(done=told, skipped=len(units) - told)

        return Step(tell, look=lambda work: summaries.look(work, units, day), size=len(units))

    return [telling(units) for units in _portions(summaries.committees(work))]


def _portions(units: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (units[start : start + PORTION] for start in range(0, len(units), PORTION))


def _check_audit(work: Work, _: Job) -> Sequence[Step]:
    """Every link, then what was anchored; and what the sealer itself would never come across."""
    end = audit_checks.length(work.session)

    def walking(first: int) -> Step:
        final = min(first + audit_checks.STRETCH - 1, end)

        def walk(work: Work) -> list[Break]:
            broken = audit_checks.check(work.session, first, final)
            return [broken] if broken else []

        return Step(_tell_broken, walk)

    def anchored(work: Work) -> list[Break]:
        file = settings().audit_anchor
        return list(audit_checks.against_anchors(work.session, file)) if file.exists() else []

    def sweep(work: Work, _: Any) -> Tally:
        audit_seals.seal(work.session, work.now, slack=None)
        return Tally(done=1)

    walks = [walking(first) for first in range(1, end + 1, audit_checks.STRETCH)]
    return [*walks, Step(_tell_broken, anchored), Step(sweep)]


def _tell_broken(_: Work, found: Sequence[Break]) -> Tally:
    for broken in found[:20]:
        log.error("audit broken", number=broken.number, what=str(broken))
    if not found:
        return Tally(done=1)
    return Tally(failed=1, errors=tuple(Fault("audit_broken", str(each)) for each in found))


def _retain(work: Work, _: Job) -> Sequence[Step]:
    """As many portions of each class as are due now; at last the files that no row names."""

    def erasing(each: DataClass) -> Step:
        return Step(lambda work, _: Tally(done=retention.erase(work, each)))

    def swept(work: Work) -> int:
        return file_sweeps.sweep(work.session, work.now, remove=True)

    erasures = [
        erasing(each)
        for each in CLASSES
        for _ in range(0, retention.due(work.session, each, work.now), retention.PORTION)
    ]
    return [*erasures, Step(lambda _, found: Tally(done=found), swept)]


def _forget(_: Work, __: Job) -> Sequence[Step]:
    def forget(work: Work, _: Any) -> Tally:
        summaries.forget(work)
        findings.forget(work)
        return Tally(done=job_claims.forget(work.session, work.now))

    return [Step(forget)]


HANDLERS: Mapping[JobKind, Handler] = {
    JobKind.REPORT: _make_report,
    JobKind.IMPORT_COMMIT: _commit_import,
    JobKind.RECOUNT: _recount,
    JobKind.FINDING_COUNT: _count_findings,
    JobKind.WEEKLY_SUMMARY: _summarise_week,
    JobKind.FORGETTING: _forget,
    JobKind.RETENTION: _retain,
    JobKind.AUDIT_CHECK: _check_audit,
}
