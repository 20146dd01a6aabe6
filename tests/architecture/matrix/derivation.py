"""What each actor is answered about each row: derived anew, from the table of powers and the names
of the routes. Nothing here asks the service how it decides; only the table is shared.
"""

from collections.abc import Callable
from typing import NamedTuple

from app.policies.permissions import Permission
from app.policies.roles import GRANTS, Position, Reach
from tests.architecture.doors import Door

#: Who stands under whom: the small province, and a cell of the north that was closed.
ABOVE = {
    "root": None,
    "north": "root",
    "south": "root",
    "north_one": "north",
    "north_two": "north",
    "old_cell": "north",
    "south_one": "south",
    "other": None,
    "other_one": "other",
}
_P = Position
#: What each actor holds, and where. None: whom nothing is answered.
ACTORS: dict[str, tuple[tuple[Position, str], ...] | None] = {
    "anonymous": None,
    "ex_member": None,
    "member": ((_P.MEMBER, "north_one"),),
    "secretary": ((_P.MEMBER, "north_one"), (_P.CELL_SECRETARY, "north_one")),
    "outsider": ((_P.MEMBER, "south_one"), (_P.CELL_SECRETARY, "south_one")),
    "branch_officer": ((_P.MEMBER, "north_two"), (_P.OFFICER, "north")),
    "sibling_officer": ((_P.MEMBER, "south_one"), (_P.OFFICER, "south")),
    "inspector": ((_P.MEMBER, "north_two"), (_P.INSPECTOR, "root")),
    "administrator": ((_P.ADMINISTRATOR, "root"),),
}
#: The cell each of them calls their own.
HOME = {"nobody": "north_one"} | {
    actor: next((place for position, place in held or () if position is _P.MEMBER), "north_one")
    for actor, held in ACTORS.items()
}


class Facts(NamedTuple):
    """Of a row: where it belongs, whose it is, who else is concerned. Nowhere: it is missing."""

    unit: str | None
    owner: str | None = None
    #: The other cell of a transfer.
    party: str | None = None
    is_draft: bool = False


class Rule(NamedTuple):
    """The permission that a route asks for, and the noun that its id or its body names, if any."""

    permission: Permission
    noun: str = ""
    #: To be held above the unit itself: nobody decides on what they handed up.
    from_above: bool = False


#: Rows that are also somebody's own.
PERSONAL = {
    "absence_reports",
    "access_entries",
    "alerts",
    "attendances",
    "badges",
    "check_ins",
    "corrections",
    "exemptions",
    "member_merges",
    "members",
    "memberships",
    "notifications",
    "objections",
    "proposals",
    "transfers",
}
#: Rows that only the account which made them knows of.
OF_AN_ACCOUNT = {"imports", "jobs", "sessions"}
#: Whoever may read these is told 403 for whatever hangs on them.
SEEN_BY_THEMSELVES = {
    "organizations": Permission.ORGANIZATION_READ,
    "members": Permission.MEMBER_READ,
    "meetings": Permission.MEETING_READ,
}
#: By the name of the field or of the id in the path.
_NAMED = {
    "organization_id": "organizations",
    "parent_id": "organizations",
    "meeting_id": "meetings",
    "member_id": "members",
    "member_ids": "members",
    "attendance_id": "attendances",
    "merge_id": "member_merges",
    "not_held_id": "not_held",
    "proposal_ids": "proposals",
    "report": "organizations",
}
_PERMISSIONS = {permission.value for permission in Permission}
_BY_METHOD = {"GET": "read", "POST": "create", "PATCH": "change", "PUT": "write", "DELETE": "end"}

