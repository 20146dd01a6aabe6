"""What a list would have otherwise of a member."""

from sqlmodel import Session, select

from app.core.confidential import seal
from app.core.ids import new_id
from app.models import Import, ImportKind, ImportMode, ImportStatus, Member, Membership, Proposal
from tests.world import NOON


def make_proposal(session: Session, member: Member, full_name: str) -> Proposal:
    """Another name, from an import of its own that nobody sees."""
    imported = Import(
        created_at=NOON,
        kind=ImportKind.MEMBERS,
        mode=ImportMode.PROPOSALS,
        status=ImportStatus.COMMITTED,
        layout="full_list",
        digest="0" * 64,
        counts={"new": 0, "changed": 1, "same": 0, "rejected": 0},
    )
    session.add(imported)
    session.flush()
    own = select(Membership).where(Membership.member_id == member.id)
    membership = session.exec(own.execution_options(scoped="a test")).first()
    assert membership is not None
    proposal_id = new_id()
    proposal = Proposal(
        id=proposal_id,
        created_at=NOON,
        organization_id=membership.organization_id,
        member_id=member.id,
        import_id=imported.id,
        field="full_name",
        current_sealed=seal(member.full_name, "proposals.current", proposal_id),
        proposed_sealed=seal(full_name, "proposals.proposed", proposal_id),
    )
    session.add(proposal)
    session.flush()
    return proposal
