"""Every door of the house, and who has the key."""

from typing import Any, NamedTuple

#: Who is tried at each door, besides somebody who has not signed in.
EVERYBODY = (
    "member secretary deputy committee_member officer branch_officer sibling_officer overseer "
    "inspector administrator outsider stranger"
)
LEADERS = "secretary deputy"
ABOVE = "officer branch_officer overseer inspector"
READERS = f"{LEADERS} committee_member {ABOVE}"
OFFICERS = "officer branch_officer"
CELL = f"{LEADERS} {OFFICERS}"
_SEES_OTHERS = EVERYBODY.removeprefix("member ")


class Door(NamedTuple):
    """`opens`: whoever gets in. `sees`: whoever knows of it and is told 403; all others, 404.
    `unfit`: whoever may, but whose request then makes no sense: 422; `keeps`: whose stands against
    what they hold: 409.

    `idle`: whoever is answered, and changes nothing.
    `notes`: whose reading leaves a fact behind, with its trace. `file` names what a form sends.

    `at` names the thing of `things.py` that stands for the id in the path, or that must be there
    behind a path without one; the same names in braces stand for values in the query and the body.
    """

    method: str
    path: str
    opens: str
    sees: str = ""
    at: str = ""
    query: str = ""
    body: dict[str, Any] | None = None
    if_match: str | None = None
    form: dict[str, str] | None = None
    unfit: str = ""
    keeps: str = ""
    idle: str = ""
    notes: str = ""
    file: str = ""


#: Doors for whoever has not signed in, with what keeps them: tests/test_auth.py,
#: test_calendars.py, test_health.py.
OPEN = {
    ("POST", "/auth/activate"): "a personal code",
    ("POST", "/auth/login"): "a password",
    ("POST", "/auth/refresh"): "a refresh token",
    ("GET", "/me/calendar.ics"): "a personal key",
    ("GET", "/health/live"): "tells nothing",
    ("GET", "/health/ready"): "tells nothing",
    ("GET", "/metrics"): "the machine itself, or a token",
}

_MEETING = {"organization_id": "{north_one}", "title": "Sinh hoạt", "starts_at": "{soon}"}
_PLAN = {
    "organization_id": "{north_one}",
    "day_of_month": 5,
    "at": "19:30",
    "valid_from": "{later_day}",
    "valid_to": "{later_day}",
}
_UNIT = {"code": "{new_code}", "name": "Chi bộ Mới", "kind": "cell", "parent_id": "{north}"}
_MEMBER = {
    "full_name": "Trần Thị Mới",
    "sex": "female",
    "born_on": "1990-05-15",
    "admitted_on": "2020-02-03",
    "card_number": "{new_id}",
    "personal_id": "{new_id}",
    "organization_id": "{north_one}",
}
_WHY = {"reason": "Người giữ báo mất máy"}
_OFFICE = {"organization_id": "{north_one}", "member_id": "{member}", "role": "secretary"}
_TRANSFER = {
    "member_id": "{newcomer}",
    "to_organization_id": "{south_one}",
    "effective_on": "2026-06-01",
}
_EXEMPTION = {"member_id": "{member}", "valid_from": "2026-05-01"}
_ABSENCE = {"meeting_id": "{scheduled}", "reason": "health"}
_OBJECTION = {"attendance_id": "{marked_line}", "claimed": "present", "text": "Tôi có họp"}
_CORRECTION = {"field": "phone", "wanted": "0912345678"}
_NOT_HELD = {"organization_id": "{north_one}", "period": "{quiet_period}", "reason": "other"}
_LINES = {"lines": [{"member_id": "{member}", "status": "present"}]}
_PASSWORDS = {"current_password": "{password}", "new_password": "{password}"}
_UNITS = {"kind": "organizations"}
_MEMBERS = {"kind": "members"}
_JOB = {
    "kind": "report",
    "report": {"kind": "monthly", "organization_id": "{north_one}", "period": "2026-05"},
}
_SCHEDULE = {"organization_id": "{north_one}", "day_of_month": 5, "local_time": "07:30"}
_TEMPLATE = {"kind": "attendance_list", "organization_id": "{north_one}"}


