"""What the rows of a history of meetings say, and what is wrong with them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.core.errors import Invalid
from app.workbooks.meetings import MeetingLine, parse
from app.workbooks.reading import read
from app.workbooks.tables import Table
from tests.factories.workbooks import HISTORY_HEADER, Formula, make_history, make_workbook

#: As a cell of a workbook holds it: of no zone.
EVENING = datetime.combine(date(2026, 2, 3), time(19, 30))
CELL = "97.001.001.000.001"


def row(**said: Any) -> list[Any]:
    ordinary = {
        "cell": CELL,
        "kind": "Thường kỳ",
        "starts": "03/02/2026 19:30",
        "ends": "21:00",
        "place": "Nhà văn hóa",
        "number": "970080000001",
        "name": "Hoàng Thị Mận",
        "status": "Có mặt",
        "reason": None,
    }
    return list((ordinary | said).values())


def table(*rows: list[Any]) -> Table[MeetingLine]:
    return parse(read(make_history(*rows)))


def faults(*rows: list[Any]) -> list[list[tuple[str, str]]]:
    return [[(error.column, error.code) for error in each.errors] for each in table(*rows).rows]


def line(**said: Any) -> MeetingLine:
    [one] = table(row(**said)).rows
    assert one.line is not None, one.errors
    return one.line


class TestALine:
    def test_says_when_where_and_who(self) -> None:
        assert line(status="vang co ly do", reason="Đi công tác") == MeetingLine(
            organization=CELL,
            kind="regular",
            starts_at=datetime(2026, 2, 3, 12, 30, tzinfo=UTC),
            ends_at=datetime(2026, 2, 3, 14, tzinfo=UTC),
            place="Nhà văn hóa",
            number="970080000001",
            full_name="Hoàng Thị Mận",
            status="absent_excused",
            reason="Đi công tác",
        )

    @pytest.mark.parametrize("starts", ["3/2/2026 19h30", "03/02/2026 19:30", EVENING])
    def test_a_moment_is_written_in_several_ways(self, starts: Any) -> None:
        assert line(starts=starts).starts_at == datetime(2026, 2, 3, 12, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "ends", [None, "21h00", "03/02/2026 21:00", EVENING + timedelta(minutes=90)]
    )
    def test_an_end_may_be_an_hour_or_missing(self, ends: Any) -> None:
        told = None if ends is None else datetime(2026, 2, 3, 14, tzinfo=UTC)
        assert line(ends=ends).ends_at == told

    def test_columns_that_may_be_empty_may_be_missing(self) -> None:
        dropped = {3, 4, 8}
        header = [cell for place, cell in enumerate(HISTORY_HEADER) if place not in dropped]
        cells = [cell for place, cell in enumerate(row()) if place not in dropped]

        [one] = parse(read(make_workbook([header, cells]))).rows

        assert one.line is not None
        assert (one.line.ends_at, one.line.place, one.line.reason) == (None, None, None)

    @pytest.mark.parametrize("missing", ["Mã chi bộ", "Loại", "Ngày giờ", "Trạng thái"])
    def test_a_column_that_is_needed_is_missed(self, missing: str) -> None:
        place = HISTORY_HEADER.index(missing)
        rows = [[*cells[:place], *cells[place + 1 :]] for cells in (HISTORY_HEADER, row())]

        with pytest.raises(Invalid):
            parse(read(make_workbook(rows)))


class TestFaults:
    @pytest.mark.parametrize(
        ("said", "column", "code"),
        [
            ({"cell": None}, "Mã chi bộ", "required"),
            ({"kind": "Bất thường"}, "Loại", "unknown_value"),
            ({"starts": None}, "Ngày giờ", "required"),
            ({"starts": date(2026, 2, 3)}, "Ngày giờ", "invalid_moment"),
            ({"starts": "03/02/2026"}, "Ngày giờ", "invalid_moment"),
            ({"starts": "30/02/2026 19:30"}, "Ngày giờ", "invalid_moment"),
            ({"starts": "03/02/1026 19:30"}, "Ngày giờ", "invalid_moment"),
            ({"starts": "03/02/2026 24:00"}, "Ngày giờ", "invalid_moment"),
            ({"starts": 46056.8125}, "Ngày giờ", "invalid_moment"),
            ({"ends": "19:30"}, "Kết thúc", "ends_before_start"),
            ({"ends": "18:00"}, "Kết thúc", "ends_before_start"),
            ({"ends": "05/02/2026 19:31"}, "Kết thúc", "ends_before_start"),
            ({"ends": "chín giờ"}, "Kết thúc", "invalid_moment"),
            ({"number": 970080000001.5}, "Số thẻ hoặc số định danh", "leading_zeros_lost"),
            ({"number": "12345"}, "Số thẻ hoặc số định danh", "invalid_card_number"),
            ({"name": "A\u202eB"}, "Họ và tên", "forbidden_character"),
            ({"status": "Có lẽ"}, "Trạng thái", "unknown_value"),
            ({"status": Formula("=1", "Có mặt")}, "Trạng thái", "formula"),
            ({"reason": "x" * 201}, "Lý do", "too_long"),
        ],
    )
    def test_each_names_its_column(self, said: dict[str, Any], column: str, code: str) -> None:
        assert faults(row(**said)) == [[(column, code)]]

    def test_a_member_stands_once_on_a_sheet(self) -> None:
        found = faults(row(), row(), row(starts="03/03/2026 19:30"))

        assert found[2] == []
        assert found[:2] == [[("Số thẻ hoặc số định danh", "duplicate_in_file")]] * 2

    def test_rows_of_a_meeting_say_the_same_of_it(self) -> None:
        """Two meetings of a cell at the same minute among them."""
        one, other = "970080000001", "970080000002"

        kinds = faults(row(number=one), row(number=other, kind="Chuyên đề"))
        places = faults(row(number=one), row(number=other, place="Hội trường"))
        silent = faults(row(number=one), row(number=other, place=None, ends=None))

        assert kinds == [[("Loại", "contradiction")]] * 2
        assert places == [[("Địa điểm", "contradiction")]] * 2
        assert silent == [[], []]

    def test_a_bad_row_takes_its_meeting_along_and_no_other(self) -> None:
        found = faults(
            row(number="970080000001"),
            row(number="970080000002", status="?"),
            row(number="970080000001", starts=EVENING + timedelta(days=28)),
        )

        assert found == [
            [("Ngày giờ", "meeting_incomplete")],
            [("Trạng thái", "unknown_value")],
            [],
        ]

    def test_a_time_of_the_day_is_no_moment(self) -> None:
        assert faults(row(starts=time(19, 30))) == [[("Ngày giờ", "invalid_moment")]]
