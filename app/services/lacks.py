"""What a cell lacks of its month or its quarter: the first failing item of its best meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select

from app.models import MET_STATUSES, MeetingStatus, NotHeld
from app.schemas.checklists import ChecklistItem
from app.schemas.dashboards import Measure
from app.services import checklists, meeting_facts
from app.services.checklists import Facts
from app.services.meeting_facts import Measured
from app.work import Work

_S, _I = MeetingStatus, ChecklistItem
#: What is said of the furthest state that one of the meetings has reached, the furthest first.
_BY_STATE: dict[MeetingStatus, str | None] = {
    **dict.fromkeys(MET_STATUSES),
    _S.RETURNED: "returned",
    _S.ENDED: "not_submitted",
    _S.OPEN: "not_submitted",
    _S.SCHEDULED: "not_held",
    _S.POSTPONED: "not_held",
    _S.DRAFT: "not_scheduled",
    _S.CANCELLED: "not_scheduled",
}
_STATES = list(_BY_STATE)
#: What is said of a submitted meeting that lacks an item.
_BY_ITEM: dict[str, str] = {
    _I.SUBMITTED_IN_TIME: "submitted_late",
    _I.NOTICE_SENT: "no_notice",
    _I.DOCUMENTS_IN_TIME: "no_document_in_time",
    _I.MINUTES_IN_TIME: "minutes_late",
    _I.SCORED: "not_scored",
}


class Lack(NamedTuple):
    """What fails, the reason the cell gave, and when it was mended since."""

    item: str
    reason: str | None = None
    is_excused: bool = False
    resolved_at: datetime | None = None


def of_cells(
    work: Work, measure: Measure, period: str, paths: Mapping[UUID, str]
) -> dict[UUID, Lack]:
    """For each of these cells, by its id; they do not fulfil `measure` in the period."""
    by_cell: dict[UUID, list[Measured]] = {cell_id: [] for cell_id in paths}
    for measured in meeting_facts.read(work.session, period, paths):
        if _concerns(measure, measured):
            by_cell[measured.organization_id].append(measured)
    reasons = {} if measure is Measure.CELLS_MET_THEMATIC else _reasons(work, period, paths)
    return {
        cell_id: _first_lack(measure, found)._replace(**reasons.get(cell_id, {}))
        for cell_id, found in by_cell.items()
    }


def _concerns(measure: Measure, measured: Measured) -> bool:
    facts, rules, is_of_period = measured.facts, measured.rules, measured.is_of_period
    if measure is Measure.CELLS_MET_THEMATIC:
        return facts.kind in rules.quarterly_kinds
    return is_of_period and facts.kind in rules.monthly_kinds


def _first_lack(measure: Measure, found: list[Measured]) -> Lack:
    if not found:
        is_quarterly = measure is Measure.CELLS_MET_THEMATIC
        return Lack("no_thematic_meeting" if is_quarterly else "no_meeting")
    if measure is Measure.DOCUMENTS_ON_TIME:
        planned = (facts for _, facts, *_ in found if facts.status not in checklists.NOT_PLANNED)
        came = [facts.documents_published_at for facts in planned]
        return Lack("no_document_in_time", resolved_at=min(filter(None, came), default=None))
    on_time = measure is Measure.CELLS_MET_ON_TIME
    judged = [
        (facts, checklists.lacking(facts, rules, on_time=on_time)) for _, facts, rules, _ in found
    ]
    return _lack_of(*min(judged, key=lambda one: (_STATES.index(one[0].status), len(one[1]))))


def _lack_of(facts: Facts, lacking: list[str]) -> Lack:
    said = _BY_STATE[facts.status]
    if said is not None:
        return Lack(said)
    # It lacks nothing any more when it was mended between two statements of this answer.
    item = lacking[0] if lacking else _I.SUBMITTED_IN_TIME
    return Lack(_BY_ITEM[item], resolved_at=checklists.done_at(item, facts))


def _reasons(work: Work, period: str, paths: Mapping[UUID, str]) -> dict[UUID, dict[str, Any]]:
    """Why a cell says that it did not meet, and whether the level above takes that for good."""
    declared = select(NotHeld.organization_id, NotHeld.reason, NotHeld.excused_at).where(
        NotHeld.period == period,
        col(NotHeld.organization_id).in_(paths),
        col(NotHeld.withdrawn_at).is_(None),
    )
    records = work.session.execute(declared.execution_options(scoped="cells already listed"))
    return {
        cell_id: {"reason": reason, "is_excused": excused_at is not None}
        for cell_id, reason, excused_at in records
    }
