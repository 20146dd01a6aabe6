"""The members of the demonstration committee: 11,525 invented people in 616 cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random
from typing import NamedTuple

from app.demo.tree import SEED, Unit

MEMBERS = 11_525
REFERENCE_DAY = date(2026, 1, 1)  # the day of the list: nothing in it is later
STATE = "Đang sinh hoạt"

SMALLEST_CELL, LARGEST_CELL = 5, 62
FEWEST_OFFICIAL = 3  # a smaller cell may not meet
PROBATIONARY_SHARE = 0.036  # of those beyond the first three of each cell: 3 % of all
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the member list."""

    full_name: str
    sex: str
    born_on: date
    ethnicity: str
    religion: str
    personal_id: str
    cell_code: str
    admitted_on: date
    official_on: date | None

    @property
    def card_number(self) -> str:
        return self.personal_id

    @property
    def is_official(self) -> bool:
        return self.official_on is not None


class Weighted(NamedTuple):
    words: tuple[str, ...]
    weights: tuple[float, ...]


def _weighted(text: str) -> Weighted:
    pairs = [entry.rsplit(":", 1) for entry in text.split(", ")]
    return Weighted(tuple(word for word, _ in pairs), tuple(float(weight) for _, weight in pairs))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split(", "))


SURNAMES = _weighted(
    "Nguyễn:38.4, Trần:12.1, Lê:9.5, Phạm:7, Hoàng:3.6, Huỳnh:1.5, Phan:4.5, Vũ:2.4, Võ:1.5, "
    "Đặng:2.1, Bùi:2, Đỗ:1.4, Hồ:1.3, Ngô:1.3, Dương:1, Lý:0.5, Đinh:0.9, Đoàn:0.7, Trịnh:0.7, "
    "Mai:0.6, Lương:0.6, Cao:0.6, Đào:0.6, Trương:1.1, Lâm:0.5, Hà:0.5, Tạ:0.4, Phùng:0.4, "
    "Tô:0.3, Chu:0.3, Thái:0.3, Châu:0.2, Quách:0.2, Kiều:0.1, Tống:0.2, Nghiêm:0.1"
)
ETHNICITIES = _weighted("Kinh:93, Tày:2, Mường:1.5, Nùng:1, Thái:1, Hoa:0.8, Khmer:0.7")
RELIGIONS = _weighted("Không:93, Phật giáo:4, Công giáo:2.4, Cao Đài:0.6")

