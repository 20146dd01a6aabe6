"""What is said of the purposes of personal data, and who was shown which edition of it."""

import json
from datetime import datetime
from functools import cache
from hashlib import sha256

from sqlmodel import col, select

from app.core import database
from app.core.errors import Conflict
from app.models import PurposeReading
from app.schemas.purposes import PurposesRead, PurposesReading, TermRead
from app.services import accounts
from app.services.purpose_register import NOTICE, PURPOSES, RIGHTS
from app.services.retention_classes import CLASSES
from app.work import Work

_DIGITS = 16


class EditionOutdated(Conflict):
    code = "edition_outdated"
    vi = "Thông báo đã có bản mới; hãy đọc lại."
    en = "There is a newer edition; read it first."


def get(work: Work) -> PurposesRead:
    return PurposesRead(
        edition=edition(),
        notice=NOTICE,
        rights=RIGHTS,
        items=PURPOSES,
        terms=_terms(),
        read_at=_readings(work).get(edition()),
    )


def read(work: Work, data: PurposesReading) -> PurposesRead:
    """The first time counts; reading it again changes nothing."""
    if data.edition != edition():
        raise EditionOutdated
    account = accounts.own(work)
    row = {"account_id": account.id, "edition": edition(), "read_at": work.now}
    if database.insert_once(work.session, PurposeReading, row):
        work.record("purposes.read", account, edition=edition())
    return get(work)


def edition_read(work: Work) -> str | None:
    """The edition that the caller was shown last."""
    readings = _readings(work)
    return max(readings, key=readings.__getitem__, default=None)


@cache
def edition() -> str:
    told = (each.model_dump() for each in (*PURPOSES, *_terms()))
    said = [NOTICE, *RIGHTS, *told]
    return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:_DIGITS]


def _terms() -> list[TermRead]:
    return [
        TermRead(code=each.name, title=each.title, kept=str(each.kept), why=each.why)
        for each in CLASSES
    ]


def _readings(work: Work) -> dict[str, datetime]:
    own = select(PurposeReading).where(col(PurposeReading.account_id) == work.actor.account_id)
    return {reading.edition: reading.read_at for reading in work.session.exec(own)}
