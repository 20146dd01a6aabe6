"""Files that no row names any more, or never came to name."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import union
from sqlmodel import Session, col, select

from app.core import walls
from app.files.store import orphans, store
from app.models import AbsenceReport, Document, Report, ReportKind, Template

#: Longer than any transaction, and than any hesitation over a restored backup.
SPARED = timedelta(days=7)


@walls.beyond("whatever names a file keeps it")
def named(session: Session) -> set[str]:
    """The digests of all files that some row names."""
    statement: Any = union(
        select(Document.digest),
        select(Template.digest),
        select(AbsenceReport.attachment_digest).where(
            col(AbsenceReport.attachment_digest).is_not(None)
        ),
        select(col(Report.content)["file"].as_string()).where(Report.kind == ReportKind.COMMITTEE),
    ).execution_options(scoped="whatever names a file keeps it")
    return set(session.execute(statement).scalars())


def sweep(session: Session, now: datetime, *, remove: bool) -> int:
    """Remove, or only count, the files of seven days ago that nothing names; how many there are."""
    found = orphans(store(), named(session), now - SPARED)
    if remove:
        for digest in found:
            store().delete(digest)
        store().remove_unfinished(now - SPARED)
    return len(found)
