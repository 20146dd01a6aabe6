"""Settings are read with where they come from, and decided from a day on. No decision is lost."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from app.core import periods
from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.selects import pick
from app.models import Organization, OrganizationKind, Setting
from app.policies.permissions import Permission
from app.policies.scope import within_branch
from app.schemas.base import OrganizationBrief
from app.schemas.settings import Rules, SettingRead, SettingsRead, SettingsUpdate
from app.services import figures, rules
from app.services.rules import Rulebook
from app.work import Work

#: A change of one of these changes what is counted.
OF_FIGURES = {"met_needs", "on_time_needs", "monthly_kinds", "quarterly_kinds"}


def get(work: Work, organization_id: UUID, on: date | None) -> SettingsRead:
    unit = work.fetch(Permission.SETTING_READ, Organization, organization_id)
    return _in_force(work, unit, on or local_date(work.now))


def change(work: Work, organization_id: UUID, data: SettingsUpdate) -> SettingsRead:
    """What follows of it in open periods is counted anew; earlier ones stay as they were."""
    unit = work.fetch(Permission.SETTING_CHANGE, Organization, organization_id)
    said = data.model_dump(mode="json", exclude={"valid_from"})
    since = data.valid_from or local_date(work.now)
    if since < periods.first_day(periods.period_at(work.now)):
        raise Invalid.at(
            "/valid_from",
            "in_a_closed_period",
            "Không được áp dụng cho tháng đã qua.",
            "A decision changes no month that is over.",
        )
    changed = _decide(work, unit, since, said)
    if changed & OF_FIGURES:
        figures.recount(work, _cells_below(work, unit), figures.from_day(work, since))
    return _in_force(work, unit, since)


def _decide(work: Work, unit: Organization, since: date, said: Mapping[str, Any]) -> set[str]:
    """Write what differs from what the unit itself said for that day; the names of it."""
    standing = {row.name: row for row in _of_day(work, unit, since)}
    before = rules.of(work.session, unit, since).model_dump(mode="json")
    changed = set()
    for name, value in said.items():
        row = standing.get(name)
        if row is not None and row.value == value:
            continue
        if row is None:
            row = work.add(
                Setting(organization_id=unit.id, name=name, valid_from=since, created_at=work.now)
            )
        row.value = value
        row.decided_by = work.actor.account_id
        work.record(
            "setting.changed",
            row,
            name=name,
            valid_from=since.isoformat(),
            before=before[name],
            after=value,
        )
        changed.add(name)
    work.session.flush()
    return changed


def _of_day(work: Work, unit: Organization, day: date) -> list[Setting]:
    statement = select(Setting).where(Setting.organization_id == unit.id, Setting.valid_from == day)
    return list(work.session.exec(statement.execution_options(scoped="of a reached unit")).all())


def _in_force(work: Work, unit: Organization, day: date) -> SettingsRead:
    rulebook = rules.load(work.session, [unit.path])
    units = _units_above(work, unit)
    return SettingsRead(
        organization=OrganizationBrief.model_validate(unit),
        on=day,
        items=list(_items(rulebook, unit, day, units)),
    )


def _items(
    rulebook: Rulebook, unit: Organization, day: date, units: Mapping[str, OrganizationBrief]
) -> Iterator[SettingRead]:
    values = rulebook.at(unit.path, day).model_dump(mode="json")
    sources = rulebook.sources(unit.path, day)
    for name in Rules.model_fields:
        source = sources.get(name)
        yield SettingRead(
            name=name,
            value=values[name],
            valid_from=source.valid_from if source else None,
            organization=units[source.path] if source else None,
        )


def _units_above(work: Work, unit: Organization) -> dict[str, OrganizationBrief]:
    """The unit itself and all above it, by path: a decision is known with whoever took it."""
    statement = select(Organization).where(col(Organization.path).in_(rules.ancestry(unit.path)))
    found = work.session.exec(statement.execution_options(scoped="above a reached unit"))
    return {each.path: OrganizationBrief.model_validate(each) for each in found}


def _cells_below(work: Work, unit: Organization) -> list[UUID]:
    statement = pick(Organization.id).where(
        within_branch(unit.path), col(Organization.kind) == OrganizationKind.CELL
    )
    found = work.session.execute(statement.execution_options(scoped="below a reached unit"))
    return list(found.scalars())
