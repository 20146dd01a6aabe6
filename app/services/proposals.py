"""The inbox of differences: what the member database says otherwise, accepted or rejected.

A proposal is one field of one member. Accepting writes the field by the same checks as a change by
hand; what comes in with a later list takes the place of what still waits.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, update
from sqlmodel import col, select

from app.core import periods
from app.core.confidential import masked, seal, unseal
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.paging import Filters, Order, Page
from app.core.selects import pick, portions
from app.models import Import, Member, Proposal, ProposalStatus, RowState
from app.policies.permissions import Permission
from app.schemas.members import MemberUpdate
from app.schemas.proposals import (
    ProposalCounts,
    ProposalQuery,
    ProposalRead,
    ProposalReject,
    ProposalsAccept,
    ProposalsRead,
    ProposalSummary,
    ProposalSummaryQuery,
)
from app.services import branches, member_plans, members
from app.services.import_plans import insert_all
from app.services.member_plans import MemberPlan
from app.services.take_backs import Reason, built_upon
from app.work import Work

_CURRENT, _PROPOSED = "proposals.current", "proposals.proposed"
_HIDDEN = frozenset({"card_number", "personal_id"})
#: The fields that the member database owns, each with how a member and a line tell it.
FIELDS = member_plans.PROPOSED
FILTERS: Filters = {
    "status": lambda statuses: col(Proposal.status).in_(statuses),
    "member_id": lambda member_id: col(Proposal.member_id) == member_id,
    "import_id": lambda import_id: col(Proposal.import_id) == import_id,
}
NEWEST_FIRST = Order((col(Proposal.created_at), col(Proposal.id)), descending=True)


class ValueMoved(Conflict):
    code = "value_moved"
    vi = "Thông tin này đã được sửa sau khi có đề xuất; hãy chờ lần đồng bộ sau."
    en = "The field was changed since it was proposed; the next list will say anew."


def search(work: Work, query: ProposalQuery) -> Page[ProposalRead]:
    statement = branches.within(work, Permission.PROPOSAL_READ, Proposal, query.organization_id)
    return work.search(_named(statement), query, FILTERS, NEWEST_FIRST, show=_view)


def summarize(work: Work, query: ProposalSummaryQuery) -> ProposalSummary:
    """How much of each field came in a month, and what has become of it."""
    found = branches.within(work, Permission.PROPOSAL_READ, Proposal, query.organization_id)
    counted = (
        found.with_only_columns(col(Proposal.field), col(Proposal.status), func.count())
        .where(
            col(Proposal.created_at) >= periods.starts_at(query.period),
            col(Proposal.created_at) < periods.ends_at(query.period),
        )
        .group_by(col(Proposal.field), col(Proposal.status))
    )
    counts: dict[str, Counter[str]] = {field: Counter() for field in FIELDS}
    for field, status, count in work.session.execute(counted):
        counts[field][status] = count
    fields = [
        ProposalCounts(field=field, **{status: told[status] for status in ProposalStatus})
        for field, told in counts.items()
    ]
    return ProposalSummary(period=query.period, fields=fields)


def accept(work: Work, proposal_id: UUID) -> ProposalRead:
    proposal = work.fetch(Permission.PROPOSAL_ACCEPT, Proposal, proposal_id)
    _accept(work, [proposal])
    return _read(work, [proposal.id])[0]


def accept_all(work: Work, data: ProposalsAccept) -> ProposalsRead:
    """Fields of one member are written together: one date may ask for another."""
    wanted = list(dict.fromkeys(data.proposal_ids))
    reached = work.within_reach(Permission.PROPOSAL_ACCEPT, Proposal)
    found = work.session.execute(reached.where(col(Proposal.id).in_(wanted))).scalars().all()
    if len(found) != len(wanted):
        raise NotFound
    _accept(work, found)
    return ProposalsRead(items=_read(work, wanted))


def reject(work: Work, proposal_id: UUID, data: ProposalReject) -> ProposalRead:
    proposal = work.fetch(Permission.PROPOSAL_REJECT, Proposal, proposal_id)
    _decide(work, proposal, "reject", data.reason)
    work.record("proposal.rejected", proposal, field=proposal.field, reason=data.reason)
    return _read(work, [proposal.id])[0]


def propose(work: Work, imported: Import, plans: Sequence[Any]) -> None:
    """A proposal for each field that differs; nothing of a member is written.

    What an earlier list proposed of these members is superseded. What was rejected before is not
    proposed again while nothing else is said.
    """
    named: list[MemberPlan] = [
        each for each in plans if each.known and each.state is not RowState.REJECTED
    ]
    _supersede(work, {each.known.id for each in named if each.known})
    changed = [each for each in named if each.state is RowState.CHANGED]
    members_known = _members(work, {each.known.id for each in changed if each.known})
    refused = _refused(work, members_known)
    rows = [
        row
        for each in changed
        for row in _rows(work, imported, each, members_known[each.subject_id])  # type: ignore[index]  # changed: known
        if (row["member_id"], row["field"], row.pop("said")) not in refused
    ]
    insert_all(work, Proposal, rows)


def take_back(work: Work, imported: Import) -> None:
    """What still waits is gone; `BuiltUpon` when anything was decided, or is no more in reach."""
    own = pick(Proposal.status, func.count()).where(col(Proposal.import_id) == imported.id)
    counted = work.session.connection().execute(own.group_by(Proposal.status))
    reasons = [
        Reason(str(ProposalStatus(status)), count)
        for status, count in counted
        if status in (ProposalStatus.ACCEPTED, ProposalStatus.REJECTED)
    ]
    reached = work.within_reach(Permission.PROPOSAL_REJECT, Proposal, Proposal.id)
    beyond = pick(func.count()).where(
        col(Proposal.import_id) == imported.id, col(Proposal.id).not_in(reached)
    )
    if count := work.session.connection().execute(beyond).scalar_one():
        reasons.append(Reason("not_in_reach", count))
    if reasons:
        raise built_upon(reasons)
    _withdraw(work, col(Proposal.import_id) == imported.id)


def _accept(work: Work, proposals: Collection[Proposal]) -> None:
    by_member: dict[UUID, list[Proposal]] = defaultdict(list)
    for proposal in proposals:
        by_member[proposal.member_id].append(_decide(work, proposal, "accept"))
    for member_id, some in by_member.items():
        member = work.fetch(Permission.MEMBER_CHANGE, Member, member_id)
        for proposal in some:
            if FIELDS[proposal.field].of_member(member) != opened(proposal, "current"):
                raise ValueMoved(proposal_id=str(proposal.id))
        told = {proposal.field: opened(proposal, "proposed") for proposal in some}
        members.change(work, member_id, MemberUpdate.model_validate(told), member.version)
        for proposal in some:
            work.record("proposal.accepted", proposal, field=proposal.field)


def _decide(work: Work, proposal: Proposal, verb: str, reason: str | None = None) -> Proposal:
    proposal.take(verb)
    proposal.decided_at, proposal.decided_by = work.now, work.actor.account_id
    proposal.reason = reason
    return proposal


def _rows(
    work: Work, imported: Import, each: MemberPlan, member: Member
) -> Iterable[dict[str, Any]]:
    for field, told in FIELDS.items():
        current, proposed = told.of_member(member), told.of_plan(each)
        if current == proposed:
            continue
        row_id = new_id()
        yield {
            "id": row_id,
            "created_at": work.now,
            "version": 1,
            "organization_id": each.known.residence.organization_id,  # type: ignore[union-attr]  # known, and of a cell in reach
            "member_id": member.id,
            "import_id": imported.id,
            "field": field,
            "current_sealed": None if current is None else seal(current, _CURRENT, row_id),
            "proposed_sealed": None if proposed is None else seal(proposed, _PROPOSED, row_id),
            "status": ProposalStatus.PENDING,
            "reason": None,
            "decided_at": None,
            "decided_by": None,
            "said": proposed,
        }


def _members(work: Work, member_ids: Collection[UUID]) -> dict[UUID, Member]:
    found: dict[UUID, Member] = {}
    for portion in portions(member_ids):
        statement = select(Member).where(col(Member.id).in_(portion))
        scoped = statement.execution_options(scoped="matched to a list")
        found |= {member.id: member for member in work.session.execute(scoped).scalars()}
    return found


def _refused(work: Work, member_ids: Iterable[UUID]) -> set[tuple[UUID, str, str | None]]:
    """What the office has said no to, by member, field and value."""
    return {
        (proposal.member_id, proposal.field, opened(proposal, "proposed"))
        for portion in portions(member_ids)
        for proposal in work.session.execute(
            select(Proposal)
            .where(
                col(Proposal.member_id).in_(portion),
                col(Proposal.status) == ProposalStatus.REJECTED,
            )
            .execution_options(scoped="of members in the plan")
        ).scalars()
    }


def _supersede(work: Work, member_ids: Iterable[UUID]) -> None:
    for portion in portions(member_ids):
        _withdraw(work, col(Proposal.member_id).in_(portion))


def _withdraw(work: Work, which: Any) -> None:
    waiting = update(Proposal).where(which, col(Proposal.status) == ProposalStatus.PENDING)
    work.session.connection().execute(
        waiting.values(
            status=ProposalStatus.SUPERSEDED,
            decided_at=work.now,
            version=col(Proposal.version) + 1,
        )
    )


def _read(work: Work, proposal_ids: Sequence[UUID]) -> list[ProposalRead]:
    work.session.flush()
    own = pick(Proposal).where(col(Proposal.id).in_(proposal_ids)).order_by(col(Proposal.id))
    records = work.session.execute(_named(own).execution_options(scoped="just decided"))
    return [_view(record) for record in records]


def _named(statement: Select[Any]) -> Select[Any]:
    joined = statement.join(Member, col(Member.id) == col(Proposal.member_id))
    return joined.add_columns(col(Member.full_name))


def _view(record: Any) -> ProposalRead:
    proposal: Proposal = record[0]
    said = {name: opened(proposal, name) for name in ("current", "proposed")}
    if proposal.field in _HIDDEN:
        said = {name: masked(text) for name, text in said.items()}
    return ProposalRead(
        **proposal.model_dump(exclude={"current_sealed", "proposed_sealed"}),
        full_name=record[1],
        **said,
    )


def opened(proposal: Proposal, name: str) -> str | None:
    sealed = getattr(proposal, f"{name}_sealed")
    return None if sealed is None else unseal(sealed, f"proposals.{name}", proposal.id)
