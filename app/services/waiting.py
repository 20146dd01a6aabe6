"""What waits for whoever leads a cell, counted for many cells by one statement."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, union_all
from sqlmodel import col, func, select

from app.core.clock import local_date
from app.core.selects import pick
from app.models import (
    AbsenceReport,
    AbsenceStatus,
    Alert,
    CheckIn,
    CheckInStatus,
    Correction,
    CorrectionStatus,
    Meeting,
    MeetingStatus,
    Minutes,
    MinutesConfirmation,
    MinutesPart,
    MinutesRevision,
    Objection,
    ObjectionStatus,
    Task,
    TaskStatus,
)
from app.models.base import OrganizationRow
from app.schemas.cells import Waiting
from app.services.correction_ends import is_late_on
from app.services.tasks import is_overdue_on
from app.work import Work

_S = MeetingStatus
_NOT_YET_ACCEPTED = (_S.ENDED, _S.SUBMITTED, _S.RETURNED)


def of(work: Work, cell_ids: Collection[UUID]) -> dict[UUID, Waiting]:
    """For cells already reached."""
    counts = (
        _count(name, model, condition, cell_ids)
        for name, (model, condition) in _kinds(local_date(work.now)).items()
    )
    statement = union_all(*counts).execution_options(scoped="cells already reached")
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    for name, cell_id, number in work.session.execute(statement):
        found[cell_id][name] = number
    return {
        cell_id: Waiting(**{name: found[cell_id][name] for name in Waiting.model_fields})
        for cell_id in cell_ids
    }


def _kinds(today: date) -> dict[str, tuple[type[OrganizationRow], ColumnElement[bool]]]:
    """By the names of `Waiting`."""
    status = col(Meeting.status)
    return {
        "drafts": (Meeting, status == _S.DRAFT),
        "unsubmitted_meetings": (Meeting, status == _S.ENDED),
        "returned_meetings": (Meeting, status == _S.RETURNED),
        "unconfirmed_minutes": (Minutes, _are_unconfirmed()),
        "pending_absence_reports": (
            AbsenceReport,
            col(AbsenceReport.status) == AbsenceStatus.PENDING,
        ),
        "awaiting_check_ins": (CheckIn, col(CheckIn.status) == CheckInStatus.AWAITING),
        "pending_objections": (Objection, col(Objection.status) == ObjectionStatus.PENDING),
        "pending_corrections": (
            Correction,
            col(Correction.status) == CorrectionStatus.PENDING,
        ),
        "overdue_corrections": (Correction, is_late_on(today)),
        "open_tasks": (Task, col(Task.status) == TaskStatus.OPEN),
        "overdue_tasks": (Task, is_overdue_on(today)),
        "open_alerts": (Alert, col(Alert.cleared_at).is_(None)),
    }


def _are_unconfirmed() -> ColumnElement[bool]:
    """Minutes of a meeting held and not accepted, without both words for their present version.

    Those that came in from outside have no version that was written here, and wait for nobody.
    """
    held = select(Meeting.id).where(
        col(Meeting.id) == col(Minutes.meeting_id), col(Meeting.status).in_(_NOT_YET_ACCEPTED)
    )
    confirmation, revision = MinutesConfirmation, MinutesRevision
    written = select(revision.id).where(
        col(revision.meeting_id) == col(Minutes.meeting_id),
        col(revision.number) == col(Minutes.version),
    )
    parts = (
        select(func.count(func.distinct(col(confirmation.part))))
        .where(
            col(confirmation.meeting_id) == col(Minutes.meeting_id),
            col(confirmation.number) == col(Minutes.version),
        )
        .correlate(Minutes)
        .scalar_subquery()
    )
    by_us = written.correlate(Minutes).exists()
    return and_(held.correlate(Minutes).exists(), by_us, parts < len(MinutesPart))


def _count(
    name: str,
    model: type[OrganizationRow],
    condition: ColumnElement[bool],
    cell_ids: Collection[UUID],
) -> Select[Any]:
    cell = col(model.organization_id)
    counted = pick(literal(name), cell, func.count()).select_from(model)
    return counted.where(cell.in_(cell_ids), condition).group_by(cell)