#: Whose permission the name of the route does not say.
EXCEPTIONS: dict[tuple[str, str], Permission] = {
    ("GET", "/attendances"): Permission.MEETING_READ,  # a member is shown the own line
    ("GET", "/meetings/{meeting_id}/roster"): Permission.ATTENDANCE_READ,
    ("GET", "/meetings/{meeting_id}/checklist"): Permission.ATTENDANCE_READ,
    ("GET", "/meetings/{meeting_id}/live"): Permission.ATTENDANCE_READ,
    ("GET", "/meetings/{meeting_id}/attendance-list.docx"): Permission.ATTENDANCE_READ,
    ("GET", "/meetings/{meeting_id}/attendance-list.pdf"): Permission.ATTENDANCE_READ,
    ("GET", "/meetings/{meeting_id}/resolution.docx"): Permission.MINUTES_READ,
    ("GET", "/meetings/{meeting_id}/resolution.pdf"): Permission.MINUTES_READ,
    ("GET", "/meetings/{meeting_id}/check-in-code"): Permission.CHECK_IN_CODE_SHOW,
    ("GET", "/meetings/{meeting_id}/check-in-code.svg"): Permission.CHECK_IN_CODE_SHOW,
    ("PUT", "/meetings/{meeting_id}/attendances"): Permission.ATTENDANCE_MARK,
    ("POST", "/meetings/{meeting_id}/attendances/all-present"): Permission.ATTENDANCE_MARK,
    ("POST", "/check-ins/{check_in_id}/confirm"): Permission.CHECK_IN_DECIDE,
    ("POST", "/check-ins/{check_in_id}/reject"): Permission.CHECK_IN_DECIDE,
    ("POST", "/objections/{objection_id}/accept"): Permission.OBJECTION_DECIDE,
    ("POST", "/objections/{objection_id}/decline"): Permission.OBJECTION_DECIDE,
    ("POST", "/absence-reports/{absence_report_id}/accept"): Permission.ABSENCE_REPORT_DECIDE,
    ("POST", "/absence-reports/{absence_report_id}/decline"): Permission.ABSENCE_REPORT_DECIDE,
    ("POST", "/absence-reports/{absence_report_id}/attachment"): Permission.ABSENCE_REPORT_CREATE,
    ("POST", "/tasks/{task_id}/finish"): Permission.TASK_CHANGE,
    ("POST", "/tasks/{task_id}/drop"): Permission.TASK_CHANGE,
    ("POST", "/tasks/{task_id}/reopen"): Permission.TASK_CHANGE,
    ("PATCH", "/documents/{document_id}"): Permission.DOCUMENT_CREATE,
    ("DELETE", "/documents/{document_id}"): Permission.DOCUMENT_WITHDRAW,
    ("DELETE", "/guests/{guest_id}"): Permission.GUEST_WITHDRAW,
    ("DELETE", "/not-held/{not_held_id}"): Permission.NOT_HELD_WITHDRAW,
    ("POST", "/report-schedules/{report_schedule_id}/pause"): Permission.REPORT_SCHEDULE_CHANGE,
    ("POST", "/report-schedules/{report_schedule_id}/resume"): Permission.REPORT_SCHEDULE_CHANGE,
    ("DELETE", "/report-schedules/{report_schedule_id}"): Permission.REPORT_SCHEDULE_CHANGE,
    ("GET", "/duplicates"): Permission.MEMBER_MERGE,
    ("GET", "/member-merges"): Permission.MEMBER_MERGE,
    ("POST", "/member-merges/{merge_id}/part"): Permission.MEMBER_PART,
    ("GET", "/imports/{import_id}"): Permission.IMPORT_CREATE,
    ("GET", "/imports/{import_id}/rows"): Permission.IMPORT_CREATE,
    ("GET", "/imports/{import_id}/rejects.xlsx"): Permission.IMPORT_CREATE,
    ("POST", "/imports/{import_id}/commit"): Permission.IMPORT_CREATE,
    ("POST", "/imports/{import_id}/take-back"): Permission.IMPORT_CREATE,
    ("GET", "/calendar-runs"): Permission.JOB_READ,
    ("GET", "/dashboards/{organization_id}/funnel/members"): Permission.DASHBOARD_READ,
}
_APPOINTS = {
    "administrator": Permission.ADMINISTRATOR_APPOINT,
    "stand_in": Permission.STAND_IN_APPOINT,
}
#: Decided from above the unit.
FROM_ABOVE = {"return", "accept", "unlock"}


def answer(door: Door, actor: str, facts: Facts) -> int:
    """200 for who gets in, whatever then becomes of it; else what they are told instead."""
    if ACTORS[actor] is None:
        return 401
    decide = SPECIAL.get((door.method, door.path), _as_named)
    return decide(door, actor, facts)


