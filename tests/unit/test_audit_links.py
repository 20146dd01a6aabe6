"""What a link is made of is fixed for ever: a trail sealed years ago is checked by this."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from app.models import AuditEntry
from app.services.audit_seals import BEGINNING, SEALED, link

SEALED_AT = datetime(2026, 5, 15, 5, 0, 2, 7, tzinfo=UTC)
DIGEST = "88f72e9cf7eed6b3a1e922a9674a69ed782d95ae36b825b7c63dd7b6630ebfcf"


ID, UNIT, SUBJECT = (UUID(f"019e2a00-0000-7000-8000-00000000000{n}") for n in (1, 2, 3))
CREATED_AT = datetime(2026, 5, 15, 5, 0, 0, 123456, tzinfo=UTC)
DETAILS = {"reason": "Mưa bão ở Bắc", "lines": 3, "share": 0.5, "of": None}


def entry_of(**change: Any) -> AuditEntry:
    said: dict[str, Any] = {
        "id": ID,
        "created_at": CREATED_AT,
        "action": "meeting.cancelled",
        "organization_id": UNIT,
        "subject_id": SUBJECT,
        "request_id": "a-request",
        "details": DETAILS,
    }
    return AuditEntry(**(said | change))


def digest_of(entry: AuditEntry) -> str:
    return link(BEGINNING, 1, SEALED_AT, entry).hex()


def test_a_known_entry_has_its_known_digest() -> None:
    assert digest_of(entry_of()) == DIGEST


def test_every_column_of_an_entry_is_sealed() -> None:
    assert set(SEALED) == set(AuditEntry.model_fields)


@pytest.mark.parametrize(
    "change",
    [
        {"created_at": CREATED_AT + timedelta(microseconds=1)},
        {"request_id": None},
        {"request_id": "None"},
        {"actor_id": UNIT, "organization_id": None},
        {"action": "meeting.cancelled\u200b"},
        {"details": {}},
        {"details": DETAILS | {"lines": "3"}},
        {"details": DETAILS | {"reason": "Mưa bão ở Bắc "}},
    ],
)
def test_anything_else_has_another(change: dict[str, Any]) -> None:
    assert digest_of(entry_of(**change)) != digest_of(entry_of())


def test_the_same_in_another_order_or_zone_has_the_same() -> None:
    there = CREATED_AT.astimezone(timezone(timedelta(hours=7)))
    turned = dict(reversed(DETAILS.items()))

    assert digest_of(entry_of(created_at=there, details=turned)) == digest_of(entry_of())


def test_its_place_and_its_moment_are_part_of_it() -> None:
    first = link(BEGINNING, 1, SEALED_AT, entry_of())

    assert link(BEGINNING, 2, SEALED_AT, entry_of()) != first
    assert link(first, 1, SEALED_AT, entry_of()) != first
    assert link(BEGINNING, 1, SEALED_AT + timedelta(microseconds=1), entry_of()) != first
