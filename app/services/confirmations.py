"""Two persons vouch for the minutes, each for the version that then stood."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from app.core.errors import Conflict
from app.models import Account, Member, Minutes, MinutesConfirmation, MinutesPart
from app.schemas.minutes import ConfirmationRead
from app.services import revisions
from app.work import Work


class SamePerson(Conflict):
    code = "same_person"
    vi = "Người này đã xác nhận với vai trò kia; hai vai trò phải do hai người xác nhận."
    en = "This person confirmed in the other part; the two parts take two persons."


def of(work: Work, minutes: Minutes) -> list[ConfirmationRead]:
    """Of reached minutes, the earliest first; those of an older version hold no longer, even if
    it said the same.
    """
    present = _version_of(minutes)
    return [
        ConfirmationRead(**event.model_dump(), is_current=(event.number, event.digest) == present)
        for event in _events(work, minutes)
    ]


def add(work: Work, minutes: Minutes, part: MinutesPart) -> None:
    """Said again of the same version it adds nothing."""
    number, digest = present = _version_of(minutes)
    account_id, full_name = work.session.execute(
        select(Account.id, func.coalesce(Member.full_name, Account.staff_name))
        .outerjoin(Member, col(Member.id) == Account.member_id)
        .where(Account.id == work.actor.account_id)
        .execution_options(scoped="who is acting")
    ).one()
    own = {
        event.part
        for event in _events(work, minutes)
        if event.confirmed_by == account_id and (event.number, event.digest) == present
    }
    if own - {part}:
        raise SamePerson
    if part in own:
        return
    event = MinutesConfirmation(
        organization_id=minutes.organization_id,
        meeting_id=minutes.meeting_id,
        part=part,
        number=number,
        digest=digest,
        full_name=full_name,
        confirmed_by=account_id,
        confirmed_at=work.now,
        created_at=work.now,
    )
    work.record("minutes.confirmed", work.add(event), part=part, number=number)


def _version_of(minutes: Minutes) -> tuple[int, str]:
    """Its number and digest."""
    return minutes.version, revisions.digest_of(revisions.content_of(minutes))


def _events(work: Work, minutes: Minutes) -> Sequence[MinutesConfirmation]:
    statement = (
        select(MinutesConfirmation)
        .where(col(MinutesConfirmation.meeting_id) == minutes.meeting_id)
        .order_by(col(MinutesConfirmation.confirmed_at), col(MinutesConfirmation.id))
    )
    return work.session.exec(statement.execution_options(scoped="of a reached meeting")).all()
