"""Which Word file a paper is written by: the nearest committee's, else the service's own."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import case
from sqlmodel import col, func, select

from app.core.clock import local_date
from app.core.errors import Invalid
from app.core.paging import Filters, Order, Page
from app.files.kinds import FileKind
from app.models import Organization, PaperKind, Template
from app.papers.defaults import default
from app.papers.validation import Omission
from app.policies.permissions import Permission
from app.schemas.templates import InForceQuery, TemplateFields, TemplateQuery
from app.services import branches, uploads
from app.services.rules import ancestry
from app.services.uploads import Upload
from app.work import Work

KINDS = frozenset({FileKind.DOCX})
NEWEST_FIRST = Order((col(Template.created_at), col(Template.id)), descending=True)
FILTERS: Filters = {"kind": lambda kinds: col(Template.kind).in_(kinds)}


def expect_allowed(work: Work, data: TemplateFields) -> Organization:
    """The unit that may be given a template; its papers of past days stay as they were."""
    unit = work.fetch(Permission.TEMPLATE_CREATE, Organization, data.organization_id)
    if data.valid_from is not None and data.valid_from < local_date(work.now):
        raise Invalid.at(
            "/valid_from", "in_the_past", "Ngày hiệu lực đã qua.", "This day has passed."
        )
    return unit


def create(
    work: Work, data: TemplateFields, upload: Upload, left_out: Sequence[Omission]
) -> Template:
    unit = expect_allowed(work, data)
    made = select(func.max(Template.number)).where(
        Template.organization_id == unit.id, Template.kind == data.kind
    )
    last = work.session.execute(made.execution_options(scoped="of a reached unit")).scalar() or 0
    template = work.add(
        Template(
            organization_id=unit.id,
            kind=data.kind,
            number=last + 1,
            valid_from=data.valid_from or local_date(work.now),
            file_name=upload.file_name,
            size=upload.kept.size,
            digest=upload.kept.digest,
            left_out=[omission.code for omission in left_out],
            uploaded_by=work.actor.account_id,
            created_at=work.now,
        )
    )
    work.record("template.created", template, kind=data.kind, number=template.number)
    return template


def search(work: Work, query: TemplateQuery) -> Page[Template]:
    statement = branches.within(work, Permission.TEMPLATE_READ, Template, query.organization_id)
    return work.search(statement, query, FILTERS, NEWEST_FIRST)


def get(work: Work, template_id: UUID) -> Template:
    return work.fetch(Permission.TEMPLATE_READ, Template, template_id)


def show_in_force(work: Work, kind: PaperKind, query: InForceQuery) -> bytes:
    """The template to begin one's own from."""
    unit = work.fetch(Permission.TEMPLATE_READ, Organization, query.organization_id)
    return b"".join(in_force(work, unit, kind, query.on or local_date(work.now)))


def in_force(work: Work, unit: Organization, kind: PaperKind, day: date) -> Iterator[bytes]:
    """What papers of this kind are written by, in this unit and on this day."""
    return content(kind, digest_in_force(work, unit, kind, day))


def digest_in_force(work: Work, unit: Organization, kind: PaperKind, day: date) -> str | None:
    """The bytes of that by their digest; None where the service's own is in force."""
    paths = ancestry(unit.path)
    nearest = case({path: at for at, path in enumerate(paths)}, value=col(Organization.path))
    statement = (
        select(Template.digest)
        .join(Organization, col(Organization.id) == Template.organization_id)
        .where(col(Organization.path).in_(paths), Template.kind == kind, Template.valid_from <= day)
        .order_by(nearest.desc(), col(Template.valid_from).desc(), col(Template.number).desc())
        .limit(1)
    ).execution_options(scoped="templates hold for whoever is below")
    digest: str | None = work.session.execute(statement).scalar_one_or_none()
    return digest


def content(kind: PaperKind, digest: str | None) -> Iterator[bytes]:
    return iter([default(kind)]) if digest is None else uploads.content(digest)
