"""The whole table of powers. Nothing else in the service decides by a role."""

from enum import StrEnum

from app.models.offices import Role


class Permission(StrEnum):
    """`noun:verb`; the verb is also the service function and the last word of the route."""

    ORGANIZATION_READ = "organizations:read"
    ORGANIZATION_CREATE = "organizations:create"
    ORGANIZATION_CHANGE = "organizations:change"
    ORGANIZATION_MOVE = "organizations:move"
    ORGANIZATION_MERGE = "organizations:merge"
    ORGANIZATION_SPLIT = "organizations:split"
    ORGANIZATION_DISSOLVE = "organizations:dissolve"
    ORGANIZATION_REOPEN = "organizations:reopen"
    REORGANIZATION_READ = "reorganizations:read"
    OBLIGATION_READ = "obligations:read"
    CELL_READ = "cells:read"
    MEMBER_READ = "members:read"
    MEMBER_CREATE = "members:create"
    MEMBER_CHANGE = "members:change"
    MEMBER_MERGE = "members:merge"
    MEMBER_PART = "members:part"
    MEMBERSHIP_READ = "memberships:read"
    TRANSFER_READ = "transfers:read"
    TRANSFER_CREATE = "transfers:create"
    TRANSFER_SEND = "transfers:send"
    TRANSFER_ACCEPT = "transfers:accept"
    TRANSFER_DECLINE = "transfers:decline"
    TRANSFER_CANCEL = "transfers:cancel"
    EXEMPTION_READ = "exemptions:read"
    EXEMPTION_CREATE = "exemptions:create"
    EXEMPTION_CHANGE = "exemptions:change"
    OFFICE_READ = "offices:read"
    OFFICE_CREATE = "offices:create"
    OFFICE_CHANGE = "offices:change"
    ADMINISTRATOR_APPOINT = "offices:appoint_administrator"
    STAND_IN_APPOINT = "offices:appoint_stand_in"
    IMPORT_CREATE = "imports:create"
    PROPOSAL_READ = "proposals:read"
    PROPOSAL_ACCEPT = "proposals:accept"
    PROPOSAL_REJECT = "proposals:reject"
    ACTIVATION_CODE_CREATE = "activation_codes:create"
    ACTIVITY_RECORD = "activities:record"
    MEETING_READ = "meetings:read"
    MEETING_CREATE = "meetings:create"
    MEETING_CHANGE = "meetings:change"
    MEETING_SCHEDULE = "meetings:schedule"
    MEETING_POSTPONE = "meetings:postpone"
    MEETING_CANCEL = "meetings:cancel"
    MEETING_OPEN = "meetings:open"
    MEETING_END = "meetings:end"
    MEETING_SUBMIT = "meetings:submit"
    MEETING_RETURN = "meetings:return"
    MEETING_ACCEPT = "meetings:accept"
    MEETING_REOPEN = "meetings:reopen"
    MEETING_TAKE_BACK = "meetings:take_back"
    MEETING_PLAN_READ = "meeting_plans:read"
    MEETING_PLAN_CREATE = "meeting_plans:create"
    MEETING_PLAN_CHANGE = "meeting_plans:change"
    AGENDA_READ = "agendas:read"
    AGENDA_WRITE = "agendas:write"
    TASK_READ = "tasks:read"
    TASK_CREATE = "tasks:create"
    TASK_CHANGE = "tasks:change"
    DOCUMENT_READ = "documents:read"
    DOCUMENT_CREATE = "documents:create"
    DOCUMENT_WITHDRAW = "documents:withdraw"
    DOCUMENT_ACKNOWLEDGE = "documents:acknowledge"
    NOTIFICATION_READ = "notifications:read"
    GUEST_READ = "guests:read"
    GUEST_CREATE = "guests:create"
    GUEST_WITHDRAW = "guests:withdraw"
    CHECK_IN_CREATE = "check_ins:create"
    CHECK_IN_READ = "check_ins:read"
    CHECK_IN_DECIDE = "check_ins:decide"
    CHECK_IN_CODE_SHOW = "check_in_codes:show"
    BADGE_READ = "badges:read"
    BADGE_RENEW = "badges:renew"
    OBJECTION_READ = "objections:read"
    OBJECTION_CREATE = "objections:create"
    OBJECTION_DECIDE = "objections:decide"
    OBJECTION_WITHDRAW = "objections:withdraw"
    ALERT_READ = "alerts:read"
    ATTENDANCE_READ = "attendances:read"
    ATTENDANCE_MARK = "attendances:mark"
    MINUTES_READ = "minutes:read"
    MINUTES_WRITE = "minutes:write"
    MINUTES_CONFIRM = "minutes:confirm"
    SETTING_READ = "settings:read"
    SETTING_CHANGE = "settings:change"
    TEMPLATE_READ = "templates:read"
    TEMPLATE_CREATE = "templates:create"
    ABSENCE_REPORT_READ = "absence_reports:read"
    ABSENCE_REPORT_CREATE = "absence_reports:create"
    ABSENCE_REPORT_DECIDE = "absence_reports:decide"
    ABSENCE_REPORT_WITHDRAW = "absence_reports:withdraw"
    NOT_HELD_READ = "not_held:read"
    NOT_HELD_CREATE = "not_held:create"
    NOT_HELD_WITHDRAW = "not_held:withdraw"
    NOT_HELD_EXCUSE = "not_held:excuse"
    PERIOD_READ = "periods:read"
    PERIOD_LOCK = "periods:lock"
    PERIOD_UNLOCK = "periods:unlock"
    PERIOD_SUBMIT = "periods:submit"
    PERIOD_RETURN = "periods:return"
    PERIOD_ACCEPT = "periods:accept"
    REMINDER_READ = "reminders:read"
    REMINDER_CREATE = "reminders:create"
    REPORT_READ = "reports:read"
    REPORT_CREATE = "reports:create"
    REPORT_SCHEDULE_READ = "report_schedules:read"
    REPORT_SCHEDULE_CREATE = "report_schedules:create"
    REPORT_SCHEDULE_CHANGE = "report_schedules:change"
    JOB_READ = "jobs:read"
    JOB_CREATE = "jobs:create"
    JOB_CANCEL = "jobs:cancel"
    FINDING_READ = "findings:read"
    DASHBOARD_READ = "dashboards:read"
    CONTACT_READ = "contacts:read"

    @property
    def reading(self) -> "Permission":
        """The permission to know that such a row exists."""
        return _READING[self]


