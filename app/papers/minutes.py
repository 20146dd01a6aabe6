"""The default form of minutes: biên bản sinh hoạt chi bộ."""

from docx.document import Document as Draft

from app.papers.drafting import (
    CENTER,
    Column,
    bold,
    heading,
    statement,
    table,
    write,
    write_each,
)
from app.papers.frame import TASK_COLUMNS, sign_two, write_head, write_title


def write_minutes(draft: Draft) -> None:
    write_head(draft, "…-BB/CB")
    write_title(draft, "BIÊN BẢN")
    _write_circumstances(draft)
    _write_attendance(draft)
    _write_programme(draft)
    _write_past(draft)
    _write_plans(draft)
    _write_votes(draft)
    _write_end(draft)
    sign_two(draft)
    _write_appendix(draft)


def _write_circumstances(draft: Draft) -> None:
    write(
        draft,
        "Thời gian: từ {{ began_at }} đến {{ ended_at }}, {{ day }} ({{ minutes_long }} phút).",
    )
    write(draft, "Địa điểm: {{ place }}. Hình thức: {{ held_as }}.")
    write(draft, "Chủ trì: {{ chair }}.")
    write(draft, "Thư ký: {{ minute_taker }}.")
    for word, names in (("Cấp trên dự", "superiors"), ("Khách mời", "guests")):
        statement(draft, f"for guest in {names}")
        write(
            draft,
            f"{word}: {{{{ guest.full_name }}}}"
            "{% if guest.position %}, {{ guest.position }}{% endif %}.",
        )
        statement(draft, "endfor")


def _write_attendance(draft: Draft) -> None:
    heading(draft, "Thành phần")
    write(
        draft,
        "Tổng số đảng viên được triệu tập: {{ totals.summoned }} (chính thức: "
        "{{ totals.official }}; dự bị: {{ totals.probationary }}; sinh hoạt tạm thời: "
        "{{ totals.temporary }}). Miễn sinh hoạt: {{ totals.exempt }}"
        '{% if exempt %} ({{ exempt|join(", ") }}){% endif %}.',
    )
    write(
        draft,
        "Có mặt: {{ totals.present }} (đạt {{ totals.attendance }}). Vắng: {{ totals.absent }}; "
        "có lý do: {{ totals.absent_excused }}; không lý do: {{ totals.absent_unexcused }}."
        "{% if totals.unmarked %} Chưa điểm danh: {{ totals.unmarked }}.{% endif %}",
    )
    write_each(
        draft,
        "absence in absences",
        "- {{ absence.full_name }}: {{ absence.status }}"
        "{% if absence.reason %} ({{ absence.reason }}){% endif %}.",
    )


def _write_programme(draft: Draft) -> None:
    statement(draft, "if agenda")
    heading(draft, "Chương trình")
    statement(draft, "endif")
    write_each(draft, "item in agenda", "{{ loop.index }}. {{ item }}")
    statement(draft, "if documents")
    heading(draft, "Văn bản được phổ biến, quán triệt")
    statement(draft, "endif")
    write_each(draft, "document in documents", "- {{ document }}")


def _write_past(draft: Draft) -> None:
    heading(draft, "I. Đánh giá việc thực hiện nhiệm vụ")
    statement(draft, "if past_tasks")
    table(
        draft,
        "item in past_tasks",
        (
            Column("Nhiệm vụ", 9, "{{ item.task }}"),
            Column("Kết quả, tiến độ", 7, "{{ item.result }}"),
        ),
    )
    statement(draft, "endif")
    write(draft, "{{ assessment }}")


def _write_plans(draft: Draft) -> None:
    heading(draft, "II. Phương hướng, nhiệm vụ")
    write(draft, "{{ direction }}")
    heading(draft, "III. Phân công nhiệm vụ")
    statement(draft, "if tasks")
    table(draft, "task in tasks", TASK_COLUMNS)
    statement(draft, "endif")


def _write_votes(draft: Draft) -> None:
    heading(draft, "Thảo luận")
    write(draft, "{{ discussion }}")
    statement(draft, "if votes")
    heading(draft, "Biểu quyết")
    table(
        draft,
        "vote in votes",
        (
            Column("Nội dung", 4.6, "{{ vote.subject }}"),
            Column("Tán thành", 1.8, "{{ vote.in_favour }}", is_centred=True),
            Column("Không tán thành", 1.9, "{{ vote.against }}", is_centred=True),
            Column("Không có ý kiến", 1.9, "{{ vote.abstained }}", is_centred=True),
            Column("Tổng số", 1.5, "{{ vote.base }}", is_centred=True),
            Column("Tỷ lệ", 1.9, "{{ vote.percent }}", is_centred=True),
            Column("Kết quả", 2.4, "{{ vote.outcome }}", is_centred=True),
        ),
    )
    statement(draft, "endif")


def _write_end(draft: Draft) -> None:
    heading(draft, "IV. Tự chấm điểm, xếp loại buổi sinh hoạt")
    write(
        draft,
        '{% if score %}Số điểm: {{ score }}. {% endif %}Xếp loại: {{ rating or "…" }} '
        "(Tốt, Khá, Trung bình, Kém).",
    )
    heading(draft, "Kết luận")
    write(draft, "{{ conclusion }}")
    write(
        draft,
        "Buổi sinh hoạt kết thúc lúc {{ ended_at }} cùng ngày. Biên bản đã được đọc lại cho "
        "toàn thể chi bộ nghe và nhất trí thông qua.",
    )


def _write_appendix(draft: Draft) -> None:
    statement(draft, "if opinions")
    write(draft, bold("PHỤ LỤC"), align=CENTER).paragraph_format.page_break_before = True
    write(draft, bold("Ý kiến phát biểu"), align=CENTER)
    statement(draft, "endif")
    write_each(
        draft,
        "opinion in opinions",
        "{{ loop.index }}. {{ opinion.full_name }}: {{ opinion.text }}",
    )
