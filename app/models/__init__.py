"""Tables and the rules a row can keep by itself. Imported whole, so Alembic sees every table."""

from app.models.absence_reports import AbsenceReason, AbsenceReport, AbsenceStatus
from app.models.accounts import Account, AccountSession, AccountState, ActivationCode, Activity
from app.models.attendances import (
    Attendance,
    AttendanceEvent,
    AttendanceSource,
    AttendanceStatus,
    RosterReason,
)
from app.models.audit import AuditEntry
from app.models.exemptions import Exemption, ExemptionKind
from app.models.figures import COUNTS, Counts, Figure, FigureDay, FigureDelta
from app.models.idempotency import KeptAnswer
from app.models.imports import Import, ImportKind, ImportRow, ImportStatus, RowState
from app.models.meetings import (
    HELD_STATUSES,
    MET_STATUSES,
    HeldAs,
    Meeting,
    MeetingKind,
    MeetingStatus,
)
from app.models.members import Member, MemberState, Sex, Standing
from app.models.memberships import EndReason, Membership, MembershipKind
from app.models.minutes import Minutes
from app.models.not_held import NotHeld, NotHeldReason
from app.models.offices import Office, Role
from app.models.organizations import (
    Organization,
    OrganizationKind,
    OrganizationParent,
    UnitType,
)

__all__ = [
    "COUNTS",
    "HELD_STATUSES",
    "MET_STATUSES",
    "AbsenceReason",
    "AbsenceReport",
    "AbsenceStatus",
    "Account",
    "AccountSession",
    "AccountState",
    "ActivationCode",
    "Activity",
    "Attendance",
    "AttendanceEvent",
    "AttendanceSource",
    "AttendanceStatus",
    "AuditEntry",
    "Counts",
    "EndReason",
    "Exemption",
    "ExemptionKind",
    "Figure",
    "FigureDay",
    "FigureDelta",
    "HeldAs",
    "Import",
    "ImportKind",
    "ImportRow",
    "ImportStatus",
    "KeptAnswer",
    "Meeting",
    "MeetingKind",
    "MeetingStatus",
    "Member",
    "MemberState",
    "Membership",
    "MembershipKind",
    "Minutes",
    "NotHeld",
    "NotHeldReason",
    "Office",
    "Organization",
    "OrganizationKind",
    "OrganizationParent",
    "Role",
    "RosterReason",
    "RowState",
    "Sex",
    "Standing",
    "UnitType",
]
