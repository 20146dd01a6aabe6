"""The stored figures of a month as a workbook, as a paper, and as plain rows."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.core import numbers
from app.papers.contexts import Band, Comparison, MonthlyReport, ReportHead, ReportLine
from app.papers.rendering import render
from app.workbooks.csv_files import write_csv
from app.workbooks.monthly_columns import BANDS, COLUMNS, shares, values_of
from app.workbooks.monthly_reports import Line, Monthly, write_monthly
from app.workbooks.printing import Letterhead

FORM: Final = "Biểu số 01"
_Counts = Mapping[str, int]


def workbook(content: Mapping[str, Any], span: str, made_on: date) -> bytes:
    head = Letterhead(content["parent"], content["organ"], content["place"], made_on, FORM)
    return write_monthly(
        Monthly(
            head=head,
            unit=content["unit"],
            span=span,
            lines=_lines(content),
            own=content["own"],
            year_before=content["year_before"],
        )
    )


def csv_file(content: Mapping[str, Any]) -> bytes:
    """One row for each unit, then their sum; shares with a decimal comma, as numbers."""
    lines = _lines(content)
    total = Line("Tổng cộng", "", _sums(lines))
    return write_csv(
        [
            [_title(place) for place in range(len(COLUMNS))],
            *(_plain(place, line) for place, line in enumerate(lines, start=1)),
            _plain(None, total),
        ]
    )


def paper(content: Mapping[str, Any], span: str, made_on: date, template: bytes) -> bytes:
    lines = _lines(content)
    own, before = content["own"], content["year_before"]
    return render(
        template,
        MonthlyReport(
            head=head_of(content, made_on, form=FORM),
            span=span,
            as_of=numbers.day(made_on),
            lines=tuple(
                _in_words(str(place), line.name, line.counts)
                for place, line in enumerate(lines, start=1)
            ),
            total=_in_words("", "Tổng cộng", _sums(lines)),
            bands=tuple(_bands(lines)),
            comparisons=tuple(_comparisons(own, before or dict.fromkeys(own, 0))),
        ),
    )


def head_of(content: Mapping[str, Any], made_on: date, *, form: str) -> ReportHead:
    return ReportHead(
        parent=content["parent"],
        organ=content["organ"],
        form=form,
        place=content["place"],
        day=numbers.long_day(made_on),
    )


def _lines(content: Mapping[str, Any]) -> list[Line]:
    return [Line(each["name"], each["code"], each["counts"]) for each in content["rows"]]


def _sums(lines: list[Line]) -> dict[str, int]:
    names = [column.counted for column in COLUMNS if column.counted]
    return {name: sum(line.counts[name] for line in lines) for name in names}


def _title(place: int) -> str:
    column = COLUMNS[place]
    return f"{column.group}: {column.title}" if column.group else column.title


def _plain(number: int | None, line: Line) -> list[str | int | float | None]:
    counted = [
        value if value is None or not COLUMNS[place].is_share else round(value * 100, 2)
        for place, value in enumerate(values_of(line.counts))
    ]
    return [number, line.name, *counted[2:-1], line.code]


def _in_words(number: str, unit: str, counts: _Counts) -> ReportLine:
    def share(above: str, below: str) -> str:
        return numbers.share(counts[above], counts[below])

    return ReportLine(
        number=number,
        unit=unit,
        cells=numbers.whole(counts["cells"]),
        cells_met=numbers.whole(counts["cells_met"]),
        cells_met_percent=share("cells_met", "cells"),
        cells_not_met=numbers.whole(counts["cells"] - counts["cells_met"]),
        accounts=numbers.whole(counts["accounts"]),
        activated=numbers.whole(counts["accounts_activated"]),
        activated_percent=share("accounts_activated", "accounts"),
        not_activated=numbers.whole(counts["accounts"] - counts["accounts_activated"]),
        summoned=numbers.whole(counts["summoned"]),
        present=numbers.whole(counts["present"]),
        present_percent=share("present", "summoned"),
        excused=numbers.whole(counts["excused"]),
        unexcused=numbers.whole(counts["unexcused"]),
        documents_on_time=numbers.whole(counts["documents_on_time"]),
        cells_met_on_time=numbers.whole(counts["cells_met_on_time"]),
    )


def _bands(lines: list[Line]) -> list[Band]:
    counted = [line.counts for line in lines if line.counts["cells"]]
    reached = {
        at_least: sum(100 * each["cells_met"] >= at_least * each["cells"] for each in counted)
        for at_least in BANDS
    }
    return [
        Band(
            at_least=f"{at_least}%",
            reached=numbers.whole(number),
            base=numbers.whole(len(counted)),
            percent=numbers.share(number, len(counted)),
        )
        for at_least, number in reached.items()
    ]


def _comparisons(now: _Counts, before: _Counts) -> list[Comparison]:
    return [
        Comparison(
            measure=title,
            now=numbers.whole(above),
            base_now=numbers.whole(below),
            percent_now=numbers.share(above, below),
            before=numbers.whole(earlier),
            base_before=numbers.whole(of_earlier),
            percent_before=numbers.share(earlier, of_earlier),
            change=numbers.share(above, earlier),
        )
        for (title, above, below), (_, earlier, of_earlier) in zip(
            shares(now), shares(before), strict=True
        )
    ]
