"""What one cell says: a value, nothing, or a fault; nothing is guessed and nothing defaulted."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TypeVar

from app.core.text import fold, has_forbidden_characters, nfc
from app.workbooks.reading import FORMULA_MARK, Cell

MAX_LENGTH = 200
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)

Value = TypeVar("Value")

_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|NUM!|DIV/0!|NULL!|SPILL!|CALC!)")
_PERSONAL_ID = re.compile(r"[0-9]{12}")
_OLD_CARD = re.compile(r"[0-9]{6,8}")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,31}")
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_HOUR = re.compile(r"([01]?[0-9]|2[0-3])[:hg]([0-5][0-9])")
_MINUTE = timedelta(minutes=1)
_INCOMPLETE_DAY = re.compile(r"(?:(?:[0-9]{1,2}/)?(?:00?/)?|00?/[0-9]{1,2}/)[0-9]{4}")


class Fault(Enum):
    """Why a cell is refused: the stable code, and the words for the office."""

    REQUIRED = "required", "Chưa nhập ô bắt buộc."
    NOT_TEXT = "not_text", "Ô phải là văn bản."
    TOO_LONG = "too_long", "Văn bản dài quá 200 ký tự."
    FORBIDDEN_CHARACTER = "forbidden_character", "Có ký tự điều khiển hoặc ký tự ẩn."
    FORMULA = "formula", "Ô chứa công thức; hãy dán giá trị."
    ERROR_VALUE = "error_value", "Ô chứa lỗi của Excel."
    UNKNOWN_VALUE = "unknown_value", "Giá trị không có trong danh mục."
    LEADING_ZEROS_LOST = (
        "leading_zeros_lost",
        "Excel đã lưu thành số nên có thể mất số 0 ở đầu; hãy nhập lại dạng văn bản.",
    )
    INVALID_PERSONAL_ID = "invalid_personal_id", "Phải gồm đúng 12 chữ số."
    INVALID_CARD_NUMBER = (
        "invalid_card_number",
        "Phải là 12 chữ số định danh hoặc số thẻ cũ gồm 6 đến 8 chữ số.",
    )
    CARD_NUMBER_MISMATCH = "card_number_mismatch", "Số thẻ mới phải trùng số định danh cá nhân."
    INVALID_DATE = "invalid_date", "Không phải ngày hợp lệ dạng dd/mm/yyyy."
    INCOMPLETE_DATE = "incomplete_date", "Ngày chưa đủ ngày, tháng, năm."
    DATE_OUT_OF_RANGE = "date_out_of_range", "Ngày phải từ năm 1900 đến năm 2100."
    DATE_IN_FUTURE = "date_in_future", "Ngày chưa đến."
    ADMITTED_TOO_YOUNG = "admitted_too_young", "Vào Đảng khi chưa đủ 18 tuổi."
    OFFICIAL_BEFORE_ADMITTED = "official_before_admitted", "Ngày chính thức trước ngày vào Đảng."
    DELETION_REQUESTED = (
        "deletion_requested",
        "Việc nhập tệp không xóa ai; hãy bỏ đề nghị xóa hoặc bỏ dòng này.",
    )
    INVALID_MOMENT = "invalid_moment", "Phải có ngày và giờ, dạng dd/mm/yyyy hh:mm."
    ENDS_BEFORE_START = "ends_before_start", "Giờ kết thúc phải sau giờ bắt đầu, trong 24 giờ."
    CONTRADICTION = "contradiction", "Các dòng của cùng một cuộc họp ghi khác nhau."
    MEETING_INCOMPLETE = (
        "meeting_incomplete",
        "Một dòng khác của cuộc họp này không hợp lệ nên cả cuộc họp chưa được nhận.",
    )
    INVALID_CODE = "invalid_code", "Mã gồm 1 đến 32 chữ số, chữ cái, dấu chấm, dấu gạch ngang."
    CIRCLE = "circle", "Tổ chức cấp trên tạo thành vòng khép kín."

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail


def text(cell: Cell) -> str | Fault | None:
    if not isinstance(cell, str):
        return Fault.NOT_TEXT
    words = nfc(" ".join(cell.split()))
    return _text_fault(words) or words or None


def _text_fault(words: str) -> Fault | None:
    fault = None
    if words.startswith(FORMULA_MARK):
        fault = Fault.FORMULA
    elif len(words) > MAX_LENGTH:
        fault = Fault.TOO_LONG
    elif has_forbidden_characters(words):
        fault = Fault.FORBIDDEN_CHARACTER
    elif words.startswith("#") and _ERROR_VALUE.fullmatch(words):
        fault = Fault.ERROR_VALUE
    return fault


def personal_id(cell: Cell) -> str | Fault | None:
    digits = _digits(cell, 12)
    is_wrong = isinstance(digits, str) and not _PERSONAL_ID.fullmatch(digits)
    return Fault.INVALID_PERSONAL_ID if is_wrong else digits


def card_number(cell: Cell) -> str | Fault | None:
    """A new number is the personal id; an old one is stored without its dots and spaces."""
    number = _digits(cell, 12)
    if not isinstance(number, str) or _PERSONAL_ID.fullmatch(number):
        return number
    old = number.replace(".", "").replace(" ", "")
    return old if _OLD_CARD.fullmatch(old) else Fault.INVALID_CARD_NUMBER


def code_or_name(cell: Cell) -> str | Fault | None:
    """As a number, only a whole code of 14 digits has surely kept its zeros."""
    return _digits(cell, 14)


def code(cell: Cell) -> str | Fault | None:
    written = code_or_name(cell)
    is_wrong = isinstance(written, str) and not _CODE.fullmatch(written)
    return Fault.INVALID_CODE if is_wrong else written


def deletion(cell: Cell) -> Fault | None:
    is_empty = isinstance(cell, str) and not cell.strip()
    return None if is_empty else Fault.DELETION_REQUESTED


def _digits(cell: Cell, length: int) -> str | Fault | None:
    if not isinstance(cell, float):
        return text(cell)
    digits = f"{cell:.0f}"
    is_sure = cell.is_integer() and cell > 0 and len(digits) == length
    return digits if is_sure else Fault.LEADING_ZEROS_LOST


def one_of(words: Mapping[str, Value]) -> Callable[[Cell], Value | Fault | None]:
    """Read a word of a list, however it is cased and accented."""
    known = {fold(word): value for word, value in words.items()}

    def say(cell: Cell) -> Value | Fault | None:
        word = text(cell)
        return known.get(fold(word), Fault.UNKNOWN_VALUE) if isinstance(word, str) else word

    return say


def day(cell: Cell) -> date | Fault | None:
    said = _written_day(cell) if isinstance(cell, str) else _real_day(cell)
    is_far = isinstance(said, date) and not FIRST_DAY <= said <= LAST_DAY
    return Fault.DATE_OUT_OF_RANGE if is_far else said


def _real_day(cell: Cell) -> date | Fault:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    is_year = isinstance(cell, float) and cell.is_integer() and 1900 <= cell <= 2100
    return Fault.INCOMPLETE_DATE if is_year else Fault.INVALID_DATE


def _written_day(cell: str) -> date | Fault | None:
    words = text(cell)
    return _spelled_day(words) if isinstance(words, str) else words


def _spelled_day(words: str) -> date | Fault:
    if _INCOMPLETE_DAY.fullmatch(words):
        return Fault.INCOMPLETE_DATE
    spelled = _DAY.fullmatch(words)
    try:
        return date(*map(int, spelled.group(3, 2, 1))) if spelled else Fault.INVALID_DATE
    except ValueError:
        return Fault.INVALID_DATE


def moment(cell: Cell) -> datetime | Fault | None:
    """A local day with its hour, to the minute; a day alone says not enough."""
    if isinstance(cell, datetime):
        return _to_the_minute(cell)
    words = text(cell) if isinstance(cell, str) else Fault.INVALID_MOMENT
    if not isinstance(words, str):
        return words
    written, _, hour = words.partition(" ")
    on, at = _spelled_day(written), _spelled_hour(hour)
    is_whole = isinstance(on, date) and isinstance(at, time) and FIRST_DAY <= on <= LAST_DAY
    return datetime.combine(on, at) if is_whole else Fault.INVALID_MOMENT  # type: ignore[arg-type]  # both were told


def moment_or_hour(cell: Cell) -> datetime | time | Fault | None:
    """The same, or an hour of the day that another cell tells."""
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, str) and isinstance(hour := _spelled_hour(cell.strip()), time):
        return hour
    return moment(cell)


def _spelled_hour(words: str) -> time | Fault:
    spelled = _HOUR.fullmatch(words)
    return time(int(spelled[1]), int(spelled[2])) if spelled else Fault.INVALID_MOMENT


def _to_the_minute(said: datetime) -> datetime | Fault:
    """A spreadsheet counts in fractions of a day: half past seven may lie just before it."""
    if not FIRST_DAY <= said.date() <= LAST_DAY:
        return Fault.DATE_OUT_OF_RANGE
    rounded = said + _MINUTE / 2
    return rounded.replace(second=0, microsecond=0)
