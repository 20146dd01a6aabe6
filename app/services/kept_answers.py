"""A POST repeated under its `Idempotency-Key` is answered again, not done again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import select

from app.core.confidential import seal, unseal
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.tokens import fingerprint
from app.models import KeptAnswer
from app.work import Work

LIFETIME = timedelta(hours=24)
_NOBODY = UUID(int=0)
_PLACE = "kept_answers.body"
_in_hand: set[tuple[UUID, str]] = set()
_in_hand_lock = threading.Lock()


class StillRunning(Conflict):
    code = "still_running"
    vi = "Yêu cầu trước với cùng khóa vẫn đang được xử lý."
    en = "The first request with this key is still running."


class AlreadyAnswered(Conflict):
    code = "already_answered"
    vi = "Yêu cầu này đã được trả lời một lần và câu trả lời không được lưu."
    en = "This was answered once, and the answer is not kept."


@dataclass(frozen=True)
class Key:
    """Whose key, what it is, and a digest of the request it stands for."""

    account_id: UUID
    text: str
    request_digest: bytes
    keeps_answer: bool


@dataclass(frozen=True)
class Answer:
    status: int
    location: str | None
    etag: str | None
    body: bytes


def make_key(given: str, account_id: UUID | None, request: bytes, *, keeps_answer: bool) -> Key:
    """The key of a request; `Invalid` when it is no word of 1 to 255 visible characters."""
    if not (1 <= len(given) <= 255 and given.isascii() and given.isprintable()):
        raise Invalid.at(
            "/header/idempotency-key",
            "invalid_key",
            "Khóa phải có từ 1 đến 255 ký tự ASCII.",
            "The key takes 1 to 255 ASCII characters.",
        )
    digest = fingerprint("idempotency", request)
    if account_id is None:  # nobody's keys are told apart by what was asked with them
        return Key(_NOBODY, f"{digest.hex()[:32]} {given}"[:255], digest, keeps_answer)
    return Key(account_id, given, digest, keeps_answer)


@contextmanager
def running(key: Key | None) -> Iterator[None]:
    """Hold the key while its request runs in this process; `StillRunning` for a second one."""
    if key is None:
        yield
        return
    name = (key.account_id, key.text)
    with _in_hand_lock:
        if name in _in_hand:
            raise StillRunning
        _in_hand.add(name)
    try:
        yield
    finally:
        with _in_hand_lock:
            _in_hand.discard(name)


def find(work: Work, key: Key) -> Answer | None:
    """The answer given under this key within a day, if there was one."""
    _hold(work, key)
    statement = select(KeptAnswer).where(
        KeptAnswer.account_id == key.account_id, KeptAnswer.key == key.text
    )
    kept = work.session.exec(statement).one_or_none()
    if kept is None:
        return None
    if kept.created_at <= work.now - LIFETIME:
        work.session.delete(kept)
        work.session.flush()
        return None
    if kept.request_digest != key.request_digest:
        raise Invalid.at(
            "/header/idempotency-key",
            "key_reused",
            "Khóa này đã dùng cho một yêu cầu khác.",
            "This key was used for another request.",
        )
    if kept.body_sealed is None:
        raise AlreadyAnswered
    body = unseal(kept.body_sealed, _PLACE, kept.id).encode()
    return Answer(kept.status, kept.location, kept.etag, body)


def keep(work: Work, key: Key, answer: Answer) -> None:
    """Keep the answer in the transaction of its effect; of a secret, only that it was given."""
    row_id = new_id()
    body = seal(answer.body.decode(), _PLACE, row_id) if key.keeps_answer else None
    work.add(
        KeptAnswer(
            id=row_id,
            created_at=work.now,
            account_id=key.account_id,
            key=key.text,
            request_digest=key.request_digest,
            status=answer.status,
            location=answer.location,
            etag=answer.etag,
            body_sealed=body,
        )
    )


def _hold(work: Work, key: Key) -> None:
    """On PostgreSQL other processes may run the same key: take it, or say so at once."""
    if work.session.get_bind().dialect.name != "postgresql":
        return
    digest = fingerprint("idempotency lock", key.account_id.bytes + key.text.encode())
    number = int.from_bytes(digest[:8], "big", signed=True)
    statement = text("SELECT pg_try_advisory_xact_lock(:number)")
    if not work.session.execute(statement, {"number": number}).scalar_one():
        raise StillRunning
