"""Long work, as it is asked for and as it is followed."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Discriminator, WrapValidator

from app.core.paging import PageQuery
from app.models import JobKind, JobStatus
from app.schemas.base import Input, Output
from app.schemas.reports import ReportCreate

AskedFor = Literal[JobKind.REPORT, JobKind.IMPORT_COMMIT, JobKind.RECOUNT]


class ReportJob(Input):
    """Make a report, and keep it."""

    kind: Literal[JobKind.REPORT]
    report: ReportCreate


class ImportCommitJob(Input):
    """Carry out a previewed import."""

    kind: Literal[JobKind.IMPORT_COMMIT]
    import_id: UUID


class RecountJob(Input):
    """Count every period anew and compare; `repair` sets right what differs."""

    kind: Literal[JobKind.RECOUNT]
    repair: bool = False


class _Named(BaseModel):
    """What tells the shapes apart."""

    kind: AskedFor


_SHAPES: dict[JobKind, type[Input]] = {
    JobKind.REPORT: ReportJob,
    JobKind.IMPORT_COMMIT: ImportCommitJob,
    JobKind.RECOUNT: RecountJob,
}


def _by_its_kind(said: Any, _: Callable[[Any], Any]) -> Input:
    """Read by the shape of its kind, so that a fault is told at the field and not below a kind."""
    return _SHAPES[_Named.model_validate(said).kind].model_validate(said)


JobCreate = Annotated[
    ReportJob | ImportCommitJob | RecountJob,
    Discriminator("kind"),
    WrapValidator(_by_its_kind),
]


class JobError(Output):
    """What went wrong with one part of it: a stable code, and what it was about."""

    code: str
    detail: str | None


class JobResult(Output):
    """What came of it; which of these depends on the kind."""

    report_id: UUID | None
    import_id: UUID | None
    differences: int | None


class JobRead(Output):
    """`considered` is how many of `total` parts were looked at: done, skipped or failed.

    `errors` are the first of them. `attempts` counts the workers that took it up.
    """

    id: UUID
    kind: JobKind
    parameters: dict[str, Any]
    status: JobStatus
    considered: int
    done: int
    skipped: int
    failed: int
    total: int | None
    errors: list[JobError]
    result: JobResult
    attempts: int
    created_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_requested_at: datetime | None
    version: int


class JobQuery(PageQuery):
    kind: list[JobKind] | None = None
    status: list[JobStatus] | None = None
