"""Workbooks sent in, looked at and committed, in few words."""

from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import Member
from tests.factories.workbooks import make_full_list, make_other
from tests.world import rows

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NORTH_ONE, NORTH_TWO = "97.001.001.000.001", "97.001.001.000.002"
SOUTH_ONE, OTHER_ONE = "97.001.002.000.001", "98.001.000.000.001"


def upload(client: TestClient, content: bytes, kind: str = "members") -> Any:
    return client.post(
        "/imports", files={"file": ("list.xlsx", content, XLSX)}, data={"kind": kind}
    )


def preview(client: TestClient, *members: dict[str, Any]) -> dict[str, Any]:
    """The preview of a full list of these members."""
    return preview_of(client, make_full_list(*members))


def preview_of(client: TestClient, content: bytes, kind: str = "members") -> dict[str, Any]:
    answer = upload(client, content, kind)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def commit(client: TestClient, shown: dict[str, Any]) -> Any:
    return client.post(f"/imports/{shown['id']}/commit")


def bring_in(client: TestClient, *members: dict[str, Any]) -> dict[str, Any]:
    """Preview and commit a full list of these members."""
    shown = preview(client, *members)
    answer = commit(client, shown)
    assert answer.status_code == 200, answer.text
    return shown


def counts(shown: dict[str, Any]) -> tuple[int, int, int, int]:
    told = shown["counts"]
    return told["new"], told["changed"], told["same"], told["rejected"]


def states(client: TestClient, shown: dict[str, Any], **query: Any) -> list[tuple[str, list[str]]]:
    """The state of each row with the codes of its errors, in the order of the file."""
    answer = client.get(f"/imports/{shown['id']}/rows", params={"limit": 200, **query})
    assert answer.status_code == 200, answer.text
    return [
        (item["state"], [error["code"] for error in item["errors"]])
        for item in answer.json()["items"]
    ]


def newcomer(number: int, **cells: Any) -> dict[str, Any]:
    """Somebody the small world does not know, in the first cell of the north."""
    ordinary = {"Họ và tên": f"Hoàng Thị Mận {number}", "Tổ chức Đảng sinh hoạt": NORTH_ONE}
    return make_other(number, **ordinary | cells)


def listed(member: Member, **cells: Any) -> dict[str, Any]:
    """A stored member as the full list would tell of them, in the first cell of the north."""
    told = {
        "Họ và tên": member.full_name,
        "Giới tính": "Nữ",
        "Sinh ngày": member.born_on,
        "Dân tộc": "Kinh",
        "Tôn giáo": "Không",
        "Số định danh cá nhân": member.personal_id,
        "Số thẻ Đảng": member.card_number,
        "Tổ chức Đảng sinh hoạt": NORTH_ONE,
        "Ngày vào Đảng": member.admitted_on,
        "Ngày chính thức": member.official_on,
        "Trạng thái hoạt động": "Đang sinh hoạt",
    }
    return told | cells


def stored(session: Session, personal_id: str) -> Member:
    """The one member with this personal id."""
    [member] = [row for row in rows(session, Member) if row.personal_id == personal_id]
    return member
