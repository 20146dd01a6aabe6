"""What the fields of a member's row are called in a sentence."""

from collections.abc import Mapping
from typing import Final

FIELD_WORDS: Final[Mapping[str, str]] = {
    "full_name": "họ và tên",
    "sex": "giới tính",
    "born_on": "ngày sinh",
    "admitted_on": "ngày vào Đảng",
    "official_on": "ngày chính thức",
    "card_number": "số thẻ đảng viên",
    "personal_id": "số định danh cá nhân",
    "phone": "số điện thoại",
}
