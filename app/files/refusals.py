"""Why an uploaded file is not taken, in words."""

from app.core.errors import Invalid, UnsupportedMediaType

_WORDS = {
    "file_empty": ("Tệp rỗng.", "The file is empty."),
    "file_unreadable": (
        "Tệp bị hỏng, không đọc được.",
        "The file is damaged and cannot be read.",
    ),
    "wrong_extension": (
        "Phần mở rộng của tên tệp không khớp với nội dung tệp.",
        "The extension of the file's name does not fit its content.",
    ),
    "file_disguised": (
        "Tệp có dữ liệu lạ ở ngoài nội dung chính; hãy lưu lại tệp rồi tải lên.",
        "The file carries foreign data around its content; save it anew, then upload it.",
    ),
    "file_encrypted": (
        "Tệp được đặt mật khẩu hoặc mã hóa; hãy bỏ mật khẩu rồi tải lên.",
        "The file is encrypted or has a password; remove it, then upload the file.",
    ),
    "file_active": (
        "Tệp chứa macro, mã lệnh hoặc tệp nhúng; hãy lưu thành PDF thường rồi tải lên.",
        "The file carries macros, scripts or embedded files; save it as a plain PDF first.",
    ),
    "file_too_long": (
        "Tài liệu quá dài, không kiểm tra hết được; hãy tách nhỏ tài liệu rồi tải lên.",
        "The document is too long to be looked through; split it, then upload the parts.",
    ),
    "image_too_big": (
        "Ảnh có cạnh dài quá 20.000 điểm ảnh.",
        "A side of the image is longer than 20,000 pixels.",
    ),
}


class UnknownKind(UnsupportedMediaType):
    """The content is none of the kinds that are taken."""

    vi = "Chỉ nhận tệp PDF, Word (.docx), Excel (.xlsx), ảnh PNG hoặc JPEG."
    en = "Only PDF, Word (.docx), Excel (.xlsx), PNG and JPEG files are taken."


def unfit(code: str) -> Invalid:
    """The refusal of the field `file` with this code."""
    vi, en = _WORDS[code]
    return Invalid.at("/file", code, vi, en)
