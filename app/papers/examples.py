"""A paper of each kind with every name filled, and one with nothing in it, to try templates on."""

from typing import Any, Final, get_origin, get_type_hints

from app.papers.contexts import (
    CONTEXTS,
    Absence,
    AttendanceList,
    Guest,
    Letterhead,
    Minutes,
    Opinion,
    Paper,
    PaperKind,
    PastTask,
    Resolution,
    RollLine,
    Signature,
    Task,
    Totals,
    Vote,
)
from app.papers.report_examples import MONTHLY_REPORT

_DAY: Final = "ngày 05 tháng 5 năm 2026"
_PLACE: Final = "Nhà văn hóa thôn Đông Hà"
_CHAIR: Final = Signature(full_name="Nguyễn Thị Đào", confirmed_at="20:15 ngày 05/05/2026")
_TAKER: Final = Signature(full_name="Trần Văn Kha", confirmed_at="20:40 ngày 05/05/2026")
_SUPERIOR: Final = Guest(
    full_name="Phạm Quốc Tường", position="Ủy viên Ban Thường vụ Đảng ủy xã", came_at="19:25"
)
_GUEST: Final = Guest(full_name="Hoàng Thị Ước", position="Trưởng thôn", came_at="19:28")
_TOTALS: Final = Totals(
    summoned=6,
    official=4,
    probationary=1,
    temporary=1,
    present=4,
    absent=2,
    absent_excused=1,
    absent_unexcused=1,
    exempt=1,
    unmarked=0,
    attendance="66,67 %",
)
_VOTE: Final = Vote(
    subject="Thông qua nghị quyết tháng 5",
    in_favour=3,
    against=0,
    abstained=1,
    base=4,
    percent="75,00 %",
    outcome="Thông qua",
)
_TASKS: Final = (
    Task(
        task="Vận động nhân dân đóng góp làm đường thôn",
        owner="Lê Văn Bảy",
        due_on="30/05/2026",
    ),
    Task(task="Rà soát hộ khó khăn", owner="Đỗ Thị Hường", due_on="25/05/2026"),
)


def example(kind: PaperKind) -> Paper:
    return _EXAMPLES[kind]


def empty(kind: PaperKind) -> Paper:
    """No text, no line, and nothing counted."""
    paper: Paper = _empty(CONTEXTS[kind])
    return paper


def _empty(kind: Any) -> Any:
    if get_origin(kind) is tuple:
        return ()
    if kind in (str, int, bool):
        return kind()
    return kind(**{name: _empty(part) for name, part in get_type_hints(kind).items()})


def _head(number: str) -> Letterhead:
    return Letterhead(
        parent="Đảng bộ xã Bình Minh",
        cell="Chi bộ thôn Đông Hà",
        number=number,
        place="Bình Minh",
        day=_DAY,
    )


def _line(number: int, full_name: str, **said: str) -> RollLine:
    usual = {"standing": "Chính thức", "came_at": "", "status": "Có mặt", "reason": ""}
    return RollLine(number=number, full_name=full_name, **(usual | said))


_EXAMPLES: Final[dict[PaperKind, Paper]] = {
    PaperKind.MINUTES: Minutes(
        head=_head("05-BB/CB"),
        title="Sinh hoạt chi bộ thường kỳ tháng 5 năm 2026",
        day=_DAY,
        began_at="19:30",
        ended_at="21:10",
        minutes_long=100,
        place=_PLACE,
        held_as="Sinh hoạt toàn chi bộ",
        totals=_TOTALS,
        absences=(
            Absence(full_name="Vũ Thị Ngọc Ánh", status="Vắng có lý do", reason="Đi công tác"),
            Absence(full_name="Bùi Văn Sửu", status="Vắng không lý do", reason=""),
        ),
        exempt=("Đặng Văn Ổn",),
        chair="Nguyễn Thị Đào, Bí thư chi bộ",
        minute_taker="Trần Văn Kha, Phó Bí thư chi bộ",
        superiors=(_SUPERIOR,),
        guests=(_GUEST,),
        agenda=(
            "Đánh giá kết quả thực hiện nhiệm vụ tháng 4",
            "Phương hướng, nhiệm vụ tháng 5",
            "Thảo luận và biểu quyết",
        ),
        past_tasks=(
            PastTask(task="Tổng vệ sinh đường làng", result="Hoàn thành"),
            PastTask(task="Thu hồ sơ hộ khó khăn", result="Đạt 12/15 hộ, tiếp tục trong tháng 5"),
        ),
        assessment="Chi bộ hoàn thành cơ bản nhiệm vụ tháng 4.\nCòn một việc chậm tiến độ.",
        direction="Tập trung làm đường thôn.\nGiữ vững an ninh trật tự trong kỳ nghỉ lễ.",
        tasks=_TASKS,
        discussion="Các ý kiến nhất trí với dự thảo và bổ sung về tiến độ làm đường.",
        votes=(_VOTE,),
        score="92",
        rating="Tốt",
        documents=("Nghị quyết số 12-NQ/ĐU về phát triển đường giao thông nông thôn",),
        conclusion="Chi bộ thống nhất các nội dung đã biểu quyết.",
        opinions=(
            Opinion(full_name="Lê Văn Bảy", text="Đề nghị khởi công trước ngày 15/05/2026."),
            Opinion(full_name="Đỗ Thị Hường", text="Đề nghị xã hỗ trợ xi măng."),
        ),
        minute_taker_signature=_TAKER,
        chair_signature=_CHAIR,
    ),
    PaperKind.RESOLUTION: Resolution(
        head=_head("05-NQ/CB"),
        form="Nghị quyết",
        title="Về nhiệm vụ tháng 5 năm 2026",
        meeting="sinh hoạt chi bộ thường kỳ tháng 5 năm 2026",
        bases=(
            "Điều lệ Đảng Cộng sản Việt Nam",
            "Nghị quyết số 12-NQ/ĐU về phát triển đường giao thông nông thôn",
        ),
        content="Làm xong nền đường thôn trong tháng 5.\nHỗ trợ ba hộ khó khăn sửa nhà.",
        vote=_VOTE,
        tasks=_TASKS,
        effect="Nghị quyết có hiệu lực từ ngày ký.",
        recipients=("Đảng ủy xã (để báo cáo)", "Đảng viên trong chi bộ", "Lưu chi bộ"),
        position="Bí thư",
        signature=_CHAIR,
    ),
    PaperKind.ATTENDANCE_LIST: AttendanceList(
        head=_head("05-DS/CB"),
        title="Sinh hoạt chi bộ thường kỳ tháng 5 năm 2026",
        starts_at="19:30",
        day=_DAY,
        place=_PLACE,
        is_blank=False,
        lines=(
            _line(1, "Vũ Thị Ngọc Ánh", status="Vắng có lý do", reason="Đi công tác"),
            _line(2, "Lê Văn Bảy", came_at="19:21"),
            _line(3, "Nguyễn Thị Đào", came_at="19:15"),
            _line(4, "Đỗ Thị Hường", came_at="19:34", standing="Sinh hoạt tạm thời"),
            _line(5, "Trần Văn Kha", came_at="19:18"),
            _line(6, "Bùi Văn Sửu", standing="Dự bị", status="Vắng không lý do"),
        ),
        exempt=(_line(1, "Đặng Văn Ổn", standing="Miễn", status="Miễn", reason="Tuổi cao"),),
        guests=(_SUPERIOR, _GUEST),
        totals=_TOTALS,
        minute_taker_signature=_TAKER,
        chair_signature=_CHAIR,
    ),
    PaperKind.MONTHLY_REPORT: MONTHLY_REPORT,
}