_READING: dict[Permission, Permission] = {
    permission: Permission(permission.partition(":")[0] + ":read")
    for permission in Permission
    if permission.partition(":")[0] + ":read" in set(Permission)
}
_READING[Permission.DASHBOARD_READ] = Permission.ORGANIZATION_READ
_READING[Permission.CELL_READ] = Permission.ORGANIZATION_READ
_READING[Permission.CONTACT_READ] = Permission.ORGANIZATION_READ
_READING[Permission.FINDING_READ] = Permission.ORGANIZATION_READ
_READING[Permission.IMPORT_CREATE] = Permission.IMPORT_CREATE
_READING[Permission.ACTIVATION_CODE_CREATE] = Permission.MEMBER_READ
_READING[Permission.ACTIVITY_RECORD] = Permission.MEMBER_READ
_READING[Permission.CHECK_IN_CODE_SHOW] = Permission.MEETING_READ


class Reach(StrEnum):
    """How far a power extends from the organisation where it was given."""

    SELF = "self"
    UNIT = "unit"
    BRANCH = "branch"


class Position(StrEnum):
    """A role together with where it is held: at a cell it writes, at a node above it reads."""

    MEMBER = "member"
    CELL_SECRETARY = "cell_secretary"
    CELL_STAND_IN = "cell_stand_in"
    CELL_COMMITTEE_MEMBER = "cell_committee_member"
    OVERSEER = "overseer"
    OFFICER = "officer"
    INSPECTOR = "inspector"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


AT_A_CELL = {
    Role.SECRETARY: Position.CELL_SECRETARY,
    Role.DEPUTY_SECRETARY: Position.CELL_SECRETARY,
    Role.COMMITTEE_MEMBER: Position.CELL_COMMITTEE_MEMBER,
    Role.STAND_IN: Position.CELL_STAND_IN,
}
ABOVE = {
    Role.SECRETARY: Position.OVERSEER,
    Role.DEPUTY_SECRETARY: Position.OVERSEER,
    Role.COMMITTEE_MEMBER: Position.OVERSEER,
    Role.STAND_IN: Position.OVERSEER,
}
ANYWHERE = {
    Role.OFFICER: Position.OFFICER,
    Role.INSPECTOR: Position.INSPECTOR,
    Role.ADMINISTRATOR: Position.ADMINISTRATOR,
}

