"""The register of purposes, as members read it. Whoever changes a word makes a new edition."""

from typing import Final

from app.schemas.purposes import PurposeRead

_PERSONAL_DATA: Final = "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15"
_DECREE: Final = "Nghị định số 356/2025/NĐ-CP"
_STATUTES: Final = "Điều lệ Đảng Cộng sản Việt Nam"
_APP: Final = "Quy định số 339-QĐ/TW ngày 10/7/2025 của Ban Bí thư"
_SECURITY: Final = "Luật An ninh mạng số 116/2025/QH15"
_LEADERS: Final = "Bí thư, phó bí thư, người thay bí thư và chi ủy của chi bộ"
_ABOVE: Final = "Cấp ủy, văn phòng và cán bộ kiểm tra của các tổ chức đảng cấp trên trực tiếp"
_ONESELF: Final = "Chính đảng viên"

NOTICE: Final = (
    "Việc là đảng viên và tham gia sinh hoạt đảng là dữ liệu cá nhân nhạy cảm. Hệ thống chỉ xử lý "
    "dữ liệu cho các mục đích dưới đây, theo quy định của Đảng và pháp luật; không bán, không chia "
    "sẻ cho bên thứ ba, không dùng để quảng cáo, không thu thập vị trí và sinh trắc học."
)
RIGHTS: Final = (
    "Biết dữ liệu nào của mình được xử lý, để làm gì, theo căn cứ nào.",
    "Xem và nhận bản sao mọi dữ liệu hệ thống đang giữ về mình.",
    "Đề nghị đính chính; được trả lời trong 2 ngày làm việc, giải quyết trong 10 ngày làm việc.",
    "Biết chức danh và đơn vị nào đã xem dữ liệu bảo mật của mình, khi nào và vì sao.",
    "Khiếu nại, tố cáo, yêu cầu bồi thường theo pháp luật.",
)
PURPOSES: Final = (
    PurposeRead(
        code="membership",
        title="Quản lý đảng viên và tổ chức đảng",
        basis=[_STATUTES, _APP, _PERSONAL_DATA, _DECREE],
        data=[
            "Họ tên, giới tính, ngày sinh, ngày vào Đảng, ngày chính thức",
            "Số thẻ đảng viên, số định danh, số điện thoại (mã hóa; che đối với người khác)",
            "Chi bộ, chức vụ, chuyển sinh hoạt, miễn sinh hoạt",
        ],
        readers=[_ONESELF, _LEADERS, _ABOVE],
        kept="Trong thời gian là đảng viên và theo thời hạn lưu trữ hồ sơ đảng viên.",
    ),
    PurposeRead(
        code="meetings",
        title="Tổ chức sinh hoạt chi bộ và điểm danh",
        basis=[_STATUTES, _APP, _PERSONAL_DATA],
        data=[
            "Điểm danh, báo vắng và lý do, giấy tờ kèm theo, kiến nghị về điểm danh",
            "Tài liệu đã đọc, nhiệm vụ được giao, tên trong biên bản",
        ],
        readers=[_ONESELF, _LEADERS, _ABOVE],
        kept="Theo thời hạn lưu trữ hồ sơ sinh hoạt chi bộ.",
    ),
    PurposeRead(
        code="reports",
        title="Thống kê, báo cáo lên cấp trên",
        basis=[_STATUTES, _APP],
        data=["Số đếm theo chi bộ, theo tháng; danh sách người còn thiếu để đôn đốc"],
        readers=[_LEADERS, _ABOVE],
        kept="Số liệu đã khóa được giữ lâu dài, không nêu tên người.",
    ),
    PurposeRead(
        code="notices",
        title="Thông báo và nhắc việc",
        basis=[_APP],
        data=["Thông báo đã gửi và đã đọc; lịch cá nhân nếu đảng viên tự bật"],
        readers=[_ONESELF],
        kept="Theo các thời hạn nêu dưới đây.",
    ),
    PurposeRead(
        code="security",
        title="Bảo vệ tài khoản và hệ thống",
        basis=[_SECURITY, _PERSONAL_DATA],
        data=[
            "Thiết bị và phiên đăng nhập, lần dùng cuối, mạng truy cập (không lưu địa chỉ đầy đủ)",
            "Lần đăng nhập sai, nhật ký thao tác",
        ],
        readers=[_ONESELF, "Cán bộ kiểm tra, đối với nhật ký thao tác"],
        kept="Theo các thời hạn nêu dưới đây; nhật ký ít nhất 12 tháng.",
    ),
    PurposeRead(
        code="rights",
        title="Bảo đảm quyền của chủ thể dữ liệu",
        basis=[_PERSONAL_DATA, _DECREE],
        data=["Nhật ký xem dữ liệu bảo mật, đề nghị đính chính, lần đã đọc thông báo này"],
        readers=[_ONESELF, "Chi bộ và văn phòng, đối với đề nghị đính chính"],
        kept="Theo các thời hạn nêu dưới đây.",
    ),
)
