"""A row of each class of data that is kept for a time only, of one moment long ago."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import update
from sqlmodel import Session, SQLModel, col

from app.core.clock import local_date
from app.core.confidential import seal
from app.core.ids import new_id
from app.models import (
    AbsenceReason,
    AbsenceReport,
    AccessEntry,
    AccessWay,
    Account,
    AccountSession,
    ActivationCode,
    CheckIn,
    CheckInMethod,
    CheckInStatus,
    Correction,
    CorrectionStatus,
    EndReason,
    Import,
    ImportKind,
    ImportRow,
    KeptAnswer,
    Member,
    MemberMerge,
    Membership,
    Notification,
    Proposal,
    ProposalStatus,
    RecoveryCode,
    RowState,
    SignInFailure,
    StaffCode,
    TotpUse,
)
from tests.conftest import at
from tests.factories.corrections import make_correction
from tests.factories.meetings import make_absence_report, make_meeting
from tests.factories.notices import make_notification
from tests.factories.people import make_session
from tests.factories.proposals import make_proposal
from tests.world import World, rows

R = TypeVar("R", bound=SQLModel)
#: In the morning of the last day of March, in Viet Nam.
THEN = at("2020-03-31T03:00:00Z")


def leave(session: Session, member: Member, day: date) -> Member:
    """With a telephone, and nowhere any more from that day on."""
    member.phone = "+84912345678"
    _saved(session, member)
    own = update(Membership).where(col(Membership.member_id) == member.id)
    ended = own.values(valid_to=day, end_reason=EndReason.LEFT)
    session.execute(ended.execution_options(scoped="a test"))
    return member


def _member(session: Session, world: World, number: int = -1) -> Member:
    wanted = Member.id == world.members[world.north_one.id][number]
    return rows(session, Member, wanted)[0]


def _account(session: Session, world: World) -> Account:
    return rows(session, Account, Account.id == world.people["member"].account_id)[0]


def _kept_answer(session: Session, world: World) -> KeptAnswer:
    answer = KeptAnswer(account_id=new_id(), key="k", request_digest=b"x", status=201)
    return _saved(session, answer, created_at=THEN)


def _totp_use(session: Session, world: World) -> TotpUse:
    use = TotpUse(account_id=_account(session, world).id, step=1, used_at=THEN)
    return _saved(session, use)


def _failure(session: Session, world: World) -> SignInFailure:
    failure = SignInFailure(identifier_digest=b"x", source="192.0.2.0/24")
    return _saved(session, failure, created_at=THEN)


def _session(session: Session, world: World) -> AccountSession:
    row = make_session(session, _account(session, world), at=THEN - timedelta(days=10))
    return _saved(session, row, revoked_at=THEN, source="192.0.2.0/24")


def _activation_code(session: Session, world: World) -> ActivationCode:
    cell, member = world.north_one.id, _member(session, world).id
    code = ActivationCode(organization_id=cell, member_id=member, digest=b"x", expires_at=THEN)
    return _saved(session, code)


def _staff_code(session: Session, world: World) -> StaffCode:
    account_id = world.people["administrator"].account_id
    return _saved(session, StaffCode(account_id=account_id, digest=b"x", expires_at=THEN))


def _recovery_code(session: Session, world: World) -> RecoveryCode:
    account_id = _account(session, world).id
    _saved(session, RecoveryCode(account_id=account_id, digest=b"y"))
    return _saved(session, RecoveryCode(account_id=account_id, digest=b"x", used_at=THEN))


def _import_row(session: Session, world: World) -> ImportRow:
    imported = Import(kind=ImportKind.MEMBERS, layout="full_list", digest="0" * 64, counts={})
    _saved(session, imported, created_at=THEN - timedelta(days=3), committed_at=THEN)
    row = ImportRow(import_id=imported.id, row_number=1, state=RowState.NEW, content_sealed=b"")
    return _saved(session, row, content_sealed=seal("[]", "import_rows.content", row.id))


def _merge(session: Session, world: World) -> MemberMerge:
    row = MemberMerge(
        organization_id=world.north_one.id,
        member_id=_member(session, world, -2).id,
        merged_id=_member(session, world, -3).id,
        reason="Nhập hai lần",
        before_sealed=b"",
    )
    sealed = seal("{}", "member_merges.before", row.id)
    return _saved(session, row, before_sealed=sealed, created_at=THEN)


def _proposal(session: Session, world: World) -> Proposal:
    make_proposal(session, _member(session, world, -2), "Tên Vẫn Chờ")
    row = make_proposal(session, _member(session, world), "Tên Mới")
    return _saved(session, row, status=ProposalStatus.ACCEPTED, decided_at=THEN)


def _absence(reason: AbsenceReason) -> Callable[[Session, World], AbsenceReport]:
    def make(session: Session, world: World) -> AbsenceReport:
        meeting = make_meeting(session, world.north_one, starts_at=THEN)
        told = {"text": "Nằm viện", "comment": "Đã rõ", "reason": reason}
        return make_absence_report(session, meeting, _member(session, world).id, **told)

    return make


def _check_in(session: Session, world: World) -> CheckIn:
    row = CheckIn(
        organization_id=world.north_one.id,
        meeting_id=make_meeting(session, world.north_one).id,
        account_id=_account(session, world).id,
        method=CheckInMethod.QR,
        captured_at=THEN,
        received_at=THEN,
        device_digest=b"x",
        request_digest=b"x",
        status=CheckInStatus.ACCEPTED,
    )
    return _saved(session, row)


def _notification(session: Session, world: World) -> Notification:
    meeting = make_meeting(session, world.north_one)
    return make_notification(session, meeting, _member(session, world).id, created_at=THEN)


def _correction(session: Session, world: World) -> Correction:
    member_id = _member(session, world).id
    make_correction(session, world.north_one, member_id, "+84912345670", created_at=THEN)
    answered = {"status": CorrectionStatus.DECLINED, "decided_at": THEN}
    return make_correction(session, world.north_one, member_id, "+84912345671", **answered)


def _access(session: Session, world: World) -> AccessEntry:
    row = AccessEntry(
        organization_id=world.north_one.id,
        member_id=_member(session, world).id,
        office="Bí thư",
        way=AccessWay.REVEAL,
        fields=["phone"],
    )
    return _saved(session, row, created_at=THEN)


#: By the name of the class.
MAKERS: Mapping[str, Callable[[Session, World], SQLModel]] = {
    "kept_answers": _kept_answer,
    "totp_uses": _totp_use,
    "sign_in_failures": _failure,
    "session_devices": _session,
    "sessions": lambda session, _: rows(session, AccountSession, AccountSession.revoked_at == THEN)[
        0
    ],
    "activation_codes": _activation_code,
    "staff_codes": _staff_code,
    "recovery_codes": _recovery_code,
    "import_rows": _import_row,
    "member_merges": _merge,
    "proposals": _proposal,
    "absence_reports_health": _absence(AbsenceReason.HEALTH),
    "absence_reports": _absence(AbsenceReason.FAMILY),
    "check_in_devices": _check_in,
    "notifications": _notification,
    "corrections": _correction,
    "access_entries": _access,
    "phones": lambda session, world: leave(session, _member(session, world, -4), local_date(THEN)),
}


def _saved(session: Session, row: R, **facts: object) -> R:
    row.sqlmodel_update(facts)
    session.add(row)
    session.flush()
    return row
