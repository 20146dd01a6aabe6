"""What a measurement hands over: a number of ours, and the reference taken right beside it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple


class Sample(NamedTuple):
    name: str
    ours: float
    reference: float | None = None

    def hand_over(self) -> None:
        """To the process that started this one."""
        print(json.dumps(self), flush=True)


@dataclass(frozen=True)
class Aim:
    """A ratio where there is a reference, else a plain number."""

    what: str
    unit: str
    at_most: float
    is_ratio: bool = True

    def line(self, samples: Iterable[Sample]) -> list[str]:
        """One line of the table: medians, and the median of the pairs' ratios."""
        taken = list(samples)
        ours = median(sample.ours for sample in taken)
        references = [sample.reference for sample in taken if sample.reference is not None]
        ratios = [sample.ours / sample.reference for sample in taken if sample.reference]
        reached = median(ratios) if self.is_ratio else ours
        return [
            self.what,
            self._shown(ours),
            self._shown(median(references)) if references else "",
            f"{reached:.{1 if self.at_most >= 1 else 2}f}x" if self.is_ratio else "",
            f"{self.at_most:g}x" if self.is_ratio else self._shown(self.at_most),
            "yes" if reached <= self.at_most else "NO",
        ]

    def _shown(self, number: float) -> str:
        return f"{number:.3g} {self.unit}" if number < 100 else f"{number:.0f} {self.unit}"


HEAD = ["measured", "ours", "reference", "ratio", "aim", "reached"]
AIMS = {
    "dashboard": Aim("dashboard with children, CPU of the server a request", "ms", 8),
    "gate members": Aim("letting somebody in, of the CPU of a page of members", "ms", 0.15),
    "gate meetings": Aim("the same, of a page of meetings", "ms", 0.15),
    "gate organizations": Aim("the same, of a page of units", "ms", 0.15),
    "sheet": Aim("one sheet of 19 members, with the commit", "ms", 3),
    "check-ins": Aim("11,525 check-ins to 616 meetings, of two minutes", "s", 1),
    "check-in median": Aim("a check-in over HTTP, 32 at once, median", "ms", 300, is_ratio=False),
    "check-in p95": Aim("a check-in over HTTP, 32 at once, 95 of 100", "ms", 1_000, is_ratio=False),
    "sheet of 100": Aim("a sheet of 100 members beside one of 10", "ms", 3),
    "live unchanged": Aim("the running count unchanged, beside one that is counted", "ms", 1),
    "sign-in": Aim(
        "refusing a name that somebody has, beside one nobody has", "ms", 5, is_ratio=False
    ),
    "import": Aim("import of 11,525 rows, with the commit", "s", 6),
    "import memory": Aim("import, peak memory", "MB", 400, is_ratio=False),
    "demo": Aim("demonstration load", "s", 60, is_ratio=False),
}


def lines_of(samples: Iterable[Sample], aims: Mapping[str, Aim]) -> list[list[str]]:
    """In the order of the aims; those that were not measured are left out."""
    by_name = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    return [aim.line(by_name[name]) for name, aim in aims.items() if name in by_name]


def markdown(samples: Iterable[Sample], aims: Mapping[str, Aim]) -> str:
    """As it stands in the documentation."""
    rows = [HEAD, ["---"] * len(HEAD), *lines_of(samples, aims)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def table(samples: Iterable[Sample]) -> str:
    """As it is read in a terminal."""
    lines = lines_of(samples, AIMS)
    widths = [max(map(len, column)) for column in zip(HEAD, *lines, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in [HEAD, *lines]
    )
