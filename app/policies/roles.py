"""The whole table of powers. Nothing else in the service decides by a role."""

from enum import StrEnum

from app.models.offices import Role
from app.policies.permissions import Permission


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
    _P.CORRECTION_READ,
)
#: Who answers for members sees by which number to call them, and one field in clear for a reason;
#: an inspector only looks.
_CALLS = (_P.CONTACT_READ, _P.MEMBER_REVEAL)
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
#: What a member asks to be corrected: by the cell what is the cell's, passed on what is not.
_CORRECTS = (_P.CORRECTION_CORRECT, _P.CORRECTION_PASS_ON, _P.CORRECTION_DECLINE)
_CELL_WRITES = (
    *_ROLL_CALL,
    *_CORRECTS,
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
_ACCOUNTS = (
    _P.ACCOUNT_READ,
    _P.ACCOUNT_CREATE,
    _P.ACCOUNT_DISABLE,
    _P.ACCOUNT_UNLOCK,
    _P.ACCOUNT_RESET_TOTP,
)
_OFFICER_WRITES = (
    *_TREE_WRITES,
    *_CORRECTS,
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
        _P.ACCESS_ENTRY_READ: Reach.SELF,
        _P.CORRECTION_READ: Reach.SELF,
        _P.CORRECTION_CREATE: Reach.SELF,
        _P.CORRECTION_WITHDRAW: Reach.SELF,
    },
    Position.CELL_SECRETARY: dict.fromkeys(
        (*_READS, *_CELL_WRITES, *_CALLS, _P.STAND_IN_APPOINT), Reach.BRANCH
    ),
    Position.CELL_STAND_IN: dict.fromkeys(_READS + _CELL_WRITES + _CALLS, Reach.BRANCH),
    Position.CELL_COMMITTEE_MEMBER: dict.fromkeys(_READS + _ROLL_CALL, Reach.BRANCH),
    Position.OVERSEER: dict.fromkeys(_READS + _CALLS, Reach.BRANCH),
    Position.OFFICER: dict.fromkeys(_READS + _OFFICER_WRITES + _CALLS, Reach.BRANCH),
    Position.INSPECTOR: dict.fromkeys((*_READS, _P.AUDIT_READ), Reach.BRANCH),
    Position.ADMINISTRATOR: dict.fromkeys(
        (
            _P.ORGANIZATION_READ,
            _P.REORGANIZATION_READ,
            *_TREE_WRITES,
            *_ACCOUNTS,
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
