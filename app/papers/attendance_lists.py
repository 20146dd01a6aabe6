"""The default form of an attendance list: the roll of a meeting, filled in or left to tick."""

from docx.document import Document as Draft

from app.papers.drafting import CENTER, Column, heading, statement, table, write
from app.papers.frame import sign_two, write_head, write_title

_OPEN = "……"

_LINE_COLUMNS = (
    Column("STT", 1.1, "{{ line.number }}", is_centred=True),
    Column("Họ và tên", 4.1, "{{ line.full_name }}"),
    Column("Diện", 2.6, "{{ line.standing }}", is_centred=True),
    Column("Giờ có mặt", 1.5, "{{ line.came_at }}", is_centred=True),
    Column("Trạng thái", 2.7, "{{ line.status }}", is_centred=True),
    Column("Lý do", 2.2, "{{ line.reason }}"),
    Column("Chữ ký", 1.8, ""),
)
_GUEST_COLUMNS = (
    Column("STT", 1.1, "{{ loop.index }}", is_centred=True),
    Column("Họ và tên", 4.9, "{{ guest.full_name }}"),
    Column("Chức vụ, đơn vị", 6.2, "{{ guest.position }}"),
    Column("Giờ có mặt", 1.6, "{{ guest.came_at }}", is_centred=True),
    Column("Chữ ký", 2.2, ""),
)


def write_attendance_list(draft: Draft) -> None:
    write_head(draft, "…-DS/CB")
    write_title(draft, "DANH SÁCH ĐIỂM DANH")
    write(draft, "Thời gian: {{ starts_at }}, {{ day }}", align=CENTER)
    write(draft, "Địa điểm: {{ place }}", align=CENTER)
    table(draft, "line in lines", _LINE_COLUMNS)
    _write_totals(draft)
    statement(draft, "if exempt")
    heading(draft, "Đảng viên được miễn sinh hoạt (không tính vào tỷ lệ)")
    table(draft, "line in exempt", _LINE_COLUMNS)
    statement(draft, "endif")
    statement(draft, "if guests")
    heading(draft, "Cấp trên dự và khách mời (không tính vào tỷ lệ)")
    table(draft, "guest in guests", _GUEST_COLUMNS)
    statement(draft, "endif")
    sign_two(draft)


def _write_totals(draft: Draft) -> None:
    write(
        draft,
        "Triệu tập: {{ totals.summoned }} (chính thức: {{ totals.official }}; dự bị: "
        "{{ totals.probationary }}; sinh hoạt tạm thời: {{ totals.temporary }}). "
        "Miễn sinh hoạt: {{ totals.exempt }}.",
    )
    write(
        draft,
        f"Có mặt: {_counted('present')}. Vắng: {_counted('absent')}; có lý do: "
        f"{_counted('absent_excused')}; không lý do: {_counted('absent_unexcused')}. "
        f"Tỷ lệ có mặt: {_counted('attendance')}."
        "{% if totals.unmarked and not is_blank %} Chưa điểm danh: {{ totals.unmarked }}."
        "{% endif %}",
    )


def _counted(total: str) -> str:
    """What is only known after the roll call stays open on a blank list."""
    return f'{{{{ "{_OPEN}" if is_blank else totals.{total} }}}}'
