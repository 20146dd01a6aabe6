"""The known workbooks: which columns each has, and on which row they stand."""

from dataclasses import dataclass
from enum import StrEnum

NUMBER = "STT"
OLD_ID = "ID"
FULL_NAME = "Họ và tên"
OTHER_NAME = "Tên khác"
SEX = "Giới tính"
BORN_ON = "Sinh ngày"
ETHNICITY = "Dân tộc"
RELIGION = "Tôn giáo"
PERSONAL_ID = "Số định danh cá nhân"
CARD_NUMBER = "Số thẻ Đảng"
CARD_ISSUER = "Nơi cấp"
CARD_ISSUED_ON = "Ngày cấp thẻ"
NEW_CARD_NUMBER = "Số thẻ theo QĐ 85"
ORGANIZATION = "Tổ chức Đảng sinh hoạt"
ADMITTED_ON = "Ngày vào Đảng"
OFFICIAL_ON = "Ngày chính thức"
OLD_PERSONAL_ID = "CMND cũ"
STATE = "Trạng thái hoạt động"
STATE_ON = "Ngày rời/mất/miễn"
DELETION = "Đề nghị xóa"
VERDICT = "Kết quả kiểm tra"
DETAIL = "Chi tiết lỗi"

# A column of a group is named "group: part"; the group stands on row 6, the part on row 7.
PARTS = ("Tỉnh, thành phố", "Xã, phường", "Thôn, tổ, số nhà")
BIRTH_REGISTRATION = tuple(f"Nơi đăng ký khai sinh: {part}" for part in PARTS)
HOMETOWN = tuple(f"Quê quán: {part}" for part in PARTS)
RESIDENCE = tuple(f"Thường trú: {part}" for part in PARTS)

SHORT_CARD_NUMBER = "Số thẻ Đảng viên"
SHORT_PERSONAL_ID = "Số CCCD"
SHORT_BORN_ON = "Ngày sinh"
SHORT_ADMITTED_ON = "Ngày kết nạp"
SHORT_ORGANIZATION = "Chi bộ đang sinh hoạt"
SHORT_RESIDENCE = "Chi bộ nơi cư trú"
SHORT_STATE = "Trạng thái"

CELL = "Mã chi bộ"
MEETING_KIND = "Loại"
STARTS_AT = "Ngày giờ"
ENDS_AT = "Kết thúc"
PLACE = "Địa điểm"
MEMBER_NUMBER = "Số thẻ hoặc số định danh"
MARK = "Trạng thái"
REASON = "Lý do"

CODE = "code"
NAME = "name"
KIND = "kind"
UNIT_TYPE = "unit_type"
PARENT_CODE = "parent_code"


class Layout(StrEnum):
    FULL_LIST = "full_list"
    SHORT_EXPORT = "short_export"
    ORGANIZATIONS = "organizations"
    MEETINGS = "meetings"


@dataclass(frozen=True, slots=True)
class Format:
    """Rows are counted as Excel counts them, from 1."""

    sheet: str
    header_row: int
    first_row: int
    columns: tuple[str, ...]
    required: frozenset[str]  # no row may leave these empty
    known_by: frozenset[str]  # a header without these is not this workbook's


_FULL_REQUIRED = frozenset(
    [
        *(FULL_NAME, SEX, BORN_ON, ETHNICITY, RELIGION, PERSONAL_ID, CARD_NUMBER),
        *(ORGANIZATION, ADMITTED_ON, STATE),
    ]
)
_SHORT_REQUIRED = frozenset(
    [
        *(FULL_NAME, SHORT_CARD_NUMBER, SHORT_PERSONAL_ID, SHORT_BORN_ON),
        *(SHORT_ADMITTED_ON, SHORT_ORGANIZATION, SHORT_STATE),
    ]
)
_HISTORY_REQUIRED = frozenset((CELL, MEETING_KIND, STARTS_AT, MEMBER_NUMBER, FULL_NAME, MARK))

FORMATS = {
    Layout.FULL_LIST: Format(
        sheet="Đảng viên",
        header_row=6,
        first_row=8,
        columns=(
            *(NUMBER, OLD_ID, FULL_NAME, OTHER_NAME, SEX, BORN_ON, ETHNICITY, RELIGION),
            *(PERSONAL_ID, CARD_NUMBER, CARD_ISSUER, CARD_ISSUED_ON, NEW_CARD_NUMBER),
            *(ORGANIZATION, *BIRTH_REGISTRATION, *HOMETOWN, *RESIDENCE),
            *(ADMITTED_ON, OFFICIAL_ON, OLD_PERSONAL_ID, STATE, STATE_ON),
            *(DELETION, VERDICT, DETAIL),
        ),
        required=_FULL_REQUIRED,
        known_by=_FULL_REQUIRED | {NEW_CARD_NUMBER, OFFICIAL_ON, STATE_ON, DELETION},
    ),
    Layout.SHORT_EXPORT: Format(
        sheet="DS_DANGVIEN",
        header_row=1,
        first_row=2,
        columns=(
            *(FULL_NAME, SHORT_CARD_NUMBER, SHORT_PERSONAL_ID, SHORT_BORN_ON),
            *(SHORT_ADMITTED_ON, SHORT_ORGANIZATION, SHORT_RESIDENCE, SHORT_STATE),
        ),
        required=_SHORT_REQUIRED,
        known_by=_SHORT_REQUIRED,
    ),
    Layout.ORGANIZATIONS: Format(
        sheet="Tổ chức đảng",
        header_row=1,
        first_row=2,
        columns=(CODE, NAME, KIND, UNIT_TYPE, PARENT_CODE),
        required=frozenset((CODE, NAME, KIND)),
        known_by=frozenset((CODE, NAME, KIND, UNIT_TYPE, PARENT_CODE)),
    ),
    Layout.MEETINGS: Format(
        sheet="Lịch sử sinh hoạt",
        header_row=1,
        first_row=2,
        columns=(
            *(CELL, MEETING_KIND, STARTS_AT, ENDS_AT, PLACE),
            *(MEMBER_NUMBER, FULL_NAME, MARK, REASON),
        ),
        required=_HISTORY_REQUIRED,
        known_by=_HISTORY_REQUIRED,
    ),
}
