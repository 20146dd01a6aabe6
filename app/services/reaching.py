"""Many rows reached at once, or the refusal that a single one would meet."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col

from app.core.selects import portions
from app.models import Member, Organization
from app.policies.permissions import Permission
from app.work import Work


def expect_reached(
    work: Work,
    permission: Permission,
    model: type[Organization | Member],
    ids: Iterable[UUID],
) -> None:
    """`NotFound` or `Forbidden`, as for one alone, when the permission misses any of them."""
    for portion in portions(set(ids)):
        statement = work.within_reach(permission, model, model.id)
        found = work.session.execute(statement.where(col(model.id).in_(portion))).scalars()
        for missing in set(portion).difference(found):
            work.fetch(permission, model, missing)