# By sex, one line a generation: born before 1960, before 1985, since.
GENERATIONS = (1960, 1985)
MIDDLES = {
    "male": (
        _weighted("Văn:48, Đình:8, Xuân:8, Hữu:7, Đức:6, Ngọc:5, Quang:5, Công:4, Bá:3, Sỹ:2"),
        _weighted("Văn:26, Đức:11, Quang:9, Hữu:8, Minh:8, Xuân:7, Thanh:7, Ngọc:7, Đình:6, Anh:6"),
        _weighted("Minh:17, Đức:13, Quang:11, Anh:9, Văn:9, Tuấn:8, Hoàng:8, Gia:5, Thành:7"),
    ),
    "female": (
        _weighted("Thị:78, Thị Kim:4, Thị Ngọc:3, Thị Bích:3, Thị Thanh:4, Kim:3, Ngọc:3"),
        _weighted("Thị:38, Thị Thu:9, Thị Thanh:9, Thu:8, Thanh:8, Thị Hồng:7, Bích:6, Kim:5"),
        _weighted("Thị:13, Thu:12, Phương:11, Thùy:10, Ngọc:10, Khánh:8, Minh:8, Thị Thu:6"),
    ),
}
GIVEN = {
    "male": tuple(
        tuple(line.split())
        for line in (
            "Hùng Dũng Thắng Lợi Bình Hòa Sơn Lâm Thành Minh Chiến Tiến Tâm Phúc Lộc Thọ Khoa "
            "Quý Tường Cần Kiệm Đạt Vinh Tài Nghĩa Thuận Ninh Lai Hợi Mão",
            "Hùng Cường Tuấn Dũng Sơn Hải Nam Long Hiếu Trung Thắng Toàn Quân Hưng Bình Việt "
            "Hà Phong Khánh Thịnh Đông Giang Hoàn Tùng Linh Hậu Phương Lực",
            "Huy Hoàng Nam Anh Khoa Long Đạt Hiếu Phúc Duy Bảo Khang Thái Kiên Tùng Việt Nhật "
            "Quân Đăng Lâm Vũ Phong Trí Thiện Khôi",
        )
    ),
    "female": tuple(
        tuple(line.split())
        for line in (
            "Hoa Lan Mai Hồng Cúc Sen Hạnh Thảo Nga Liên Tuyết Loan Phượng Yến Nhàn Thơm Mùi "
            "Lý Xuân Thu Đào Chín Bảy Lành Hiền Thuận Vân Sáu Oanh",
            "Hương Hà Hằng Huyền Nhung Thủy Thúy Dung Ngân Lan Nga Hạnh Trang Yến Hoa Loan "
            "Tuyết Vân Hường Quyên Hiền Tâm Oanh Phượng Nguyệt Dịu",
            "Linh Trang Anh Phương Thảo Ngọc Hà My Vy Chi Nhi Hân Quỳnh Giang Uyên Mai Châu "
            "Ly Ngân Trâm Diệp Thư Hiền Tiên Dung",
        )
    ),
}
WELL_KNOWN = _names(
    "Phạm Văn Đồng, Lê Đức Thọ, Lê Đức Anh, Lê Hồng Phong, Nguyễn Văn Linh, Nguyễn Hữu Thọ, "
    "Võ Chí Công, Võ Văn Kiệt, Phan Văn Khải, Nông Đức Mạnh, Trần Đức Lương, Nguyễn Minh Triết, "
    "Nguyễn Văn An, Nguyễn Tấn Dũng, Trương Tấn Sang, Nguyễn Sinh Hùng, Nguyễn Phú Trọng, "
    "Trần Đại Quang, Đặng Thị Ngọc Thịnh, Nguyễn Thị Kim Ngân, Nguyễn Xuân Phúc, Võ Văn Thưởng, "
    "Võ Thị Ánh Xuân, Vương Đình Huệ, Phạm Minh Chính, Trần Thanh Mẫn, Trần Cẩm Tú, "
    "Trương Thị Mai, Đỗ Văn Chiến, Bùi Thị Minh Hoài, Phan Đình Trạc, Phan Văn Giang, "
    "Lương Tam Quang, Lê Minh Hưng, Lê Minh Khái, Lê Minh Trí, Lê Hoài Trung, Nguyễn Hòa Bình, "
    "Nguyễn Trọng Nghĩa, Nguyễn Xuân Thắng, Nguyễn Văn Nên, Nguyễn Văn Thắng, Nguyễn Duy Ngọc, "
    "Nguyễn Thanh Nghị, Nguyễn Hải Ninh, Nguyễn Mạnh Hùng, Nguyễn Kim Sơn, Nguyễn Hồng Diên, "
    "Nguyễn Khắc Định, Nguyễn Thị Thanh, Nguyễn Thị Định, Nguyễn Thị Bình, Nguyễn Chí Dũng, "
    "Trần Đức Thắng, Trần Quang Phương, Trần Hồng Hà, Trần Sỹ Thanh, Phạm Bình Minh, "
    "Phạm Gia Khiêm, Vũ Đức Đam, Đỗ Thanh Bình, Hồ Đức Phớc, Lê Thành Long, Lê Thanh Hải, "
    "Đinh La Thăng, Hoàng Trung Hải, Hoàng Thanh Tùng, Hoàng Văn Thái, Đào Hồng Lan, "
    "Trịnh Văn Quyết, Phùng Quang Thanh, Ngô Xuân Lịch, Bùi Thanh Sơn, Bùi Quang Thận"
)

AGES = {  # youngest, most frequent, oldest
    "residential": (24, 68, 85),
    "army": (22, 31, 56),
    "police": (22, 33, 60),
    "cooperative": (24, 48, 75),
}
WORKING_AGES = (22, 38, 62)
PROBATIONARY_AGES = (20, 27, 40)
WOMEN = {"army": 0.08, "police": 0.15, "public_service": 0.58, "non_public_service": 0.6}
WOMEN_ELSEWHERE = 0.38


def populate(cells: Sequence[Unit]) -> tuple[Person, ...]:
    """The members of these cells, cell after cell; the same at every call."""
    rng = Random(SEED)  # noqa: S311 - invention, not secrecy
    taken: set[str] = set()
    twins: set[tuple[str, date]] = set()
    people: list[Person] = []
    for cell, size in zip(cells, _sizes(len(cells), rng), strict=True):
        for place in range(size):
            probationary = place >= FEWEST_OFFICIAL and rng.random() < PROBATIONARY_SHARE
            person = next(
                candidate
                for candidate in _candidates(cell, rng, probationary=probationary)
                if candidate.full_name not in WELL_KNOWN
                and candidate.personal_id not in taken
                and (candidate.full_name, candidate.born_on) not in twins
            )
            taken.add(person.personal_id)
            twins.add((person.full_name, person.born_on))
            people.append(person)
    return tuple(people)


