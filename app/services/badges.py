"""Badges for people without a phone: a signed word that names a member, and which badge it is.

A new one makes every older one of the member worthless.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core import walls
from app.core.clock import local_date
from app.core.errors import Malformed
from app.core.paging import Page
from app.core.qr_codes import draw
from app.core.tokens import sign, verify
from app.models import Member, Organization
from app.policies.permissions import Permission
from app.services.member_views import in_cells
from app.work import Work

_PURPOSE = "badge"
_ID_BYTES, _VERSION_BYTES = 16, 4
_TOKEN = re.compile(r"[A-Za-z0-9_-]{27}\.[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Badge:
    member_id: UUID
    full_name: str
    badge_version: int

    @property
    def token(self) -> str:
        content = self.member_id.bytes + self.badge_version.to_bytes(_VERSION_BYTES, "big")
        return sign(_PURPOSE, content)

    @property
    def token_digest(self) -> str:
        """By which a device knows the badge, and from which none can be made."""
        return hashlib.sha256(self.token.encode()).hexdigest()

    @property
    def svg(self) -> str:
        return draw(self.token)


def get(work: Work, member_id: UUID) -> Badge:
    return _of(work.fetch(Permission.BADGE_READ, Member, member_id))


def renew(work: Work, member_id: UUID) -> Badge:
    """After one was lost."""
    member = work.fetch(Permission.BADGE_RENEW, Member, member_id)
    member.badge_version += 1
    work.record("badge.renewed", member, badge_version=member.badge_version)
    return _of(member)


def search(work: Work, organization_id: UUID) -> Page[Badge]:
    """The badges of everybody who belongs to a cell today; never paged, for a device keeps it."""
    cell = work.fetch(Permission.BADGE_READ, Organization, organization_id)
    statement = (
        work.within_reach(Permission.BADGE_READ, Member)
        .where(in_cells([cell.id], local_date(work.now), or_gone=False))
        .order_by(col(Member.sort_key), col(Member.id))
    )
    found = work.session.execute(statement).scalars()
    return Page(items=[_of(member) for member in found], next_cursor=None)


def is_token(code: str) -> bool:
    """Whether it looks like a badge; no other code has two such parts."""
    return _TOKEN.fullmatch(code) is not None


def read(token: str) -> tuple[UUID, int] | None:
    """Whose badge and which; None of what we never signed."""
    if not is_token(token):
        return None
    try:
        content = verify(_PURPOSE, token)
    except Malformed:
        return None
    return UUID(bytes=content[:_ID_BYTES]), int.from_bytes(content[_ID_BYTES:], "big")


@walls.beyond("anybody may come to a meeting")
def versions(work: Work, member_ids: set[UUID]) -> dict[UUID, int]:
    """Which badge of each member holds."""
    if not member_ids:
        return {}
    statement: Any = select(Member.id, Member.badge_version).where(col(Member.id).in_(member_ids))
    found = work.session.execute(statement.execution_options(scoped="of badges at hand"))
    return dict(found.all())


def _of(member: Member) -> Badge:
    return Badge(member.id, member.full_name, member.badge_version)