_P = Permission
_READS = (
    _P.ORGANIZATION_READ,
    _P.CELL_READ,
    _P.MEMBER_READ,
    _P.MEMBERSHIP_READ,
    _P.EXEMPTION_READ,
    _P.OFFICE_READ,
    _P.MEETING_READ,
    _P.ATTENDANCE_READ,
    _P.MINUTES_READ,
    _P.ABSENCE_REPORT_READ,
    _P.NOT_HELD_READ,
    _P.DASHBOARD_READ,
    _P.MEETING_PLAN_READ,
    _P.AGENDA_READ,
    _P.TASK_READ,
    _P.DOCUMENT_READ,
    _P.GUEST_READ,
    _P.CHECK_IN_READ,
    _P.OBJECTION_READ,
    _P.ALERT_READ,
    _P.SETTING_READ,
    _P.TEMPLATE_READ,
    _P.REORGANIZATION_READ,
    _P.OBLIGATION_READ,
    _P.TRANSFER_READ,
    _P.PERIOD_READ,
    _P.REMINDER_READ,
    _P.REPORT_READ,
    _P.FINDING_READ,
)
#: Who chases what is missing sees by which number; an inspector only looks.
_CALLS = (_P.CONTACT_READ,)
#: Who reads figures may have them written down, and follow that work.
_JOBS = (_P.JOB_READ, _P.JOB_CREATE, _P.JOB_CANCEL)
#: The roll is called by the cell's committee too, and each of it may vouch for the minutes.
_ROLL_CALL = (
    _P.ATTENDANCE_MARK,
    _P.CHECK_IN_CODE_SHOW,
    _P.CHECK_IN_DECIDE,
    _P.BADGE_READ,
    _P.MINUTES_CONFIRM,
)
_CELL_WRITES = (
    *_ROLL_CALL,
    _P.MEMBER_CREATE,
    _P.MEMBER_CHANGE,
    _P.EXEMPTION_CREATE,
    _P.EXEMPTION_CHANGE,
    _P.ACTIVATION_CODE_CREATE,
    _P.MEETING_CREATE,
    _P.MEETING_CHANGE,
    _P.MEETING_SCHEDULE,
    _P.MEETING_POSTPONE,
    _P.MEETING_CANCEL,
    _P.MEETING_OPEN,
    _P.MEETING_END,
    _P.MEETING_SUBMIT,
    _P.MEETING_REOPEN,
    _P.MEETING_TAKE_BACK,
    _P.MEETING_PLAN_CREATE,
    _P.MEETING_PLAN_CHANGE,
    _P.AGENDA_WRITE,
    _P.TASK_CREATE,
    _P.TASK_CHANGE,
    _P.DOCUMENT_CREATE,
    _P.DOCUMENT_WITHDRAW,
    _P.GUEST_CREATE,
    _P.GUEST_WITHDRAW,
    _P.BADGE_RENEW,
    _P.OBJECTION_DECIDE,
    _P.MINUTES_WRITE,
    _P.ABSENCE_REPORT_CREATE,
    _P.ABSENCE_REPORT_DECIDE,
    _P.ABSENCE_REPORT_WITHDRAW,
    _P.NOT_HELD_CREATE,
    _P.NOT_HELD_WITHDRAW,
    _P.TRANSFER_CREATE,
    _P.TRANSFER_SEND,
    _P.TRANSFER_ACCEPT,
    _P.TRANSFER_DECLINE,
    _P.TRANSFER_CANCEL,
)
_TREE_WRITES = (
    _P.ORGANIZATION_CREATE,
    _P.ORGANIZATION_CHANGE,
    _P.ORGANIZATION_MOVE,
    _P.ORGANIZATION_MERGE,
    _P.ORGANIZATION_SPLIT,
    _P.ORGANIZATION_DISSOLVE,
    _P.ORGANIZATION_REOPEN,
)
_OFFICER_WRITES = (
    *_TREE_WRITES,
    *_JOBS,
    _P.MEMBER_MERGE,
    _P.MEMBER_PART,
    _P.TRANSFER_CREATE,
    _P.TRANSFER_SEND,
    _P.TRANSFER_ACCEPT,
    _P.TRANSFER_DECLINE,
    _P.TRANSFER_CANCEL,
    _P.PROPOSAL_READ,
    _P.PROPOSAL_ACCEPT,
    _P.PROPOSAL_REJECT,
    _P.NOT_HELD_EXCUSE,
    _P.PERIOD_LOCK,
    _P.PERIOD_UNLOCK,
    _P.PERIOD_SUBMIT,
    _P.PERIOD_RETURN,
    _P.PERIOD_ACCEPT,
    _P.REMINDER_CREATE,
    _P.REPORT_CREATE,
    _P.REPORT_SCHEDULE_READ,
    _P.REPORT_SCHEDULE_CREATE,
    _P.REPORT_SCHEDULE_CHANGE,
    _P.MEMBER_CREATE,
    _P.MEMBER_CHANGE,
    _P.EXEMPTION_CREATE,
    _P.EXEMPTION_CHANGE,
    _P.OFFICE_CREATE,
    _P.OFFICE_CHANGE,
    _P.STAND_IN_APPOINT,
    _P.IMPORT_CREATE,
    _P.ACTIVATION_CODE_CREATE,
    _P.MEETING_RETURN,
    _P.MEETING_ACCEPT,
    _P.MEETING_REOPEN,
    _P.TEMPLATE_CREATE,
)

