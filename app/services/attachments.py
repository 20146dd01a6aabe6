"""What a member shows with an absence report: a letter, a photograph of one."""

from uuid import UUID

from app.core.errors import NotFound
from app.files.kinds import FileKind
from app.models import AbsenceReport
from app.policies.permissions import Permission
from app.services import absence_reports
from app.services.uploads import Upload
from app.work import Work

KINDS = frozenset({FileKind.PDF, FileKind.PNG, FileKind.JPEG})


def expect_allowed(work: Work, absence_report_id: UUID) -> AbsenceReport:
    """A standing report that the caller may write, of a meeting not handed up yet."""
    report = work.fetch(Permission.ABSENCE_REPORT_CREATE, AbsenceReport, absence_report_id)
    absence_reports.expect_open(work, report)
    return report


def attach(work: Work, absence_report_id: UUID, upload: Upload) -> AbsenceReport:
    """One file a report; another takes its place."""
    report = expect_allowed(work, absence_report_id)
    report.attachment_digest = upload.kept.digest
    report.attachment_name = upload.file_name
    report.attachment_type = upload.kind.media_type
    report.attachment_key = upload.key
    work.record("absence_report.attached", report, digest=upload.kept.digest)
    return report


def get(work: Work, absence_report_id: UUID) -> AbsenceReport:
    """The report whose attachment is asked for; `NotFound` when it has none."""
    report = work.fetch(Permission.ABSENCE_REPORT_READ, AbsenceReport, absence_report_id)
    if report.attachment_digest is None:
        raise NotFound
    return report
