"""Tables and the rules a row can keep by itself. Imported whole, so Alembic sees every table."""

from app.models.absence_reports import AbsenceReason, AbsenceReport, AbsenceStatus
from app.models.accounts import (
    Account,
    AccountSession,
    AccountState,
    ActivationCode,
    Activity,
    PurposeReading,
    RecoveryCode,
    SignInFailure,
    StaffCode,
    TotpUse,
)
from app.models.agendas import AgendaAudience, AgendaItem, AgendaStatus
from app.models.alerts import Alert, AlertRule
from app.models.attendances import (
    Attendance,
    AttendanceEvent,
    AttendanceSource,
    AttendanceStatus,
    ExclusionReason,
    RosterExclusion,
    RosterReason,
)
from app.models.audit import AccessEntry, AccessWay, AuditEntry, AuditSeal
from app.models.check_ins import CheckIn, CheckInFlag, CheckInMethod, CheckInRefusal, CheckInStatus
from app.models.corrections import Correction, CorrectionField, CorrectionStatus
from app.models.documents import Document, DocumentReading
from app.models.exemptions import Exemption, ExemptionKind
from app.models.figures import COUNTS, Counts, Figure, FigureDay, FigureDelta, FrozenAccount
from app.models.findings import FindingCount
from app.models.guests import Guest, GuestKind
from app.models.idempotency import KeptAnswer
from app.models.imports import Import, ImportKind, ImportMode, ImportRow, ImportStatus, RowState
from app.models.jobs import CalendarRun, Job, JobKind, JobStatus
from app.models.meeting_plans import MeetingPlan
from app.models.meetings import (
    HELD_STATUSES,
    MET_STATUSES,
    NOT_YET_OPENED,
    HeldAs,
    Meeting,
    MeetingKind,
    MeetingStatus,
)
from app.models.member_merges import MemberMerge
from app.models.members import Member, MemberState, Sex, Standing
from app.models.memberships import EndReason, Membership, MembershipKind
from app.models.minutes import Minutes, MinutesConfirmation, MinutesPart, MinutesRevision
from app.models.not_held import NotHeld, NotHeldReason
from app.models.notifications import Notification, NotificationKind
from app.models.objections import Objection, ObjectionStatus
from app.models.obligations import Obligation, ObligationKind
from app.models.offices import Office, Role
from app.models.organizations import (
    Organization,
    OrganizationKind,
    OrganizationParent,
    UnitType,
)
from app.models.period_locks import PeriodException, PeriodLock, PeriodSeal
from app.models.period_reviews import PeriodReview, ReviewStatus
from app.models.proposals import Proposal, ProposalStatus
from app.models.reminders import OutboxEntry, Reminder
from app.models.reorganizations import Closure, Reorganization, ReorganizationKind
from app.models.reports import Report, ReportFormat, ReportKind, ReportSchedule, ScheduleStatus
from app.models.settings import Setting
from app.models.tasks import Task, TaskStatus
from app.models.templates import PaperKind, Template
from app.models.transfers import Transfer, TransferStatus
from app.models.weekly_summaries import WeeklySummary

__all__ = [
    "COUNTS",
    "HELD_STATUSES",
    "MET_STATUSES",
    "NOT_YET_OPENED",
    "AbsenceReason",
    "AbsenceReport",
    "AbsenceStatus",
    "AccessEntry",
    "AccessWay",
    "Account",
    "AccountSession",
    "AccountState",
    "ActivationCode",
    "Activity",
    "AgendaAudience",
    "AgendaItem",
    "AgendaStatus",
    "Alert",
    "AlertRule",
    "Attendance",
    "AttendanceEvent",
    "AttendanceSource",
    "AttendanceStatus",
    "AuditEntry",
    "AuditSeal",
    "CalendarRun",
    "CheckIn",
    "CheckInFlag",
    "CheckInMethod",
    "CheckInRefusal",
    "CheckInStatus",
    "Closure",
    "Correction",
    "CorrectionField",
    "CorrectionStatus",
    "Counts",
    "Document",
    "DocumentReading",
    "EndReason",
    "ExclusionReason",
    "Exemption",
    "ExemptionKind",
    "Figure",
    "FigureDay",
    "FigureDelta",
    "FindingCount",
    "FrozenAccount",
    "Guest",
    "GuestKind",
    "HeldAs",
    "Import",
    "ImportKind",
    "ImportMode",
    "ImportRow",
    "ImportStatus",
    "Job",
    "JobKind",
    "JobStatus",
    "KeptAnswer",
    "Meeting",
    "MeetingKind",
    "MeetingPlan",
    "MeetingStatus",
    "Member",
    "MemberMerge",
    "MemberState",
    "Membership",
    "MembershipKind",
    "Minutes",
    "MinutesConfirmation",
    "MinutesPart",
    "MinutesRevision",
    "NotHeld",
    "NotHeldReason",
    "Notification",
    "NotificationKind",
    "Objection",
    "ObjectionStatus",
    "Obligation",
    "ObligationKind",
    "Office",
    "Organization",
    "OrganizationKind",
    "OrganizationParent",
    "OutboxEntry",
    "PaperKind",
    "PeriodException",
    "PeriodLock",
    "PeriodReview",
    "PeriodSeal",
    "Proposal",
    "ProposalStatus",
    "PurposeReading",
    "RecoveryCode",
    "Reminder",
    "Reorganization",
    "ReorganizationKind",
    "Report",
    "ReportFormat",
    "ReportKind",
    "ReportSchedule",
    "ReviewStatus",
    "Role",
    "RosterExclusion",
    "RosterReason",
    "RowState",
    "ScheduleStatus",
    "Setting",
    "Sex",
    "SignInFailure",
    "StaffCode",
    "Standing",
    "Task",
    "TaskStatus",
    "Template",
    "TotpUse",
    "Transfer",
    "TransferStatus",
    "UnitType",
    "WeeklySummary",
]
