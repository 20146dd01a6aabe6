"""How a broken rule is put to a person: Vietnamese first, English beside it."""

from collections.abc import Mapping
from typing import Any

#: By status: Vietnamese, English.
TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Yêu cầu sai định dạng", "Malformed request"),
    401: ("Chưa xác thực", "Not authenticated"),
    403: ("Không có quyền", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Phương thức không được hỗ trợ", "Method not allowed"),
    409: ("Mâu thuẫn dữ liệu", "Conflict"),
    410: ("Đã hết hiệu lực", "Gone"),
    412: ("Dữ liệu đã thay đổi", "Changed meanwhile"),
    413: ("Dữ liệu quá lớn", "Too large"),
    415: ("Loại dữ liệu không được hỗ trợ", "Unsupported media type"),
    422: ("Dữ liệu không hợp lệ", "Invalid data"),
    428: ("Cần If-Match", "If-Match required"),
    429: ("Quá nhiều yêu cầu", "Too many requests"),
    500: ("Lỗi hệ thống", "Internal error"),
    503: ("Hệ thống đang bận", "Service unavailable"),
}

_WRONG = ("Giá trị không hợp lệ.", "This value is not valid.")
_RULES: Mapping[str, tuple[str, str, str]] = {
    "missing": ("required", "Trường này là bắt buộc.", "This field is required."),
    "extra_forbidden": ("unknown_field", "Trường này không tồn tại.", "There is no such field."),
    "string_type": ("not_text", "Phải là chuỗi ký tự.", "This must be text."),
    "string_too_short": ("too_short", "Quá ngắn.", "This is too short."),
    "string_too_long": ("too_long", "Quá dài.", "This is too long."),
    "string_pattern_mismatch": ("wrong_format", "Sai định dạng.", "This has the wrong format."),
    "too_long": ("too_many", "Quá nhiều phần tử.", "There are too many items."),
    "too_short": ("too_few", "Quá ít phần tử.", "There are too few items."),
    "enum": ("unknown_value", "Giá trị không thuộc danh mục.", "This value is not in the list."),
    "literal_error": (
        "unknown_value",
        "Giá trị không thuộc danh mục.",
        "This value is not in the list.",
    ),
    "uuid_parsing": ("not_an_id", "Không phải mã định danh.", "This is no identifier."),
    "uuid_type": ("not_an_id", "Không phải mã định danh.", "This is no identifier."),
    "int_parsing": ("not_a_number", "Phải là số nguyên.", "This must be a whole number."),
    "int_type": ("not_a_number", "Phải là số nguyên.", "This must be a whole number."),
    "bool_type": ("not_a_boolean", "Phải là true hoặc false.", "This must be true or false."),
    "greater_than_equal": ("too_small", "Giá trị quá nhỏ.", "This is too small."),
    "less_than_equal": ("too_large", "Giá trị quá lớn.", "This is too large."),
    "timezone_aware": (
        "no_offset",
        "Thời điểm phải kèm múi giờ.",
        "A moment needs its offset.",
    ),
    "date_out_of_range": (
        "date_out_of_range",
        "Ngày phải nằm trong khoảng 1900 đến 2100.",
        "The date must lie between 1900 and 2100.",
    ),
    "forbidden_characters": (
        "forbidden_characters",
        "Có ký tự không được phép.",
        "There are characters that are not allowed.",
    ),
    "password_length": (
        "password_length",
        "Mật khẩu phải có từ 15 đến 256 ký tự.",
        "A password takes 15 to 256 characters.",
    ),
    "repeated": ("repeated", "Chỉ được ghi một lần.", "This may be given once only."),
    "phone": (
        "not_a_phone",
        "Không phải số điện thoại Việt Nam.",
        "This is no telephone number of Viet Nam.",
    ),
    "votes_on_resolution": (
        "votes_on_resolution",
        "Chỉ một lần biểu quyết là về nghị quyết.",
        "One vote at most is on the resolution.",
    ),
    "one_of": (
        "one_of",
        "Chọn đúng một trong các trường.",
        "Give exactly one of the fields.",
    ),
}
_GROUPS: Mapping[str, tuple[str, str, str]] = {
    "date_": ("not_a_day", "Phải là ngày dạng YYYY-MM-DD.", "This must be a day, YYYY-MM-DD."),
    "datetime_": (
        "not_a_moment",
        "Phải là thời điểm RFC 3339.",
        "This must be an RFC 3339 moment.",
    ),
    "model_": ("not_an_object", "Phải là một đối tượng JSON.", "This must be a JSON object."),
    "dict_": ("not_an_object", "Phải là một đối tượng JSON.", "This must be a JSON object."),
    "list_": ("not_a_list", "Phải là một danh sách.", "This must be a list."),
}


def wording_of(fault: Mapping[str, Any]) -> tuple[str, str, str]:
    """Stable code, Vietnamese, English of one fault that the schemas found."""
    kind = str(fault["type"])
    if kind in _RULES:
        return _RULES[kind]
    for prefix, wording in _GROUPS.items():
        if kind.startswith(prefix):
            return wording
    return ("invalid", *_WRONG)
