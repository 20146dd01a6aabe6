"""What the plans of every kind of import share: a state for each row, and reasons to refuse it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import SQLModel

from app.core.errors import Conflict
from app.core.selects import portions
from app.models import RowState
from app.work import Work
from app.workbooks.columns import FORMATS, Layout
from app.workbooks.tables import CellError

Line = TypeVar("Line")

_CODE_GROUPS = (2, 3, 3, 3, 3)


class DataMoved(Conflict):
    vi = "Dữ liệu đã thay đổi sau khi xem trước; hãy tải tệp lên lại."
    en = "The data moved since the preview; upload the file again."


class Reason(Enum):
    """Why a readable row is refused: the stable code, and the words for the office."""

    UNKNOWN_ORGANIZATION = (
        "unknown_organization",
        "Không tìm thấy tổ chức này trong phạm vi của người nhập.",
    )
    AMBIGUOUS_ORGANIZATION = (
        "ambiguous_organization",
        "Có nhiều tổ chức cùng tên; hãy ghi mã tổ chức.",
    )
    NOT_A_CELL = "not_a_cell", "Đảng viên sinh hoạt tại chi bộ; tổ chức này không phải là chi bộ."
    NOT_IN_REACH = "not_in_reach", "Đã có ở nơi ngoài phạm vi của người nhập."
    IDENTITY_CONFLICT = (
        "identity_conflict",
        "Số định danh, số thẻ, họ tên và ngày sinh không cùng chỉ một đảng viên đã có.",
    )
    CARD_NUMBER_SUPERSEDED = (
        "card_number_superseded",
        "Số thẻ cũ; đảng viên này đã có số thẻ 12 chữ số.",
    )
    POSSIBLE_DUPLICATE = (
        "possible_duplicate",
        "Chi bộ đã có đảng viên cùng họ tên và ngày sinh; cần người kiểm tra.",
    )
    RECORDED_DECEASED = "recorded_deceased", "Đảng viên này đã được ghi nhận từ trần."
    ALREADY_GONE = "already_gone", "Người đã rời Đảng hoặc từ trần thì không nhập mới."
    STATE_DATE_UNKNOWN = (
        "state_date_unknown",
        "Mẫu này không cho biết ngày của trạng thái; hãy dùng File nhập liệu 4.0.",
    )
    CLOSED = "closed", "Tổ chức này đã kết thúc hoạt động."
    KIND_CHANGED = "kind_changed", "Loại tổ chức khác với loại đã có."
    MOVED = "moved", "Tổ chức cấp trên khác với hiện có; hãy chuyển tổ chức bằng một quyết định."
    UNKNOWN_PARENT = "unknown_parent", "Không tìm thấy tổ chức cấp trên trong tệp và trong phạm vi."
    PARENT_REJECTED = "parent_rejected", "Dòng của tổ chức cấp trên không hợp lệ."
    PARENT_REQUIRED = "parent_required", "Phải ghi mã tổ chức cấp trên."
    WRONG_LEVEL = "wrong_level", "Loại tổ chức này không thể trực thuộc tổ chức cấp trên đã ghi."
    DUPLICATE = "duplicate_in_file", "Mã tổ chức này đã có ở một dòng khác."
    UNKNOWN_MEMBER = "unknown_member", "Không có đảng viên mang số này tại chi bộ."
    NOT_ON_ROSTER = (
        "not_on_roster",
        "Ngày đó đảng viên không thuộc diện triệu tập của chi bộ.",
    )
    CELL_NOT_VALID = "cell_not_valid", "Chi bộ không hoạt động vào ngày này."
    NOT_YET_HELD = "not_yet_held", "Cuộc họp này chưa diễn ra."
    PERIOD_LOCKED = "period_locked", "Kỳ này đã chốt; cần cấp trên mở lại cho đơn vị."
    MEETING_EXISTS = (
        "meeting_exists",
        "Chi bộ đã có cuộc họp khác vào giờ này, hoặc đã có cuộc họp thường kỳ trong tháng.",
    )
    SECOND_IN_MONTH = "second_in_month", "Tệp có hai cuộc họp thường kỳ của chi bộ trong một tháng."
    SAID_NOT_HELD = "said_not_held", "Chi bộ đã báo không sinh hoạt trong tháng này."
    MEETING_INCOMPLETE = (
        "meeting_incomplete",
        "Một dòng khác của cuộc họp này không hợp lệ nên cả cuộc họp chưa được nhận.",
    )

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail

    def at(self, column: str) -> CellError:
        return CellError(column, self.code, self.detail)


@dataclass(frozen=True)
class Lines(Generic[Line]):
    """The readable rows of a file, and the plain cells of the others."""

    layout: Layout
    rows: Sequence[tuple[int, Line]]
    unreadable: Sequence[Sequence[str | None]] = ()

    def unreadable_column(self, column: str) -> set[str]:
        """What the other rows say in one column."""
        place = FORMATS[self.layout].columns.index(column)
        return {text.strip() for cells in self.unreadable if (text := cells[place])}


@dataclass(slots=True, kw_only=True)
class Plan(Generic[Line]):
    """What would become of one row. `place_id` is the cell, or the unit above, that it names."""

    row_number: int
    line: Line
    state: RowState
    errors: Sequence[CellError] = ()
    subject_id: UUID | None = None
    subject_version: int | None = None
    place_id: UUID | None = None

    def refuse(self, *errors: CellError) -> None:
        self.state = RowState.REJECTED
        self.errors = (*self.errors, *errors)


def code_key(code: str) -> str:
    """Codes of 14 digits are written with and without dots; both are one code."""
    digits = code.replace(".", "")
    return digits if _is_full_code(digits) else code


def code_spellings(code: str) -> set[str]:
    """Every way in which a stored unit may write this code."""
    digits = iter(code.replace(".", ""))
    if not _is_full_code(code_key(code)):
        return {code}
    return {code, code_key(code), ".".join("".join(islice(digits, n)) for n in _CODE_GROUPS)}


def insert_all(work: Work, model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows whose every column is given: no object is made of them, no default asked."""
    for portion in portions(rows):
        work.session.connection().execute(insert(model), portion)


def _is_full_code(digits: str) -> bool:
    return len(digits) == sum(_CODE_GROUPS) and digits.isascii() and digits.isdigit()
