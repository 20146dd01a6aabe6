"""The one paper that every meeting of the demonstration was prepared with."""

from collections.abc import Iterable
from io import BytesIO

import typst
from sqlalchemy import insert

from app.core.ids import new_id
from app.core.text import fold
from app.files.kinds import FileKind
from app.models import Document, Meeting
from app.services import uploads
from app.work import Work

TITLE = "Tài liệu sinh hoạt chi bộ"
FILE_NAME = "tai-lieu-sinh-hoat.pdf"
_SOURCE = f"""
#set document(title: "{TITLE}", date: none)
#set page(paper: "a4", margin: 2.5cm)
#set text(lang: "vi", size: 13pt)
= {TITLE}
+ Đánh giá việc thực hiện nhiệm vụ tháng trước.
+ Nhiệm vụ trọng tâm tháng này và phân công đảng viên.
+ Nội dung học tập và thảo luận.

_Tài liệu minh họa, không có thật._
"""


def put(work: Work, meetings: Iterable[Meeting]) -> None:
    """A document for each meeting that had one in its time; the bytes are kept once for all."""
    pdf = typst.compile(_SOURCE.encode(), format="pdf")
    paper = uploads.keep(BytesIO(pdf), FILE_NAME, frozenset({FileKind.PDF}))
    rows = [
        {
            "id": new_id(),
            "created_at": meeting.documents_published_at,
            "version": 1,
            "organization_id": meeting.organization_id,
            "meeting_id": meeting.id,
            "title": TITLE,
            "search_text": fold(TITLE),
            "file_name": paper.file_name,
            "media_type": paper.kind.media_type,
            "size": paper.kept.size,
            "digest": paper.kept.digest,
            "published_at": meeting.documents_published_at,
        }
        for meeting in meetings
        if meeting.documents_published_at is not None
    ]
    if rows:
        work.session.connection().execute(insert(Document), rows)