def is_of_oneself(door: Door) -> bool:
    """A route of whoever is signed in, about nothing but themselves."""
    return door.path.split("/")[1] in ("me", "auth", "purposes")


def rule_of(door: Door) -> Rule:
    """What a door asks for: a permission by its name, or one of the table of exceptions."""
    key = (door.method, door.path)
    return Rule(
        _said_in(door) or EXCEPTIONS.get(key) or _named_by(door),
        noun_of(door),
        _is_from_above(door),
    )


def answer_to(actor: str, rule: Rule, facts: Facts) -> int:
    if facts.unit is None:
        return 404
    if holds(actor, rule.permission, rule.noun, facts):
        above = facts._replace(unit=ABOVE[facts.unit] or facts.unit)
        is_held = not rule.from_above or holds(actor, rule.permission, rule.noun, above)
        return 200 if is_held else 403
    return 403 if is_seen(actor, rule, facts) else 404


def is_seen(actor: str, rule: Rule, facts: Facts) -> bool:
    ways = {rule.permission.reading, SEEN_BY_THEMSELVES.get(rule.noun, rule.permission.reading)}
    return any(holds(actor, way, rule.noun, facts) for way in ways)


def holds(actor: str, permission: Permission, noun: str, facts: Facts) -> bool:
    """Whether one of the actor's positions gives the permission so far."""
    positions = ACTORS[actor] or ()
    reaches = [(GRANTS[position].get(permission), place) for position, place in positions]
    if noun in OF_AN_ACCOUNT:
        return facts.owner == actor and any(reach is not None for reach, _ in reaches)
    units = _concerned(permission, noun, facts)
    return any(
        (reach is Reach.SELF and noun in PERSONAL and facts.owner == actor)
        or (reach is Reach.UNIT and place in units and not facts.is_draft)
        or (reach is Reach.BRANCH and any(is_within(unit, place) for unit in units))
        for reach, place in reaches
    )


def may(actor: str, permission: Permission) -> bool:
    """Whether it is held anywhere."""
    return any(permission in GRANTS[position] for position, _ in ACTORS[actor] or ())


def is_within(unit: str | None, branch: str) -> bool:
    while unit is not None and unit != branch:
        unit = ABOVE[unit]
    return unit == branch


def _concerned(permission: Permission, noun: str, facts: Facts) -> set[str | None]:
    """A transfer is of two cells: one gives it, the other takes it, and both read it."""
    if noun != "transfers":
        return {facts.unit}
    if permission is Permission.TRANSFER_READ:
        return {facts.unit, facts.party}
    takes = permission in (Permission.TRANSFER_ACCEPT, Permission.TRANSFER_DECLINE)
    return {facts.party if takes else facts.unit}


def _said_in(door: Door) -> Permission | None:
    """Two doors ask for more by what is said at them."""
    if door.path == "/offices" and door.method == "POST":
        return _APPOINTS.get((door.body or {})["role"])
    if door.at == "accepted" and door.path.endswith("/reopen"):
        return Permission.MEETING_ACCEPT  # what was accepted is opened again from above
    return None


def _named_by(door: Door) -> Permission:
    """The naming law: the noun is a word of the path, the verb its last word or the method."""
    words = [word.partition(".")[0].replace("-", "_") for word in door.path.split("/")[1:]]
    spoken = [word for word in words if not word.startswith("{")]
    for noun in reversed([plural for word in spoken for plural in (word, f"{word}s")]):
        for verb in (spoken[-1], _BY_METHOD[door.method]):
            if f"{noun}:{verb}" in _PERMISSIONS:
                return Permission(f"{noun}:{verb}")
    raise LookupError(f"{door.method} {door.path}: its name says no permission")


def noun_of(door: Door) -> str:
    """What the id in the path names, or the first reference of the query or the body."""
    name = door.path.partition("{")[2].partition("}")[0]
    if not name or name in ("period", "kind"):
        asked = [part.partition("=")[0] for part in door.query.split("&")]
        given = [*asked, *(door.body or {}), *(door.form or {})]
        name = next((field for field in given if field in _NAMED), "")
    return _NAMED.get(name) or (name and name.removesuffix("_id") + "s")


