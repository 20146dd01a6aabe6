"""A unit is split: named members, or units below it, go to other units; the unit itself stays."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from app.core.errors import Invalid
from app.models import Organization, OrganizationKind, OrganizationParent, ReorganizationKind
from app.policies.permissions import Permission
from app.schemas.reorganizations import OrganizationSplit, SplitPart
from app.services import changeovers, closures, parents, reorganizations, trees
from app.work import Work


def split(work: Work, organization_id: UUID, data: OrganizationSplit) -> Organization:
    unit = work.fetch(Permission.ORGANIZATION_SPLIT, Organization, organization_id)
    takers = [
        work.fetch(Permission.ORGANIZATION_SPLIT, Organization, part.organization_id)
        for part in data.parts
    ]
    trees.hold(work.session)
    closures.expect_there(work, unit, data.effective_on, "/effective_on")
    _refuse_named_twice(data.parts)
    touched = {unit.id}
    for place, taker in enumerate(takers):
        _expect_taker(work, unit, taker, data, place)
        touched |= {taker.id, *_give(work, unit, taker, data, place)}
        reorganizations.note(work, unit, ReorganizationKind.SPLIT, data, taker.id)
    return reorganizations.settle(work, unit, data, touched)


def _give(
    work: Work, unit: Organization, taker: Organization, data: OrganizationSplit, place: int
) -> Iterator[UUID]:
    """The units that move; members go over besides."""
    part = data.parts[place]
    links = _links_of(work, unit, data)
    for number, unit_id in enumerate(part.unit_ids):
        pointer = f"/parts/{place}/unit_ids/{number}"
        if unit_id not in links:
            raise Invalid.at(
                pointer,
                "not_below",
                "Tổ chức này không trực thuộc tổ chức được tách vào ngày này.",
                "This unit does not stand right under the one that is split on this day.",
            )
        reorganizations.expect_level(parents.unit_of(work, links[unit_id]), taker, pointer)
        yield reorganizations.put_under(work, links[unit_id], taker, data)
    if part.member_ids:
        _expect_members(work, unit, data, place)
        changeovers.go_over(work, (unit.id, taker.id), data.effective_on, part.member_ids)
        changeovers.end_offices(work, unit.id, data.effective_on, part.member_ids)


def _links_of(
    work: Work, unit: Organization, data: OrganizationSplit
) -> dict[UUID, OrganizationParent]:
    below = parents.links_under(work, unit.id, data.effective_on)
    return {link.organization_id: link for link in below if link.valid_from <= data.effective_on}


def _expect_taker(
    work: Work, unit: Organization, taker: Organization, data: OrganizationSplit, place: int
) -> None:
    """Another unit that goes on; members go to a cell only."""
    pointer = f"/parts/{place}/organization_id"
    closures.expect_lasting(work, taker, data.effective_on, None, pointer)
    if taker.id == unit.id:
        raise Invalid.at(
            pointer, "same_unit", "Phải là một tổ chức khác.", "This has to be another unit."
        )
    part = data.parts[place]
    if not part.member_ids and not part.unit_ids:
        raise Invalid.at(
            f"/parts/{place}", "empty", "Chưa nêu ai hoặc tổ chức nào.", "Nothing is named."
        )
    if part.member_ids and taker.kind is not OrganizationKind.CELL:
        raise Invalid.at(
            pointer, "not_a_cell", "Đảng viên sinh hoạt tại chi bộ.", "Members belong to a cell."
        )


def _expect_members(work: Work, unit: Organization, data: OrganizationSplit, place: int) -> None:
    known = changeovers.members_of(work, unit.id, data.effective_on)
    for number, member_id in enumerate(data.parts[place].member_ids):
        if member_id not in known:
            raise Invalid.at(
                f"/parts/{place}/member_ids/{number}",
                "not_a_member",
                "Người này không sinh hoạt tại chi bộ được tách vào ngày này.",
                "This member does not belong to the cell that is split on this day.",
            )


def _refuse_named_twice(parts: Iterable[SplitPart]) -> None:
    seen: set[UUID] = set()
    for place, part in enumerate(parts):
        for name in ("member_ids", "unit_ids"):
            for number, one in enumerate(getattr(part, name)):
                if one in seen:
                    raise Invalid.at(
                        f"/parts/{place}/{name}/{number}",
                        "duplicate",
                        "Đã nêu ở trên.",
                        "This was named before.",
                    )
                seen.add(one)