def leaders(people: Iterable[Person]) -> dict[str, tuple[Person, Person]]:
    """By cell code its secretary and deputy: the two official members longest in the Party."""
    cell_code = attrgetter("cell_code")
    by_cell = groupby(sorted(people, key=cell_code), cell_code)
    return {code: _two_eldest(members) for code, members in by_cell}


def _two_eldest(members: Iterable[Person]) -> tuple[Person, Person]:
    official = sorted(
        (person for person in members if person.is_official),
        key=lambda person: (person.admitted_on, person.personal_id),
    )
    return official[0], official[1]


def _sizes(cells: int, rng: Random) -> list[int]:
    """As real cells are: most below twenty, a few of sixty; together every member."""
    sizes = [
        min(LARGEST_CELL, max(SMALLEST_CELL, round(rng.lognormvariate(2.8, 0.48))))
        for _ in range(cells)
    ]
    step = 1 if sum(sizes) < MEMBERS else -1
    while sum(sizes) != MEMBERS:
        index = rng.randrange(cells)
        if SMALLEST_CELL < sizes[index] < LARGEST_CELL:
            sizes[index] += step
    return sizes


def _candidates(cell: Unit, rng: Random, *, probationary: bool) -> Iterator[Person]:
    while True:
        sex = "female" if rng.random() < WOMEN.get(cell.unit_type, WOMEN_ELSEWHERE) else "male"
        born_on = _birthday(cell.unit_type, rng, probationary=probationary)
        admitted_on = _admission(born_on, rng, probationary=probationary)
        yield Person(
            full_name=_name(sex, born_on.year, rng),
            sex=sex,
            born_on=born_on,
            ethnicity=_choice(ETHNICITIES, rng),
            religion=_choice(RELIGIONS, rng),
            personal_id=_personal_id(sex, born_on.year, rng),
            cell_code=cell.code,
            admitted_on=admitted_on,
            official_on=None if probationary else _years_after(admitted_on, 1),
        )


def _name(sex: str, year: int, rng: Random) -> str:
    generation = sum(year >= limit for limit in GENERATIONS)
    middle = _choice(MIDDLES[sex][generation], rng)
    given = rng.choice(GIVEN[sex][generation])
    if given in middle.split():  # nobody is called "Minh Minh"
        return _name(sex, year, rng)
    return f"{_choice(SURNAMES, rng)} {middle} {given}"


def _birthday(unit_type: str, rng: Random, *, probationary: bool) -> date:
    ages = PROBATIONARY_AGES if probationary else AGES.get(unit_type, WORKING_AGES)
    youngest, usual, oldest = ages
    age = min(oldest, int(rng.triangular(youngest, oldest + 1, usual)))
    return _between(_years_after(REFERENCE_DAY, -age - 1) + timedelta(days=1), 364, rng)


def _admission(born_on: date, rng: Random, *, probationary: bool) -> date:
    """From the nineteenth birthday on; who is official was admitted a year before the list."""
    year_before = _years_after(REFERENCE_DAY, -1)
    if probationary:
        earliest = max(year_before + timedelta(days=1), _years_after(born_on, 19))
        return _between(earliest, (REFERENCE_DAY - earliest).days - 1, rng)
    latest = min((year_before - born_on) / YEAR, 50)
    age = rng.triangular(19.1, latest, min(25, latest))  # a year of 365 days: 19.1, not 19
    return born_on + age * YEAR


def _between(first: date, days: int, rng: Random) -> date:
    return first + timedelta(days=rng.randint(0, days))


def _years_after(day: date, years: int) -> date:
    """The same day in another year; 29 February becomes the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _personal_id(sex: str, year: int, rng: Random) -> str:
    """Province (970 to 979 belong to none), century and sex, year of birth, six digits."""
    century_and_sex = (2 if year >= 2000 else 0) + (sex == "female")
    province = rng.randint(970, 979)
    return f"{province}{century_and_sex}{year % 100:02}{rng.randrange(1_000_000):06}"


def _choice(weighted: Weighted, rng: Random) -> str:
    return rng.choices(weighted.words, weighted.weights)[0]
