"""What the default forms share: the head of a party paper, its title and its signatures."""

from typing import Final

from docx.document import Document as Draft
from docx.shared import Pt
from docx.table import _Cell

from app.papers.drafting import CENTER, Column, Piece, bold, columns, fill, italic, write

TASK_COLUMNS: Final = (
    Column("Nhiệm vụ", 7.5, "{{ task.task }}"),
    Column("Người phụ trách", 5, "{{ task.owner }}"),
    Column("Thời hạn", 3.5, "{{ task.due_on }}", is_centred=True),
)

_HEAD_WIDTHS: Final = (7.5, 8.5)
_HALVES: Final = (8.0, 8.0)


def write_head(draft: Draft, number: str) -> None:
    """`number` stands where the paper has none yet."""
    (cell, party), (reference, day) = columns(draft, _HEAD_WIDTHS, rows=2)
    fill(cell, "{{ head.parent|upper }}", bold("{{ head.cell|upper }}"), "*")
    fill(party, Piece("ĐẢNG CỘNG SẢN VIỆT NAM", is_bold=True, is_underlined=True))
    fill(reference, f'Số {{{{ head.number or "{number}" }}}}')
    fill(day, italic("{{ head.place }}, {{ head.day }}"))


def write_title(draft: Draft, form: str) -> None:
    first = write(draft, bold(form), align=CENTER)
    first.paragraph_format.space_before, first.paragraph_format.space_after = Pt(18), Pt(0)
    about = write(draft, bold("{{ title }}"), align=CENTER)
    about.paragraph_format.space_after = Pt(0)
    write(draft, "-----", align=CENTER)


def sign_two(draft: Draft) -> None:
    taker, chair = side_by_side(draft)
    sign(taker, "minute_taker_signature", bold("THƯ KÝ"))
    sign(chair, "chair_signature", bold("CHỦ TRÌ"))


def side_by_side(draft: Draft) -> tuple[_Cell, _Cell]:
    ((left, right),) = columns(draft, _HALVES, rows=1)
    return left, right


def sign(cell: _Cell, signature: str, *titles: Piece) -> None:
    """Room for a hand; or, once confirmed on the service, when that was."""
    fill(
        cell,
        *titles,
        italic("(ký, ghi rõ họ tên)"),
        "",
        Piece(
            f"{{% if {signature}.confirmed_at %}}Đã xác nhận lúc "
            f"{{{{ {signature}.confirmed_at }}}}{{% endif %}}",
            is_italic=True,
            size=12,
        ),
        "",
        bold(f"{{{{ {signature}.full_name }}}}"),
    )