def _is_from_above(door: Door) -> bool:
    return door.path.startswith("/periods") and door.path.rsplit("/", 1)[-1] in FROM_ABOVE


def _as_named(door: Door, actor: str, facts: Facts) -> int:
    """Lists and what is one's own are open; a row is so to whoever holds the permission on it."""
    is_open = is_of_oneself(door) or not noun_of(door)
    return 200 if is_open else answer_to(actor, rule_of(door), facts)


def is_member(actor: str) -> bool:
    return any(position is _P.MEMBER for position, _ in ACTORS[actor] or ())


def _only_members(door: Door, actor: str, facts: Facts) -> int:
    return 200 if is_member(actor) else 404


def _only_own(door: Door, actor: str, facts: Facts) -> int:
    return 200 if facts.owner == actor else 404


def _anywhere(door: Door, actor: str, facts: Facts) -> int:
    """No row is named: who holds the permission nowhere is told so."""
    asked = {rule_of(door).permission}
    if (door.form or {}).get("kind") == "members":
        asked.add(Permission.MEMBER_CREATE)
    return 200 if all(may(actor, permission) for permission in asked) else 403


def _job(door: Door, actor: str, facts: Facts) -> int:
    """Long work is asked for by whoever may do what it does."""
    if not may(actor, Permission.JOB_CREATE):
        return 403
    return answer_to(actor, Rule(Permission.REPORT_CREATE, "organizations"), facts)


def _check_in(door: Door, actor: str, facts: Facts) -> int:
    """By the code for oneself, where one belongs; for others by who calls the roll."""
    ways = (Permission.ATTENDANCE_MARK, Permission.CHECK_IN_CREATE)
    return min(answer_to(actor, Rule(way, "meetings"), facts) for way in ways)


def _a_check_in(door: Door, actor: str, facts: Facts) -> int:
    """Also whose it is."""
    return 200 if facts.owner == actor else answer_to(actor, rule_of(door), facts)


def _absence(door: Door, actor: str, facts: Facts) -> int:
    """For oneself at every meeting that one sees; for others with the permission."""
    by_whom = "member_id" in (door.body or {}) or not is_member(actor)
    wanted = Permission.ABSENCE_REPORT_CREATE if by_whom else Permission.MEETING_READ
    return answer_to(actor, Rule(wanted, "meetings"), facts)


def _not_ones_own(door: Door, actor: str, facts: Facts) -> int:
    """Nobody decides their own."""
    told = answer_to(actor, rule_of(door), facts)
    return 403 if told == 200 and facts.owner == actor else told


def _cell(door: Door, actor: str, facts: Facts) -> int:
    """A unit that is no cell, today, is no cell to look at."""
    is_cell = facts.unit is not None and facts.unit.endswith(("_one", "_two"))
    told = answer_to(actor, rule_of(door), facts)
    return 404 if told == 200 and not is_cell else told


#: Doors where more is asked than one permission, or none.
SPECIAL: dict[tuple[str, str], Callable[[Door, str, Facts], int]] = {
    ("POST", "/me/calendar-key"): _only_members,
    ("GET", "/me/reports/year.docx"): _only_members,
    ("DELETE", "/me/sessions/{session_id}"): _only_own,
    ("GET", "/calendar-runs"): _anywhere,
    ("GET", "/audit"): _anywhere,
    ("POST", "/imports"): _anywhere,
    ("POST", "/jobs"): _job,
    ("POST", "/meetings/{meeting_id}/check-ins"): _check_in,
    ("POST", "/check-ins/batch"): lambda door, actor, facts: 200,  # each item is judged by itself
    ("GET", "/check-ins/{check_in_id}"): _a_check_in,
    ("POST", "/absence-reports"): _absence,
    ("GET", "/cells/{organization_id}"): _cell,
    ("POST", "/objections/{objection_id}/accept"): _not_ones_own,
    ("POST", "/objections/{objection_id}/decline"): _not_ones_own,
    ("POST", "/corrections"): _anywhere,
    ("POST", "/corrections/{correction_id}/correct"): _not_ones_own,
    ("POST", "/corrections/{correction_id}/pass-on"): _not_ones_own,
    ("POST", "/corrections/{correction_id}/decline"): _not_ones_own,
}
