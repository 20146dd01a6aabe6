"""Files that no row names any more, or never came to name."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import union
from sqlmodel import Session, col, select

from app.files.store import orphans, store
from app.models import AbsenceReport, Document, Report, ReportKind, Template

#: Longer than any transaction, and than any hesitation over a restored backup.
SPARED = timedelta(days=7)


def sweep(session: Session, now: datetime, *, remove: bool) -> int:
    """Remove, or only count, the files of seven days ago that nothing names; how many there are."""
    named: Any = union(
        select(Document.digest),
        select(Template.digest),
        select(AbsenceReport.attachment_digest).where(
            col(AbsenceReport.attachment_digest).is_not(None)
        ),
        select(col(Report.content)["file"].as_string()).where(Report.kind == ReportKind.COMMITTEE),
    ).execution_options(scoped="whatever names a file keeps it")
    known = set(session.execute(named).scalars())
    found = orphans(store(), known, now - SPARED)
    if remove:
        for digest in found:
            store().delete(digest)
        store().remove_unfinished(now - SPARED)
    return len(found)
