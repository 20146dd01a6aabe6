"""The notice of what personal data is kept for, and who was shown which edition."""

from typing import Any

import pytest
from sqlmodel import Session

from app.models import AuditEntry, PurposeReading
from app.services import purposes
from app.services.retention_classes import CLASSES
from tests.conftest import SignIn
from tests.evenings import said
from tests.world import World, rows


def test_each_purpose_names_law_data_readers_and_term_in_vietnamese(sign_in: SignIn) -> None:
    told = said(sign_in("member").get("/purposes"))

    assert "dữ liệu cá nhân nhạy cảm" in told["notice"]
    text = str(told)
    for law in ("91/2025", "356/2025", "339-QĐ/TW"):
        assert law in text
    for purpose in told["items"]:
        assert all(purpose.values()), purpose["code"]
    assert [(term["title"], term["kept"]) for term in told["terms"]] == [
        (each.title, str(each.kept)) for each in CLASSES
    ]
    codes = [purpose["code"] for purpose in told["items"]]
    assert len(codes) == len(set(codes))
    assert told["read_at"] is None


def test_a_reading_is_noted_once_and_asked_for_anew_by_a_new_edition(
    sign_in: SignIn, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = sign_in("member")
    edition = said(member.get("/purposes"))["edition"]

    def shown() -> Any:
        return said(member.get("/me"))["purposes_edition_read"]

    assert shown() is None
    for _ in range(2):
        read = said(member.post("/me/purposes/read", json={"edition": edition}))
        assert read["read_at"] == "2026-05-15T05:00:00Z"
    assert shown() == edition
    (reading,) = rows(session, PurposeReading)
    assert reading.account_id == world.people["member"].account_id
    assert len(rows(session, AuditEntry, AuditEntry.action == "purposes.read")) == 1

    monkeypatch.setattr(purposes, "edition", lambda: "0" * 16)
    refused = member.post("/me/purposes/read", json={"edition": edition})
    assert (refused.status_code, refused.json()["code"]) == (409, "edition_outdated")
    assert said(member.get("/purposes"))["read_at"] is None
    assert shown() == edition
