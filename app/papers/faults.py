"""What may be wrong with a template that an office uploads."""

from enum import Enum
from typing import Final

from app.core.errors import Invalid

_LONGEST_PLACE: Final = 120


class Fault(Enum):
    """The stable code, and the words, in which `{}` is the place."""

    UNREADABLE = (
        "template_unreadable",
        "Tệp không phải là văn bản Word (.docx) đọc được.",
        "The file is not a readable Word document (.docx).",
    )
    TOO_LARGE = (
        "template_too_large",
        "Mẫu quá lớn hoặc cho ra văn bản quá lớn.",
        "The template, or what it makes, is too large.",
    )
    ACTIVE = (
        "template_active",
        "Mẫu không được chứa macro, đối tượng nhúng, trường tự chạy hoặc liên kết ra ngoài: {}.",
        "A template may not hold macros, embedded objects, active fields or outside links: {}.",
    )
    BROKEN = (
        "template_broken",
        "Mẫu viết sai ở chỗ: {}.",
        "The template is wrongly written at: {}.",
    )
    FORBIDDEN = (
        "template_forbidden",
        "Mẫu chỉ được dùng tên có sẵn, if và for; sai ở chỗ: {}.",
        "A template may only use the names it is given, if and for; wrong at: {}.",
    )
    UNKNOWN_NAME = (
        "template_unknown_name",
        "Loại giấy tờ này không có tên: {}.",
        "This kind of paper does not offer the name: {}.",
    )
    MISSING_FIELD = (
        "template_missing_field",
        "Mẫu thiếu thông tin bắt buộc: {}.",
        "The template lacks the obligatory field: {}.",
    )
    EMPTY = (
        "template_empty",
        "Mẫu không có nội dung.",
        "The template has no content.",
    )

    def __init__(self, code: str, vi: str, en: str) -> None:
        self.code = code
        self.vi = vi
        self.en = en


def refuse(fault: Fault, *places: str) -> Invalid:
    """One error for each place, or one without a place."""
    return Invalid(errors=[_error(fault, place[:_LONGEST_PLACE]) for place in places or ("",)])


def _error(fault: Fault, place: str) -> dict[str, str]:
    vi, en = fault.vi.format(place), fault.en.format(place)
    return {"pointer": "/file", "code": fault.code, "vi": vi, "en": en}
