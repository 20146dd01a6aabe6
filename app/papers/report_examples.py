"""A monthly report with every name filled, to try templates on."""

from typing import Final

from app.papers.contexts import Band, Comparison, MonthlyReport, ReportHead, ReportLine


def _line(number: str, unit: str, **said: str) -> ReportLine:
    usual = {
        "cells": "19",
        "cells_met": "18",
        "cells_met_percent": "94,74 %",
        "cells_not_met": "1",
        "accounts": "355",
        "activated": "350",
        "activated_percent": "98,59 %",
        "not_activated": "5",
        "summoned": "340",
        "present": "323",
        "present_percent": "95,00 %",
        "excused": "12",
        "unexcused": "5",
        "documents_on_time": "17",
        "cells_met_on_time": "16",
    }
    return ReportLine(number=number, unit=unit, **(usual | said))


MONTHLY_REPORT: Final = MonthlyReport(
    head=ReportHead(
        parent="Đảng bộ tỉnh Hoa Mai",
        organ="Đảng ủy xã Bình Minh",
        form="Biểu số 01",
        place="Bình Minh",
        day="ngày 05 tháng 6 năm 2026",
    ),
    span="tháng 5 năm 2026",
    as_of="05/06/2026",
    lines=(
        _line("1", "Đảng bộ bộ phận thôn Đông Hà"),
        _line("2", "Chi bộ Trường Trung học cơ sở", cells="1", cells_met="1"),
    ),
    total=_line("", "Tổng cộng", cells="20", cells_met="19", cells_met_percent="95,00 %"),
    bands=(
        Band(at_least="80%", reached="2", base="2", percent="100,00 %"),
        Band(at_least="50%", reached="2", base="2", percent="100,00 %"),
    ),
    comparisons=(
        Comparison(
            measure="Chi bộ sinh hoạt thành công",
            now="19",
            base_now="20",
            percent_now="95,00 %",
            before="17",
            base_before="20",
            percent_before="85,00 %",
            change="111,76 %",
        ),
    ),
)