GRANTS: dict[Position, dict[Permission, Reach]] = {
    Position.MEMBER: {
        _P.ORGANIZATION_READ: Reach.UNIT,
        _P.MEMBER_READ: Reach.SELF,
        _P.MEMBERSHIP_READ: Reach.SELF,
        _P.EXEMPTION_READ: Reach.SELF,
        _P.MEETING_READ: Reach.UNIT,
        _P.ATTENDANCE_READ: Reach.SELF,
        _P.ABSENCE_REPORT_READ: Reach.SELF,
        _P.ABSENCE_REPORT_CREATE: Reach.SELF,
        _P.ABSENCE_REPORT_WITHDRAW: Reach.SELF,
        _P.MEETING_PLAN_READ: Reach.UNIT,
        _P.AGENDA_READ: Reach.UNIT,
        _P.TASK_READ: Reach.UNIT,
        _P.DOCUMENT_READ: Reach.UNIT,
        _P.DOCUMENT_ACKNOWLEDGE: Reach.UNIT,
        _P.NOTIFICATION_READ: Reach.SELF,
        _P.CHECK_IN_CREATE: Reach.UNIT,
        _P.BADGE_READ: Reach.SELF,
        _P.BADGE_RENEW: Reach.SELF,
        _P.OBJECTION_READ: Reach.SELF,
        _P.OBJECTION_CREATE: Reach.SELF,
        _P.OBJECTION_WITHDRAW: Reach.SELF,
        _P.ALERT_READ: Reach.SELF,
        _P.TRANSFER_READ: Reach.SELF,
    },
    Position.CELL_SECRETARY: dict.fromkeys(
        (*_READS, *_CELL_WRITES, *_CALLS, _P.STAND_IN_APPOINT), Reach.BRANCH
    ),
    Position.CELL_STAND_IN: dict.fromkeys(_READS + _CELL_WRITES + _CALLS, Reach.BRANCH),
    Position.CELL_COMMITTEE_MEMBER: dict.fromkeys(_READS + _ROLL_CALL, Reach.BRANCH),
    Position.OVERSEER: dict.fromkeys(_READS + _CALLS, Reach.BRANCH),
    Position.OFFICER: dict.fromkeys(_READS + _OFFICER_WRITES + _CALLS, Reach.BRANCH),
    Position.INSPECTOR: dict.fromkeys(_READS, Reach.BRANCH),
    Position.ADMINISTRATOR: dict.fromkeys(
        (
            _P.ORGANIZATION_READ,
            _P.REORGANIZATION_READ,
            *_TREE_WRITES,
            *_JOBS,
            _P.OFFICE_READ,
            _P.OFFICE_CREATE,
            _P.OFFICE_CHANGE,
            _P.ADMINISTRATOR_APPOINT,
            _P.STAND_IN_APPOINT,
            _P.IMPORT_CREATE,
            _P.SETTING_READ,
            _P.SETTING_CHANGE,
        ),
        Reach.BRANCH,
    ),
    Position.SYSTEM: dict.fromkeys(Permission, Reach.BRANCH),
}


def position_of(role: Role, *, at_a_cell: bool) -> Position:
    """What a role amounts to where it is held."""
    return ANYWHERE.get(role) or (AT_A_CELL if at_a_cell else ABOVE)[role]
