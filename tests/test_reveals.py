"""One field in clear, for a reason that the member reads."""

from typing import Any

import pytest
import time_machine
from sqlmodel import Session

from app.models import AccessEntry, AuditEntry, Member, Notification
from app.services.reveals import AT_MOST
from tests.conftest import SignIn, at
from tests.evenings import said
from tests.proofs import let_lapse
from tests.world import World, rows

ASKED = {"field": "personal_id", "reason": "Đối chiếu hồ sơ gốc"}


def of_member(world: World) -> str:
    return f"/members/{world.people['member'].member_id}/reveal"


class TestReveal:
    def test_the_value_once_and_the_member_reads_by_whom_and_why(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        member_id = world.people["member"].member_id
        (member,) = rows(session, Member, Member.id == member_id)

        told = said(sign_in("secretary").post(of_member(world), json=ASKED))

        assert told == {"field": "personal_id", "value": member.personal_id}
        (item,) = said(sign_in("member").get("/me/access-log"))["items"]
        assert item == {
            "at": "2026-05-15T05:00:00Z",
            "office": "Bí thư · Chi bộ Bắc 1",
            "way": "reveal",
            "fields": ["personal_id"],
            "reason": ASKED["reason"],
        }
        (notice,) = rows(session, Notification, Notification.member_id == member_id)
        assert notice.title == "Đã có người xem số định danh cá nhân của đồng chí"
        assert notice.body == f"Bí thư · Chi bộ Bắc 1\nLý do: {ASKED['reason']}"
        (entry,) = rows(session, AccessEntry)
        assert notice.subject_id == entry.id
        (trace,) = rows(session, AuditEntry, AuditEntry.action == "member.revealed")
        assert trace.details == ASKED

    def test_needs_a_fresh_proof_and_says_so_only_of_whom_one_may_see(
        self, sign_in: SignIn, session: Session, world: World
    ) -> None:
        for who in ("secretary", "outsider"):
            let_lapse(session, world, who)

        refused = sign_in("secretary").post(of_member(world), json=ASKED)
        unseen = sign_in("outsider").post(of_member(world), json=ASKED)

        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        assert (unseen.status_code, unseen.json()["code"]) == (404, "not_found")
        assert rows(session, AccessEntry) == []

    def test_is_never_kept_to_be_answered_again(self, sign_in: SignIn, world: World) -> None:
        key = {"idempotency-key": "mot-lan-xem-ro"}
        said(sign_in("secretary").post(of_member(world), json=ASKED, headers=key))

        again = sign_in("secretary").post(of_member(world), json=ASKED, headers=key)

        assert (again.status_code, again.json()["code"]) == (409, "already_answered")

    @pytest.mark.parametrize(
        ("more", "pointer"),
        [
            ({"field": "full_name"}, "/field"),
            ({"field": "totp_secret"}, "/field"),
            ({"reason": "ngắn"}, "/reason"),
            ({"reason": "x" * 501}, "/reason"),
            ({"reason": "  kiểm tra   "}, "/reason"),
        ],
    )
    def test_takes_a_confidential_field_and_a_reason(
        self, sign_in: SignIn, world: World, more: dict[str, Any], pointer: str
    ) -> None:
        refused = sign_in("secretary").post(of_member(world), json=ASKED | more)

        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == pointer

    def test_is_limited_in_an_hour(
        self, sign_in: SignIn, session: Session, world: World, clock: time_machine.Traveller
    ) -> None:
        secretary = sign_in("secretary")
        for _ in range(AT_MOST):
            said(secretary.post(of_member(world), json=ASKED))

        refused = secretary.post(of_member(world), json=ASKED)

        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert refused.headers["retry-after"]
        assert len(rows(session, AccessEntry)) == AT_MOST
        said(sign_in("deputy").post(of_member(world), json=ASKED))
        clock.move_to(at("2026-05-15T06:00:00Z"))
        said(secretary.post(of_member(world), json=ASKED))