def _verb(verb: str, at: str, opens: str, sees: str, body: dict[str, Any] | None = None) -> Door:
    return Door("POST", f"/meetings/{{meeting_id}}/{verb}", opens, sees, at, body=body)


#: What a section gives to the committee above it.
_PART = {"organization_id": "{north}", "unit_ids": ["{cell_below}"]}

DOORS = (
    Door("POST", "/auth/logout", EVERYBODY),
    Door("GET", "/me/changes", EVERYBODY),
    Door("GET", "/me", EVERYBODY),
    Door("PUT", "/me/password", EVERYBODY, body=_PASSWORDS),
    Door("POST", "/me/totp", EVERYBODY),
    Door("POST", "/me/totp/confirm", EVERYBODY, body={"code": "{begun_digits}"}),
    Door("DELETE", "/me/totp", "member", at="factor", keeps=_SEES_OTHERS),
    Door("POST", "/me/step-up", EVERYBODY, body={"password": "{password}", "totp": "{digits}"}),
    Door("GET", "/me/attendances", EVERYBODY),
    Door("GET", "/me/sessions", EVERYBODY),
    Door("DELETE", "/me/sessions/{session_id}", "member", at="session"),
    Door(
        "POST",
        "/activation-codes",
        CELL,
        "member committee_member overseer inspector",
        body={"member_ids": ["{member}"]},
    ),
    Door(
        "POST",
        "/activation-codes",
        CELL,
        "member committee_member overseer inspector administrator",
        body={"organization_id": "{north_one}"},
    ),
    # The tree
    Door("GET", "/organizations", EVERYBODY),
    Door("POST", "/organizations", f"{OFFICERS} administrator", "overseer inspector", body=_UNIT),
    Door(
        "GET", "/organizations/{organization_id}", f"member {READERS} administrator", at="north_one"
    ),
    Door(
        "PATCH",
        "/organizations/{organization_id}",
        f"{OFFICERS} administrator",
        f"member {LEADERS} committee_member overseer inspector",
        "north_one",
        body={"name": "{new_code}"},
        if_match="{version_of_north_one}",
    ),
    *(
        Door(
            "POST",
            f"/organizations/{{organization_id}}/{verb}",
            f"{OFFICERS} administrator",
            "overseer inspector",
            at,
            body={"effective_on": "2026-05-15", "decision": "7-QĐ/ĐU", **said},
        )
        for verb, at, said in (
            ("move", "cell_of_section", {"parent_id": "{north}"}),
            ("merge", "new_cell", {"into_id": "{north_one}"}),
            ("split", "section", {"parts": [_PART]}),
            ("dissolve", "new_cell", {"successor_id": "{north_one}"}),
            ("reopen", "closed_cell", {}),
        )
    ),
    Door("GET", "/reorganizations", EVERYBODY),
    Door("GET", "/cells", EVERYBODY),
    Door("GET", "/cells/{organization_id}", READERS, "member administrator", "north_one"),
    Door(
        "GET",
        "/dashboards/{organization_id}",
        READERS,
        "member administrator",
        "north_one",
        query="period=2026-05",
    ),
    Door(
        "GET",
        "/dashboards/{organization_id}/missing",
        READERS,
        "member administrator",
        "north_one",
        query="period=2026-05&measure=cells_met",
    ),
    *(
        Door(
            "GET",
            f"/dashboards/{{organization_id}}/{view}",
            READERS,
            "member administrator",
            "north_one",
            query=query,
        )
        for view, query in (
            ("trend", "measure=cells_met&from=2026-01&to=2026-05"),
            ("ranking", "measure=cells_met&period=2026-05"),
            ("funnel", "period=2026-05"),
            ("funnel/members", "period=2026-05&stage=due"),
        )
    ),
    Door(
        "GET",
        "/settings",
        f"{READERS} administrator",
        "member",
        query="organization_id={north_one}",
    ),
    Door(
        "PATCH",
        "/settings",
        "administrator",
        f"member {READERS}",
        query="organization_id={north_one}",
        body={"accepted_reasons": ["health"]},
    ),
    # People
    Door("GET", "/members", EVERYBODY),
    Door(
        "POST",
        "/members",
        CELL,
        "member committee_member overseer inspector administrator",
        body=_MEMBER,
    ),
    Door("GET", "/members/{member_id}", f"member {READERS}", at="member"),
    Door(
        "PATCH",
        "/members/{member_id}",
        CELL,
        "member committee_member overseer inspector",
        "member",
        body={"full_name": "{new_code}"},
        if_match="{version_of_member}",
    ),
    Door(
        "POST",
        "/members/{member_id}/reveal",
        f"{CELL} overseer",
        "member committee_member inspector",
        "member",
        body={"field": "personal_id", "reason": "Đối chiếu hồ sơ gốc"},
    ),
    Door("GET", "/me/access-log", EVERYBODY),
    Door("GET", "/me/export", EVERYBODY),
    Door("GET", "/me/export.xlsx", EVERYBODY),
    Door("GET", "/purposes", EVERYBODY),
    Door("POST", "/me/purposes/read", EVERYBODY, body={"edition": "{edition}"}),
    Door("GET", "/corrections", EVERYBODY),
    Door(
        "POST",
        "/corrections",
        EVERYBODY.replace("administrator ", ""),
        "administrator",
        body=_CORRECTION,
    ),
    Door("GET", "/corrections/{correction_id}", f"member {READERS}", at="correction"),
    *(
        Door(
            "POST",
            f"/corrections/{{correction_id}}/{verb}",
            CELL,
            "member committee_member overseer inspector",
            at,
            body={"comment": "Đã đối chiếu hồ sơ"},
        )
        for verb, at in (
            ("correct", "correction"),
            ("pass-on", "correction_elsewhere"),
            ("decline", "correction"),
        )
    ),
    Door("POST", "/corrections/{correction_id}/withdraw", "member", READERS, at="correction"),
    Door(
        "GET",
        "/members/{member_id}/merge",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector",
        "member",
        query="duplicate_id={newcomer}",
    ),
    Door(
        "POST",
        "/members/{member_id}/merge",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector",
        "member",
        body={"duplicate_id": "{newcomer}", "reason": "Nhập hai lần"},
    ),
    Door("GET", "/member-merges", EVERYBODY),
    Door(
        "POST",
        "/member-merges/{merge_id}/part",
        OFFICERS,
        f"{LEADERS} committee_member overseer inspector",
        "member_merge",
    ),
    Door(
        "GET",
        "/duplicates",
        OFFICERS,
        f"member administrator {LEADERS} committee_member overseer inspector",
        query="organization_id={north_one}",
    ),
    Door("GET", "/memberships", f"member {READERS}", query="member_id={member}"),
    Door("GET", "/findings", EVERYBODY, query="check=cell_without_secretary"),
    Door(
        "GET",
        "/findings/summary",
        READERS,
        "member administrator",
        query="organization_id={north_one}",
    ),
    Door(
        "GET",
        "/findings/trend",
        READERS,
        "member administrator",
        query="organization_id={north_one}&check=cell_without_secretary",
    ),
    # Reports: whoever asks first has it stored, and all others are given the same
    Door("GET", "/reports", EVERYBODY),
    *(
        Door(
            "GET",
            f"/reports/{name}",
            READERS,
            "member administrator",
            query=query,
            notes="secretary",
        )
        for name, query in (
            ("monthly.xlsx", "organization_id={north_one}&period=2026-05"),
            ("monthly.docx", "organization_id={north_one}&period=2026-05"),
            ("monthly.csv", "organization_id={north_one}&from=2026-01&to=2026-05"),
            ("cell-year.xlsx", "organization_id={north_one}&year=2026"),
            ("cell-year.docx", "organization_id={north_one}&year=2026"),
            ("call-list.xlsx", "organization_id={north_one}&period=2026-05&measure=cells_met"),
            ("call-list.docx", "organization_id={north_one}&period=2026-05&measure=cells_met"),
        )
    ),
    *(
        Door(
            "GET",
            f"/reports/member-year.{form}",
            READERS,
            "member",
            query="member_id={member}&year=2026",
            notes="secretary",
        )
        for form in ("xlsx", "docx")
    ),
    Door(
        "GET",
        "/me/reports/year.docx",
        f"member {READERS} sibling_officer outsider stranger",
        query="year=2026",
        notes=f"member {READERS} sibling_officer outsider stranger",
    ),
    Door("GET", "/reports/{report_id}", READERS, at="stored_report"),
    Door("GET", "/reports/{report_id}/file", READERS, at="stored_report", query="format=xlsx"),
    Door("GET", "/obligations", EVERYBODY),
    Door("GET", "/reminders", EVERYBODY),
    Door(
        "POST",
        "/reminders",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector administrator",
        body={"organization_id": "{north_one}", "measure": "cells_met", "period": "2026-05"},
    ),
    Door("GET", "/transfers", EVERYBODY),
    Door(
        "POST",
        "/transfers",
        CELL,
        "committee_member overseer inspector",
        body=_TRANSFER,
    ),
    Door(
        "GET",
        "/transfers/{transfer_id}",
        f"{READERS} sibling_officer outsider",
        at="transfer",
    ),
    *(
        Door(
            "POST",
            f"/transfers/{{transfer_id}}/{verb}",
            CELL,
            "committee_member overseer inspector sibling_officer outsider",
            at,
            body=body,
        )
        for verb, at, body in (
            ("send", "transfer", None),
            ("cancel", "transfer", None),
            ("accept", "asked_transfer", {"comment": "Đồng ý"}),
            ("decline", "asked_transfer", {"comment": "Thiếu hồ sơ"}),
        )
    ),
    Door("GET", "/exemptions", EVERYBODY),
    Door(
        "POST", "/exemptions", CELL, "member committee_member overseer inspector", body=_EXEMPTION
    ),
    Door(
        "PATCH",
        "/exemptions/{exemption_id}",
        CELL,
        "member committee_member overseer inspector",
        "exemption",
        body={"valid_to": "2026-05-20"},
    ),
    Door("GET", "/accounts", EVERYBODY),
    Door(
        "POST",
        "/accounts",
        "administrator",
        f"member {LEADERS} committee_member {ABOVE}",
        body={"staff_name": "{new_name}", "organization_id": "{north_one}"},
    ),
    Door("GET", "/accounts/{account_id}", "administrator", at="clerk"),
    Door("POST", "/accounts/{account_id}/code", "administrator", at="clerk"),
    Door("POST", "/accounts/{account_id}/disable", "administrator", at="clerk", body=_WHY),
    Door("POST", "/accounts/{account_id}/unlock", "administrator", at="disabled_clerk", body=_WHY),
    Door(
        "POST",
        "/accounts/{account_id}/reset-totp",
        "administrator",
        at="enrolled_clerk",
        body=_WHY,
    ),
    Door("GET", "/offices", EVERYBODY),
    Door(
        "POST",
        "/offices",
        f"{OFFICERS} administrator",
        f"member {LEADERS} committee_member overseer inspector",
        body=_OFFICE,
    ),
    Door(
        "POST",
        "/offices",
        "administrator",
        f"member {LEADERS} committee_member {ABOVE}",
        body=_OFFICE | {"role": "administrator"},
    ),
    Door(
        "POST",
        "/offices",
        f"{CELL} administrator",
        "member committee_member overseer inspector",
        body=_OFFICE | {"role": "stand_in", "valid_to": "2026-06-15"},
    ),
    Door(
        "PATCH",
        "/offices/{office_id}",
        f"{OFFICERS} administrator",
        f"{LEADERS} committee_member overseer inspector",
        "office",
        body={"valid_to": "2026-05-20"},
    ),
    Door(
        "POST",
        "/imports",
        f"{OFFICERS} sibling_officer administrator",
        "member secretary deputy committee_member overseer inspector outsider stranger",
        form=_UNITS,
        file="tree.xlsx",
    ),
    Door(
        "POST",
        "/imports",
        f"{OFFICERS} sibling_officer",
        "member secretary deputy committee_member overseer inspector administrator outsider "
        "stranger",
        form=_MEMBERS,
        file="members.xlsx",
    ),
    Door("GET", "/imports/{import_id}", "officer", at="import"),
    Door("GET", "/imports/{import_id}/rows", "officer", at="import"),
    Door("GET", "/imports/{import_id}/rejects.xlsx", "officer", at="import"),
    Door("POST", "/imports/{import_id}/commit", "officer", at="import"),
    Door("POST", "/imports/{import_id}/take-back", "officer", at="committed_import"),
    Door("GET", "/proposals", EVERYBODY),
    Door(
        "GET",
        "/proposals/summary",
        EVERYBODY,
        query="period=2026-05",
    ),
    Door(
        "POST", "/proposals/accept", OFFICERS, body={"proposal_ids": ["{proposal}", "{proposal}"]}
    ),
    Door("POST", "/proposals/{proposal_id}/accept", OFFICERS, at="proposal"),
    Door(
        "POST",
        "/proposals/{proposal_id}/reject",
        OFFICERS,
        at="proposal",
        body={"reason": "Hồ sơ gốc ghi khác."},
    ),
    # Meetings
    Door("GET", "/meeting-plans", EVERYBODY),
    Door(
        "POST",
        "/meeting-plans",
        LEADERS,
        f"member committee_member {ABOVE} administrator",
        body=_PLAN,
    ),
    Door("GET", "/meeting-plans/{meeting_plan_id}", f"member {READERS}", at="plan"),
    Door(
        "PATCH",
        "/meeting-plans/{meeting_plan_id}",
        LEADERS,
        f"member committee_member {ABOVE}",
        "plan",
        body={"place": "{new_code}"},
        if_match='"1"',
    ),
    Door("GET", "/meetings", EVERYBODY),
    Door(
        "POST",
        "/meetings",
        LEADERS,
        f"member committee_member {ABOVE} administrator",
        body=_MEETING,
    ),
    Door("GET", "/meetings/{meeting_id}", READERS, at="draft"),
    Door("GET", "/meetings/{meeting_id}", f"member {READERS}", at="scheduled"),
    Door(
        "PATCH",
        "/meetings/{meeting_id}",
        LEADERS,
        f"committee_member {ABOVE}",
        "draft",
        body={"title": "{new_code}"},
        if_match='"1"',
    ),
    _verb("schedule", "draft", LEADERS, f"committee_member {ABOVE}"),
    _verb(
        "postpone",
        "scheduled",
        LEADERS,
        f"member committee_member {ABOVE}",
        {"starts_at": "{soon}"},
    ),
    _verb("cancel", "scheduled", LEADERS, f"member committee_member {ABOVE}", {"reason": "Bão"}),
    _verb("open", "scheduled", LEADERS, f"member committee_member {ABOVE}"),
    _verb("end", "opened", LEADERS, f"member committee_member {ABOVE}"),
    _verb(
        "submit",
        "held",
        LEADERS,
        f"member committee_member {ABOVE}",
        {"unmarked_as": "absent_unexcused"},
    ),
    _verb("take-back", "submitted", LEADERS, f"member committee_member {ABOVE}"),
    _verb(
        "return",
        "submitted",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector",
        {"comment": "Bổ sung"},
    ),
    _verb("accept", "submitted", OFFICERS, f"member {LEADERS} committee_member overseer inspector"),
    _verb(
        "reopen",
        "submitted",
        CELL,
        "member committee_member overseer inspector",
        {"reason": "Nhầm"},
    ),
    _verb(
        "reopen",
        "accepted",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector",
        {"reason": "Nhầm"},
    ),
    Door("GET", "/meetings/{meeting_id}/roster", READERS, "member", "scheduled"),
    Door("GET", "/meetings/{meeting_id}/roster", READERS, "member", "held"),
    Door("GET", "/meetings/{meeting_id}/checklist", READERS, "member", "held"),
    Door("GET", "/attendances", f"member {READERS}", query="meeting_id={held}"),
    Door(
        "PUT",
        "/meetings/{meeting_id}/attendances",
        f"{LEADERS} committee_member",
        f"member {ABOVE}",
        "held",
        body=_LINES,
        if_match='"1"',
    ),
    Door("GET", "/attendances/{attendance_id}/history", f"member {READERS}", at="line"),
    Door(
        "POST",
        "/meetings/{meeting_id}/attendances/all-present",
        f"{LEADERS} committee_member",
        f"member {ABOVE}",
        "held",
        body={"except": ["{member}"]},
    ),
    Door("GET", "/meetings/{meeting_id}/live", READERS, "member", "held"),
    # Coming
    Door(
        "GET",
        "/meetings/{meeting_id}/check-in-code",
        f"{LEADERS} committee_member",
        f"member {ABOVE}",
        "opened",
    ),
    Door(
        "GET",
        "/meetings/{meeting_id}/check-in-code.svg",
        f"{LEADERS} committee_member",
        f"member {ABOVE}",
        "opened",
    ),
    Door(
        "POST",
        "/meetings/{meeting_id}/check-ins",
        f"member {LEADERS} committee_member officer",
        "branch_officer overseer inspector",
        "room",
        body={"id": "{new_uuid}", "code": "{code}", "captured_at": "{noon}"},
    ),
    Door("GET", "/check-ins", READERS, "member", query="meeting_id={opened}"),
    Door("GET", "/check-ins/{check_in_id}", f"member {READERS}", at="late_check_in"),
    Door(
        "POST",
        "/check-ins/batch",
        f"member {LEADERS} committee_member officer",
        idle="branch_officer sibling_officer overseer inspector administrator outsider stranger",
        body={
            "items": [
                {
                    "id": "{new_uuid}",
                    "meeting_id": "{room}",
                    "code": "{code}",
                    "captured_at": "{noon}",
                }
            ]
        },
    ),
    Door(
        "POST",
        "/check-ins/{check_in_id}/confirm",
        f"{LEADERS} committee_member",
        ABOVE,
        "late_check_in",
    ),
    Door(
        "POST",
        "/check-ins/{check_in_id}/reject",
        f"{LEADERS} committee_member",
        ABOVE,
        "late_check_in",
    ),
    Door(
        "GET",
        "/badges",
        f"{LEADERS} committee_member",
        f"member {ABOVE} administrator",
        query="organization_id={north_one}",
    ),
    Door(
        "GET", "/members/{member_id}/badge", f"member {LEADERS} committee_member", ABOVE, "member"
    ),
    Door(
        "POST",
        "/members/{member_id}/badge/renew",
        f"member {LEADERS}",
        f"committee_member {ABOVE}",
        "member",
    ),
    Door("GET", "/alerts", EVERYBODY),
    Door("GET", "/objections", EVERYBODY),
    Door(
        "POST",
        "/objections",
        "member",
        f"{LEADERS} committee_member {ABOVE}",
        body=_OBJECTION,
    ),
    Door("GET", "/objections/{objection_id}", f"member {READERS}", at="objection"),
    Door(
        "POST",
        "/objections/{objection_id}/accept",
        LEADERS,
        f"member committee_member {ABOVE}",
        "objection",
    ),
    Door(
        "POST",
        "/objections/{objection_id}/decline",
        LEADERS,
        f"member committee_member {ABOVE}",
        "objection",
        body={"comment": "Không"},
    ),
    Door(
        "POST",
        "/objections/{objection_id}/withdraw",
        "member",
        f"{LEADERS} committee_member {ABOVE}",
        "objection",
    ),
    Door("GET", "/absence-reports", EVERYBODY),
    Door(
        "POST",
        "/absence-reports",
        f"member {LEADERS} committee_member officer",
        unfit="branch_officer overseer inspector",
        body=_ABSENCE,
    ),
    Door(
        "POST",
        "/absence-reports",
        LEADERS,
        f"member committee_member {ABOVE}",
        body=_ABSENCE | {"member_id": "{neighbour}"},
    ),
    Door("GET", "/absence-reports/{absence_report_id}", f"member {READERS}", at="report"),
    Door(
        "POST",
        "/absence-reports/{absence_report_id}/accept",
        LEADERS,
        f"member committee_member {ABOVE}",
        "report",
    ),
    Door(
        "POST",
        "/absence-reports/{absence_report_id}/decline",
        LEADERS,
        f"member committee_member {ABOVE}",
        "report",
        body={"comment": "Không"},
    ),
    Door(
        "POST",
        "/absence-reports/{absence_report_id}/withdraw",
        f"member {LEADERS}",
        f"committee_member {ABOVE}",
        "report",
    ),
    Door("GET", "/meetings/{meeting_id}/agenda", f"member {READERS}", at="scheduled"),
    Door(
        "PUT",
        "/meetings/{meeting_id}/agenda",
        LEADERS,
        f"member committee_member {ABOVE}",
        "scheduled",
        body={"items": [{"title": "Nội dung"}]},
        if_match='"1"',
    ),
    Door("GET", "/tasks", EVERYBODY),
    Door(
        "POST",
        "/tasks",
        LEADERS,
        f"member committee_member {ABOVE}",
        body={"meeting_id": "{opened}", "title": "Nhiệm vụ"},
    ),
    Door("GET", "/tasks/{task_id}", f"member {READERS}", at="task"),
    Door(
        "PATCH",
        "/tasks/{task_id}",
        LEADERS,
        f"member committee_member {ABOVE}",
        "task",
        body={"title": "{new_code}"},
        if_match='"1"',
    ),
    *(
        Door(
            "POST",
            f"/tasks/{{task_id}}/{verb}",
            LEADERS,
            f"member committee_member {ABOVE}",
            at,
            body=body,
        )
        for verb, at, body in (
            ("finish", "task", {"result": "Xong"}),
            ("drop", "task", {"result": "Thôi"}),
            ("reopen", "closed_task", None),
        )
    ),
    Door(
        "POST",
        "/absence-reports/{absence_report_id}/attachment",
        f"member {LEADERS}",
        f"committee_member {ABOVE}",
        "report",
        form={},
        file="picture.png",
    ),
    Door(
        "GET", "/absence-reports/{absence_report_id}/attachment", f"member {READERS}", at="attached"
    ),
    Door("GET", "/meetings/{meeting_id}/minutes", READERS, "member", "held"),
    Door(
        "PUT",
        "/meetings/{meeting_id}/minutes",
        LEADERS,
        f"member committee_member {ABOVE}",
        "opened",
        body={"text": "Chi bộ đã họp."},
    ),
    Door(
        "POST",
        "/meetings/{meeting_id}/minutes/confirm",
        f"{LEADERS} committee_member",
        f"member {ABOVE}",
        "held",
        body={"part": "chair"},
    ),
    Door("GET", "/meetings/{meeting_id}/minutes/revisions", READERS, "member", "held"),
    Door("GET", "/meetings/{meeting_id}/minutes/revisions/{number}", READERS, "member", "revised"),
    # Papers
    Door("GET", "/meetings/{meeting_id}/minutes.docx", READERS, "member", "held"),
    Door("GET", "/meetings/{meeting_id}/minutes.pdf", READERS, "member", "held"),
    Door("GET", "/meetings/{meeting_id}/resolution.docx", READERS, "member", "resolved"),
    Door("GET", "/meetings/{meeting_id}/resolution.pdf", READERS, "member", "resolved"),
    Door("GET", "/meetings/{meeting_id}/attendance-list.docx", READERS, "member", "held"),
    Door("GET", "/meetings/{meeting_id}/attendance-list.pdf", READERS, "member", "held"),
    # Templates
    Door("GET", "/templates", EVERYBODY),
    Door(
        "POST",
        "/templates",
        OFFICERS,
        f"{LEADERS} member committee_member overseer inspector administrator",
        form=_TEMPLATE,
        file="template.docx",
    ),
    Door("GET", "/templates/{template_id}", READERS, at="template"),
    Door("GET", "/templates/{template_id}/file", READERS, at="template"),
    Door(
        "GET",
        "/templates/in-force/{kind}.docx",
        READERS,
        "member administrator",
        "paper_kind",
        query="organization_id={north_one}",
    ),
    # Documents
    Door("GET", "/documents", EVERYBODY),
    Door(
        "POST",
        "/documents",
        LEADERS,
        f"member committee_member {ABOVE}",
        form={"meeting_id": "{scheduled}"},
        file="picture.png",
    ),
    Door("GET", "/documents/{document_id}", f"member {READERS}", at="document"),
    Door(
        "PATCH",
        "/documents/{document_id}",
        LEADERS,
        f"member committee_member {ABOVE}",
        "document",
        body={"title": "{new_code}"},
        if_match='"1"',
    ),
    Door(
        "DELETE",
        "/documents/{document_id}",
        LEADERS,
        f"member committee_member {ABOVE}",
        "document",
        if_match='"1"',
    ),
    Door(
        "GET",
        "/documents/{document_id}/file",
        f"member {READERS}",
        at="document",
        notes=f"member {LEADERS} committee_member officer",
    ),
    Door(
        "POST",
        "/documents/{document_id}/acknowledge",
        f"member {LEADERS} committee_member officer",
        "branch_officer overseer inspector",
        "document",
    ),
    # Long work
    Door("GET", "/jobs", EVERYBODY),
    Door(
        "POST",
        "/jobs",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector administrator outsider stranger",
        body=_JOB,
    ),
    Door("GET", "/jobs/{job_id}", "officer", at="job"),
    Door("POST", "/jobs/{job_id}/cancel", "officer", at="job"),
    Door("GET", "/jobs/{job_id}/events", "officer", at="ended_job"),
    Door(
        "GET",
        "/calendar-runs",
        f"{OFFICERS} sibling_officer administrator",
        f"member {LEADERS} committee_member overseer inspector outsider stranger",
    ),
    Door(
        "GET",
        "/audit",
        "inspector",
        f"member {CELL} committee_member overseer sibling_officer administrator outsider stranger",
    ),
    Door("GET", "/report-schedules", EVERYBODY),
    Door(
        "POST",
        "/report-schedules",
        OFFICERS,
        f"member {LEADERS} committee_member overseer inspector administrator",
        body=_SCHEDULE,
    ),
    Door("GET", "/report-schedules/{report_schedule_id}", OFFICERS, at="schedule"),
    Door(
        "PATCH",
        "/report-schedules/{report_schedule_id}",
        OFFICERS,
        at="schedule",
        body={"day_of_month": 20},
        if_match='"1"',
    ),
    Door("POST", "/report-schedules/{report_schedule_id}/pause", OFFICERS, at="schedule"),
    Door("POST", "/report-schedules/{report_schedule_id}/resume", OFFICERS, at="paused_schedule"),
    Door("DELETE", "/report-schedules/{report_schedule_id}", OFFICERS, at="schedule"),
    # Being told
    Door("GET", "/notifications", EVERYBODY),
    Door("POST", "/notifications/{notification_id}/read", "member", at="notification"),
    Door(
        "POST",
        "/me/calendar-key",
        f"member {READERS} sibling_officer outsider stranger",
    ),
    Door("GET", "/guests", READERS, "member", query="meeting_id={held}"),
    Door(
        "POST",
        "/guests",
        LEADERS,
        f"member committee_member {ABOVE}",
        body={"meeting_id": "{scheduled}", "kind": "guest", "full_name": "Hồ Văn Khách"},
    ),
    Door("GET", "/guests/{guest_id}", READERS, at="guest"),
    Door("DELETE", "/guests/{guest_id}", LEADERS, f"committee_member {ABOVE}", "guest"),
    Door("GET", "/not-held", EVERYBODY),
    Door(
        "POST",
        "/not-held",
        LEADERS,
        f"member committee_member {ABOVE} administrator",
        body=_NOT_HELD,
    ),
    Door("GET", "/not-held/{not_held_id}", READERS, at="not_held"),
    Door(
        "POST",
        "/not-held/{not_held_id}/excuse",
        OFFICERS,
        f"{LEADERS} committee_member overseer inspector",
        "not_held",
    ),
    # Months
    Door("GET", "/periods", READERS, "member administrator", query="organization_id={north_one}"),
    Door(
        "GET",
        "/periods/{period}/progress",
        READERS,
        "member administrator",
        "quiet_period",
        query="organization_id={north_one}",
    ),
    *(
        Door(
            "POST",
            f"/periods/{{period}}/{verb}",
            OFFICERS,
            f"member {LEADERS} committee_member overseer inspector administrator",
            at,
            body={"organization_id": "{north_one}", "reason": "Hết hạn"},
        )
        for verb, at in (("lock", "quiet_period"), ("unlock", "locked_period"))
    ),
    Door(
        "POST",
        "/periods/{period}/submit",
        OFFICERS,
        "overseer inspector administrator",
        "settled_period",
        body={"organization_id": "{north}"},
    ),
    *(
        Door(
            "POST",
            f"/periods/{{period}}/{verb}",
            "officer",
            "branch_officer overseer inspector administrator",
            "submitted_period",
            body={"organization_id": "{north}", "comment": "Đã xem"},
        )
        for verb in ("return", "accept")
    ),
    Door("DELETE", "/not-held/{not_held_id}", LEADERS, f"committee_member {ABOVE}", "not_held"),
)
