"""The default form of a resolution or a conclusion of a cell."""

from docx.document import Document as Draft

from app.papers.drafting import (
    CENTER,
    LEFT,
    Piece,
    bold,
    fill,
    heading,
    statement,
    table,
    write,
    write_each,
)
from app.papers.frame import TASK_COLUMNS, side_by_side, sign, write_head, write_title


def write_resolution(draft: Draft) -> None:
    write_head(draft, "…-NQ/CB")
    write_title(draft, "{{ form|upper }}")
    write_each(draft, "basis in bases", "- Căn cứ {{ basis }};")
    write(draft, "Tại buổi {{ meeting }}, chi bộ thảo luận và thống nhất:")
    write(draft, bold("{{ form|upper }}"), align=CENTER)
    write(draft, "{{ content }}")
    statement(draft, "if tasks")
    heading(draft, "Phân công thực hiện")
    table(draft, "task in tasks", TASK_COLUMNS)
    statement(draft, "endif")
    statement(draft, "if vote.base")
    write(
        draft,
        "{{ form }} được biểu quyết với {{ vote.in_favour }}/{{ vote.base }} đảng viên tán thành "
        "(đạt {{ vote.percent }}); không tán thành: {{ vote.against }}; không có ý kiến: "
        "{{ vote.abstained }}.",
    )
    statement(draft, "endif")
    write(draft, "{{ effect }}")
    _write_foot(draft)


def _write_foot(draft: Draft) -> None:
    recipients, signature = side_by_side(draft)
    fill(
        recipients,
        Piece("Nơi nhận:", is_italic=True, is_underlined=True),
        "{%p for recipient in recipients %}",
        "- {{ recipient }};",
        "{%p endfor %}",
        align=LEFT,
    )
    sign(signature, "signature", bold("T/M CHI BỘ"), bold("{{ position|upper }}"))
