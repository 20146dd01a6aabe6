"""A workbook comes in: previewed row by row, then committed as a whole or not at all."""

import io
import os
import zipfile
from datetime import date
from typing import Any

import pytest
from python_calamine import load_workbook
from sqlmodel import Session
from xlsxwriter import Workbook

from app.core.settings import UPLOAD_LIMIT
from app.models import AuditEntry, Import, ImportRow, Member, Membership
from tests.conftest import SignIn
from tests.factories.workbooks import (
    SHORT_HEADER,
    full_rows,
    make_full_list,
    make_short_export,
    make_tree,
    make_workbook,
)
from tests.uploads import (
    NORTH_ONE,
    XLSX,
    bring_in,
    commit,
    counts,
    listed,
    newcomer,
    preview,
    preview_of,
    states,
    stored,
    upload,
)
from tests.world import World, rows


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestCreate:
    def test_a_preview_says_what_would_change_and_changes_nothing(
        self, sign_in: SignIn, session: Session
    ) -> None:
        known = rows(session, Member)[0]
        before = len(rows(session, Member))

        shown = preview(
            sign_in("officer"),
            newcomer(1),
            listed(known),
            newcomer(2, **{"Sinh ngày": "1980"}),
            listed(rows(session, Member)[1], **{"Họ và tên": "Tên Mới"}),
        )

        assert counts(shown) == (1, 1, 1, 1)
        assert (shown["kind"], shown["layout"], shown["status"]) == (
            "members",
            "full_list",
            "previewed",
        )
        assert shown["committed_at"] is None
        assert len(rows(session, Member)) == before

    @pytest.mark.parametrize("who", ["member", "secretary", "overseer", "inspector"])
    def test_only_the_office_imports(self, sign_in: SignIn, session: Session, who: str) -> None:
        answer = upload(sign_in(who), make_full_list(newcomer(1)))

        assert code_of(answer) == (403, "forbidden")
        assert rows(session, Import) == []

    def test_an_administrator_brings_no_members_in(self, sign_in: SignIn) -> None:
        answer = upload(sign_in("administrator"), make_full_list(newcomer(1)))

        assert code_of(answer) == (403, "forbidden")

    @pytest.mark.parametrize(
        "content", [b"", b"hello", b"%PDF-1.7", b"\xd0\xcf\x11\xe0" + b"\0" * 600]
    )
    def test_a_file_that_is_no_workbook_is_refused(self, sign_in: SignIn, content: bytes) -> None:
        answer = upload(sign_in("officer"), content)

        assert code_of(answer) == (415, "unsupported_media_type")

    def test_an_archive_of_something_else_is_refused(self, sign_in: SignIn) -> None:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            package.writestr("word/document.xml", "<document/>")

        assert code_of(upload(sign_in("officer"), target.getvalue())) == (422, "not_a_workbook")

    @pytest.mark.parametrize(
        "content",
        [
            make_workbook(full_rows(newcomer(1))[1:]),
            make_workbook([[], *full_rows(newcomer(1))]),
            make_workbook([SHORT_HEADER[1:], ["x"] * 7]),
            make_tree(["97.009", "Đảng bộ xã Mới", "grassroots", None, "97.001"]),
        ],
        ids=["one row up", "one row down", "a column missing", "another kind"],
    )
    def test_a_header_that_is_not_known_is_refused(
        self, sign_in: SignIn, session: Session, content: bytes
    ) -> None:
        answer = upload(sign_in("officer"), content)

        assert code_of(answer) == (422, "unknown_workbook")
        assert rows(session, Import) == []

    def test_a_hundred_thousand_rows_are_refused(self, sign_in: SignIn, session: Session) -> None:
        target = io.BytesIO()
        with Workbook(target, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, SHORT_HEADER)
            for row_index in range(1, 100_001):
                sheet.write_string(row_index, 0, "Hoàng Thị Mận")

        answer = upload(sign_in("officer"), target.getvalue())

        assert answer.status_code == 413
        assert rows(session, Import) == []

    def test_a_workbook_may_be_larger_than_other_bodies(self, sign_in: SignIn) -> None:
        target = io.BytesIO(make_full_list(newcomer(1)))
        with zipfile.ZipFile(target, "a") as package:
            package.writestr("xl/media/image1.png", os.urandom(2 * 1024 * 1024))

        assert upload(sign_in("officer"), target.getvalue()).status_code == 201

    def test_a_workbook_beyond_the_limit_is_refused(self, sign_in: SignIn) -> None:
        answer = upload(sign_in("officer"), b"PK" + bytes(UPLOAD_LIMIT))

        assert answer.status_code == 413

    @pytest.mark.parametrize("kind", ["questions", ""])
    def test_a_kind_that_is_not_taken_is_refused(self, sign_in: SignIn, kind: str) -> None:
        answer = upload(sign_in("officer"), make_full_list(newcomer(1)), kind)

        assert code_of(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == "/kind"

    @pytest.mark.parametrize(
        ("fields", "pointer", "code"),
        [
            ({"kind": (None, "members")}, "/file", "required"),
            ({"file": ("a.xlsx", b"PK")}, "/kind", "required"),
            ({"kind": (None, "members"), "file": (None, "PK")}, "/file", "invalid"),
            (
                {"kind": (None, "members"), "file": ("a.xlsx", b"PK"), "force": (None, "yes")},
                "/force",
                "unknown_field",
            ),
        ],
    )
    def test_a_form_of_other_fields_is_refused(
        self, sign_in: SignIn, fields: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = sign_in("officer").post("/imports", files=fields)

        assert code_of(answer) == (422, "invalid")
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)

    def test_a_body_that_is_no_form_is_refused(self, sign_in: SignIn) -> None:
        answer = sign_in("officer").post("/imports", json={"kind": "members", "file": "PK"})

        assert code_of(answer) == (415, "unsupported_media_type")

    def test_a_repeat_under_its_key_makes_one_preview(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        headers = {
            "idempotency-key": "import-1",
            "content-type": "multipart/form-data; boundary=x",
        }
        form = (
            b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nmembers\r\n'
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
            + make_full_list(newcomer(1))
            + b"\r\n--x--\r\n"
        )

        first = client.post("/imports", headers=headers, content=form)
        second = client.post("/imports", headers=headers, content=form)

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert len(rows(session, Import)) == 1

    def test_a_retry_with_a_new_boundary_is_the_same_request(
        self, sign_in: SignIn, session: Session
    ) -> None:
        book = make_full_list(newcomer(1))

        def send(content: bytes) -> Any:
            return sign_in("officer").post(
                "/imports",
                headers={"idempotency-key": "import-2"},
                files={"file": ("list.xlsx", content, XLSX)},
                data={"kind": "members"},
            )

        first, second, other = send(book), send(book), send(make_full_list(newcomer(2)))

        assert (first.status_code, second.status_code) == (201, 201), second.text
        assert first.json() == second.json()
        assert other.status_code == 422
        assert len(rows(session, Import)) == 1

    def test_nothing_of_a_person_is_stored_in_clear(
        self, sign_in: SignIn, session: Session
    ) -> None:
        preview(sign_in("officer"), newcomer(1), newcomer(2, **{"Giới tính": "?"}))

        for row in rows(session, ImportRow):
            assert b"971080" not in bytes(row.content_sealed)
            assert "Hoàng".encode() not in bytes(row.content_sealed)
        [trace] = rows(session, AuditEntry, AuditEntry.action == "import.created")
        assert "971080" not in str(trace.details)
        assert "Hoàng" not in str(trace.details)


class TestGet:
    @pytest.mark.parametrize("path", ["", "/rows", "/rejects.xlsx"])
    def test_an_import_is_its_makers_alone(self, sign_in: SignIn, path: str) -> None:
        shown = preview(sign_in("officer"), newcomer(1))

        answer = sign_in("branch_officer").get(f"/imports/{shown['id']}{path}")

        assert code_of(answer) == (404, "not_found")

    def test_its_maker_reads_it_again(self, sign_in: SignIn) -> None:
        shown = preview(sign_in("officer"), newcomer(1))

        assert sign_in("officer").get(f"/imports/{shown['id']}").json() == shown

    def test_rows_come_page_by_page_in_the_order_of_the_file(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = preview(client, *(newcomer(number) for number in range(1, 6)))
        url = f"/imports/{shown['id']}/rows"

        first = client.get(url, params={"limit": 3}).json()
        second = client.get(url, params={"limit": 3, "cursor": first["next_cursor"]}).json()

        numbers = [item["row_number"] for page in (first, second) for item in page["items"]]
        assert numbers == [8, 9, 10, 11, 12]
        assert second["next_cursor"] is None

    def test_rows_are_found_by_their_state(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1), newcomer(2, **{"Giới tính": "?"}))

        assert states(client, shown, state="rejected") == [("rejected", ["unknown_value"])]
        assert states(client, shown, state=["new", "same"]) == [("new", [])]

    def test_an_error_names_its_column_and_never_repeats_the_cell(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1, **{"Số định danh cá nhân": "12345"}))

        answer = client.get(f"/imports/{shown['id']}/rows")

        [row] = answer.json()["items"]
        [error] = row["errors"]
        assert (error["column"], error["code"]) == ("Số định danh cá nhân", "invalid_personal_id")
        assert "12345" not in str(row)


class TestRejects:
    def test_corrected_rejects_go_in_again(self, sign_in: SignIn, session: Session) -> None:
        client = sign_in("officer")
        shown = bring_in(client, newcomer(1), newcomer(2, **{"Giới tính": "Khác"}), newcomer(3))
        assert counts(shown) == (2, 0, 0, 1)

        answer = client.get(f"/imports/{shown['id']}/rejects.xlsx")

        assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
        grid = (
            load_workbook(io.BytesIO(answer.content))
            .get_sheet_by_index(0)
            .to_python(skip_empty_area=False)
        )
        assert len(grid) == 8
        assert grid[7][-2:] == ["Không hợp lệ", "Giới tính: Giá trị không có trong danh mục."]
        corrected = [["Nữ" if cell == "Khác" else cell for cell in row] for row in grid]
        again = preview_of(client, make_workbook(corrected))
        assert counts(again) == (1, 0, 0, 0)
        assert commit(client, again).status_code == 200
        assert stored(session, "971080000002").full_name == "Hoàng Thị Mận 2"

    def test_what_the_database_refuses_is_given_back_too(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1, **{"Tổ chức Đảng sinh hoạt": "Chi bộ Không Có"}))

        content = client.get(f"/imports/{shown['id']}/rejects.xlsx").content

        again = preview_of(client, content)
        assert states(client, again) == [("rejected", ["unknown_organization"])]

    def test_rejects_of_a_short_export_keep_its_layout(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        row = ["Hoàng Mận", "971080000001", "97108000000", date(1980, 5, 1), date(2005, 9, 2)]
        shown = preview_of(client, make_short_export([*row, NORTH_ONE, None, "Đang sinh hoạt"]))

        content = client.get(f"/imports/{shown['id']}/rejects.xlsx").content

        again = preview_of(client, content)
        assert again["layout"] == "short_export"
        assert counts(again) == (0, 0, 0, 1)


class TestCommit:
    def test_members_come_from_the_workbook_to_the_list(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1), newcomer(2, **{"Ngày chính thức": None}))

        answer = commit(client, shown)

        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "committed"
        assert answer.json()["committed_at"] is not None
        [first, second] = client.get("/members", params={"text": "hoang thi man"}).json()["items"]
        assert first["full_name"] == "Hoàng Thị Mận 1"
        assert first["personal_id"] == "********0001"
        assert first["organization_id"] == str(world.north_one.id)
        assert (first["sex"], first["born_on"]) == ("female", "1980-05-01")
        assert (first["standing"], second["standing"]) == ("official", "probationary")
        assert (first["state"], first["account_state"]) == ("active", "none")
        [membership] = rows(
            session, Membership, Membership.member_id == stored(session, "971080000001").id
        )
        assert membership.valid_from == date(2026, 5, 15)

    def test_new_members_count_at_once_all_the_way_up(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        url = f"/dashboards/{world.root.id}?period=2026-05"
        before = client.get(url).json()["figures"]["accounts_activated"]["denominator"]

        bring_in(client, newcomer(1), newcomer(2))

        after = client.get(url).json()["figures"]["accounts_activated"]["denominator"]
        assert after == before + 2

    def test_rejected_rows_do_not_block_the_others(self, sign_in: SignIn, session: Session) -> None:
        shown = bring_in(sign_in("officer"), newcomer(1, **{"Giới tính": "?"}), newcomer(2))

        assert counts(shown) == (1, 0, 0, 1)
        assert stored(session, "971080000002").full_name == "Hoàng Thị Mận 2"
        assert "971080000001" not in [row.personal_id for row in rows(session, Member)]

    def test_the_same_file_twice_changes_nothing(self, sign_in: SignIn, session: Session) -> None:
        client = sign_in("officer")
        people = [newcomer(1), newcomer(2, **{"Ngày chính thức": None})]
        bring_in(client, *people)
        before = [row.model_dump() for row in rows(session, Member)]

        again = bring_in(client, *people)

        assert counts(again) == (0, 0, 2, 0)
        assert [row.model_dump() for row in rows(session, Member)] == before

    def test_an_import_is_committed_only_once(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        shown = bring_in(client, newcomer(1))

        assert code_of(commit(client, shown)) == (409, "invalid_transition")

    def test_nobody_commits_the_import_of_another(self, sign_in: SignIn, session: Session) -> None:
        shown = preview(sign_in("officer"), newcomer(1))

        assert code_of(commit(sign_in("branch_officer"), shown)) == (404, "not_found")
        assert [row.status for row in rows(session, Import)] == ["previewed"]

    def test_nothing_is_written_when_one_row_moved_since_the_preview(
        self, sign_in: SignIn, session: Session
    ) -> None:
        client = sign_in("officer")
        known = rows(session, Member)[0]
        shown = preview(client, newcomer(1), listed(known, **{"Họ và tên": "Tên Từ Tệp"}))
        changed = client.patch(
            f"/members/{known.id}", json={"full_name": "Tên Khác"}, headers={"if-match": '"1"'}
        )
        assert changed.status_code == 200

        answer = commit(client, shown)

        assert code_of(answer) == (409, "conflict")
        assert "971080000001" not in [row.personal_id for row in rows(session, Member)]
        assert stored(session, str(known.personal_id)).full_name == "Tên Khác"
        assert [row.status for row in rows(session, Import)] == ["previewed"]
        assert rows(session, AuditEntry, AuditEntry.action == "import.committed") == []

    def test_two_previews_of_one_file_enter_nobody_twice(self, sign_in: SignIn) -> None:
        client = sign_in("officer")
        first, second = preview(client, newcomer(1)), preview(client, newcomer(1))

        assert commit(client, first).status_code == 200
        assert code_of(commit(client, second)) == (409, "conflict")

    def test_a_cell_renamed_meanwhile_is_a_conflict(self, sign_in: SignIn, world: World) -> None:
        client = sign_in("officer")
        shown = preview(client, newcomer(1, **{"Tổ chức Đảng sinh hoạt": "chi bộ bắc 1"}))
        for unit, name in ((world.north_one, "Chi bộ Cũ"), (world.north_two, "Chi bộ Bắc 1")):
            renamed = client.patch(
                f"/organizations/{unit.id}", json={"name": name}, headers={"if-match": '"1"'}
            )
            assert renamed.status_code == 200

        assert code_of(commit(client, shown)) == (409, "conflict")

    def test_a_commit_leaves_one_trace_with_counts(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        bring_in(sign_in("officer"), newcomer(1), newcomer(2))

        [trace] = rows(session, AuditEntry, AuditEntry.action == "import.committed")
        assert trace.actor_id == world.people["officer"].account_id
        assert trace.details["counts"]["new"] == 2
        assert "Hoàng" not in str(trace.details)
