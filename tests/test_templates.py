"""Templates: tried before they are kept, counted as versions, nearest and newest first."""

from io import BytesIO
from typing import Any

from docx import Document
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.models import PaperKind, Template
from app.papers.defaults import default
from tests.conftest import SignIn
from tests.evenings import said
from tests.factories.files import make_docx, make_pdf
from tests.world import World, rows

KIND = "attendance_list"


def edited(heading: str) -> bytes:
    """The service's own template with another first line."""
    document = Document(BytesIO(default(PaperKind.ATTENDANCE_LIST)))
    document.paragraphs[0].insert_paragraph_before(heading)
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def put(client: TestClient, unit_id: Any, file: bytes, name: str = "mau.docx", **more: str) -> Any:
    data = {"organization_id": str(unit_id), "kind": KIND} | more
    return client.post("/templates", data=data, files={"file": (name, file)})


def in_force(client: TestClient, unit_id: Any, **more: str) -> str:
    asked = {"organization_id": str(unit_id)} | more
    file = client.get(f"/templates/in-force/{KIND}.docx", params=asked)
    assert file.status_code == 200, file.text
    return Document(BytesIO(file.content)).paragraphs[0].text


def test_the_nearest_and_newest_template_is_in_force(sign_in: SignIn, world: World) -> None:
    officer, secretary = sign_in("officer"), sign_in("secretary")
    own = in_force(secretary, world.north_one.id)
    made = put(officer, world.root.id, edited("Mẫu của tỉnh"))
    assert (made.status_code, made.json()["number"], made.json()["left_out"]) == (201, 1, [])
    said(put(officer, world.north.id, edited("Mẫu của xã")))
    again = said(put(officer, world.north.id, edited("Mẫu mới của xã"), valid_from="2026-05-20"))

    assert again["number"] == 2
    assert in_force(secretary, world.north_one.id) == "Mẫu của xã"
    assert in_force(secretary, world.north_one.id, on="2026-05-20") == "Mẫu mới của xã"
    assert in_force(secretary, world.north_one.id, on="2026-05-14") == own
    assert in_force(officer, world.south_one.id) == "Mẫu của tỉnh"
    listed = said(officer.get("/templates", params={"organization_id": str(world.north.id)}))
    assert [item["number"] for item in listed["items"]] == [2, 1]
    kept = officer.get(f"/templates/{again['id']}/file").content
    assert Document(BytesIO(kept)).paragraphs[0].text == "Mẫu mới của xã"


def test_a_template_that_would_fail_later_is_refused_now(
    sign_in: SignIn, world: World, session: Session
) -> None:
    officer = sign_in("officer")
    tries = (
        (make_docx(["{{ ten_la }}"]), "mau.docx", "template_unknown_name"),
        (make_docx(["Danh sách"]), "mau.docx", "template_missing_field"),
        (make_pdf(["Danh sách"]), "mau.pdf", "wrong_kind"),
    )

    codes = [
        put(officer, world.root.id, file, name).json()["errors"][0]["code"]
        for file, name, _ in tries
    ]

    assert codes == [code for *_, code in tries]
    past = put(officer, world.root.id, edited("Mẫu"), valid_from="2026-05-14")
    assert past.json()["errors"][0]["code"] == "in_the_past"
    assert rows(session, Template) == []
