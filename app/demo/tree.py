"""The organisations of the demonstration committee: one root, its organisations, 616 cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

ROOT_NAME = "Đảng bộ đặc khu Minh Sơn"
CELLS = 616
PROVINCE, SUPERIOR = 97, 1  # no province has the number 97
SEED = 2026


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the organisations' workbook."""

    code: str
    name: str
    kind: str
    unit_type: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class Sector:
    """Grassroots organisations of one type: their names, and how their cells are called."""

    unit_type: str
    heads: tuple[str, ...]
    cells: tuple[str, ...]
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One grassroots organisation before it has codes: its cells, by section where it has any."""

    name: str
    unit_type: str
    cells: tuple[str, ...] = ()
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()


SECTORS = (
    Sector(
        "political_office",
        ("các cơ quan Đảng", "Mặt trận và các đoàn thể", "Trung tâm Chính trị Minh Sơn"),
        (
            "Văn phòng", "Ban Tổ chức", "Ban Tuyên giáo và Dân vận", "Ủy ban Kiểm tra",
            "Phòng Tổng hợp", "Phòng Hành chính - Quản trị", "Phòng Đào tạo",
        ),
        4, 6,
    ),
    Sector(
        "state_office",
        (
            "Văn phòng HĐND và UBND", "cơ quan Nội vụ", "cơ quan Tài chính",
            "cơ quan Xây dựng", "cơ quan Nông nghiệp và Môi trường", "cơ quan Công Thương",
            "cơ quan Y tế", "cơ quan Tư pháp", "cơ quan Khoa học và Công nghệ",
            "cơ quan Văn hóa, Thể thao và Du lịch", "Thuế cơ sở Minh Sơn",
            "Hải quan cửa khẩu Minh Sơn", "Hạt Kiểm lâm Minh Sơn", "Ban Quản lý khu kinh tế",
        ),
        (
            "Văn phòng", "Thanh tra", "Phòng Tài chính", "Phòng Tổ chức cán bộ",
            "Phòng Kế hoạch", "Phòng Pháp chế", "Phòng Nghiệp vụ 1", "Phòng Nghiệp vụ 2",
            "Phòng Quản lý công nghệ", "Phòng Hành chính - Quản trị",
        ),
        4, 8,
    ),
    Sector(
        "public_service",
        (
            "Bệnh viện Đa khoa Minh Sơn", "Bệnh viện Phục hồi chức năng Hải Miên",
            "Bệnh viện Y học cổ truyền Vân Khuê", "Trung tâm Y tế Minh Sơn",
            "Trung tâm Kiểm soát bệnh tật Minh Sơn",
        ),
        (
            "Khoa Nội tổng hợp", "Khoa Ngoại", "Khoa Nhi", "Khoa Sản", "Khoa Xét nghiệm",
            "Khoa Cấp cứu", "Khoa Dược", "Khoa Dinh dưỡng", "Khoa Chẩn đoán hình ảnh",
            "Phòng Điều dưỡng", "Phòng Tài chính", "Phòng Tổ chức cán bộ",
        ),
        6, 11,
    ),
    Sector(
        "public_service",
        (
            "Trường Cao đẳng nghề Minh Sơn", "Trường Đại học Hải Minh Sơn",
            "Trường Cao đẳng Y tế Vân Khuê", "Viện Nghiên cứu Biển Minh Sơn",
            "Vườn quốc gia Tịnh Lam", "Đài Phát thanh và Truyền hình Minh Sơn",
            "Trung tâm Dịch vụ nông nghiệp", "Trung tâm Phục vụ hành chính công",
            "Ban Quản lý dự án Minh Sơn", "Bảo tàng và Thư viện Minh Sơn",
        ),
        (
            "Phòng Tổ chức cán bộ", "Phòng Tài chính", "Phòng Kế hoạch", "Phòng Kỹ thuật",
            "Phòng Đào tạo", "Phòng Hợp tác", "Khối Chuyên môn 1", "Khối Chuyên môn 2",
            "Khối Chuyên môn 3", "Khối Phục vụ",
        ),
        5, 9,
    ),
    Sector(
        "non_public_service",
        ("Trường Liên cấp Sao Biển", "Bệnh viện tư nhân An Nhiên", "Trường Trung cấp Hoa Triều"),
        ("Ban Giám hiệu và Văn phòng", "Khối Chuyên môn 1", "Khối Chuyên môn 2", "Khối Phục vụ"),
        2, 4,
    ),
    Sector(
        "police",
        ("Công an đặc khu Minh Sơn", "Trại giam Tịnh Lam", "Cảnh sát cơ động Hải Miên"),
        (
            "Đội Tham mưu", "Đội An ninh", "Đội Cảnh sát hình sự", "Đội Cảnh sát giao thông",
            "Đội Cảnh sát kinh tế", "Đội Hậu cần", "Đội Cảnh sát phòng cháy, chữa cháy",
            "Đội Quản lý hành chính", "Đội Xây dựng lực lượng",
        ),
        6, 9,
    ),
    Sector(
        "army",
        (
            "Ban Chỉ huy Phòng thủ khu vực Minh Sơn", "Đồn Biên phòng Hải Miên",
            "Đồn Biên phòng Thạch Miên", "Lữ đoàn Phòng thủ đảo Minh Sơn",
        ),
        (
            "Ban Tham mưu", "Ban Chính trị", "Ban Hậu cần - Kỹ thuật", "Đại đội 1", "Đại đội 2",
            "Đại đội 3", "Đội Vũ trang", "Đội Vận động quần chúng", "Đội Trinh sát",
        ),
        5, 8,
    ),
    Sector(
        "state_enterprise",
        (
            "Công ty Điện lực Minh Sơn", "Công ty Cấp nước Minh Sơn", "Cảng Hải Miên",
            "Công ty Môi trường đô thị Minh Sơn", "Công ty Lâm nghiệp Tịnh Lam",
            "Ngân hàng phát triển Minh Sơn", "Công ty Thủy lợi Vân Khuê",
        ),
        (
            "Văn phòng", "Phòng Tài chính", "Phòng Kinh doanh", "Phòng Kỹ thuật", "Phòng Vật tư",
            "Phân xưởng 1", "Phân xưởng 2", "Phân xưởng 3", "Đội Vận hành",
        ),
        5, 9,
    ),
    Sector(
        "private_enterprise",
        (
            "Công ty Thủy sản Sao Triều", "Công ty Du lịch Biển Nhiên", "Công ty May Vân Khuê",
            "Công ty Vận tải Hải Diệp", "Công ty Chế biến gỗ Thạch Miên",
        ),
        ("Văn phòng", "Phòng Kinh doanh", "Phân xưởng 1", "Phân xưởng 2", "Đội Vận tải"),
        3, 5,
    ),
)  # fmt: skip

PLACES = (
    "Vân Khuê", "Tịnh Lam", "Hải Miên", "Đông Nhuận", "Tân Diệp", "Thạch Miên", "An Diễm",
    "Bình Khuê", "Ngọc Nhuận", "Sơn Diệu", "Thanh Kha", "Trung Nhiên", "Vĩnh Lam", "Xuân Miên",
    "Yên Diệp", "Cẩm Nhiên", "Phong Diệu", "Quế Miên", "Hòa Nhiên", "Lạc Khuê", "Đông Hà",
    "Kim Diệp", "Tường Lam",
)  # fmt: skip
DIVIDED_PLACES = 3  # the first places are large and have sections
QUARTERS = ("Thượng", "Trung", "Hạ")

SCHOOLS = (
    ("khối Trung học", (
        "THPT Lê Hoa Sen", "THPT Minh Sơn", "THPT Hải Miên", "THPT Vân Khuê",
        "THCS Sao Biển", "THCS Hoa Phượng", "THCS Đông Nhuận", "THCS Tân Diệp",
        "THCS Thạch Miên", "THCS Xuân Miên",
    )),
    ("khối Tiểu học", (
        "Tiểu học Hoa Ban", "Tiểu học Hoa Gạo", "Tiểu học Sao Mai", "Tiểu học Vân Khuê",
        "Tiểu học Tịnh Lam", "Tiểu học An Diễm", "Tiểu học Bình Khuê", "Tiểu học Sơn Diệu",
        "Tiểu học Yên Diệp", "Tiểu học Thanh Kha",
    )),
    ("khối Mầm non", (
        "Mầm non Hoa Mai", "Mầm non Hoa Sen", "Mầm non Họa Mi", "Mầm non Sơn Ca",
        "Mầm non Ánh Dương", "Mầm non Tuổi Thơ", "Mầm non Vành Khuyên", "Mầm non Hoa Cúc",
    )),
)  # fmt: skip

GRASSROOTS_CELLS = (
    ("state_office", "Tòa án nhân dân khu vực Minh Sơn"),
    ("state_office", "Viện kiểm sát nhân dân khu vực Minh Sơn"),
    ("state_office", "Thi hành án dân sự Minh Sơn"),
    ("state_office", "Kho bạc Nhà nước Minh Sơn"),
    ("state_office", "Thống kê cơ sở Minh Sơn"),
    ("public_service", "Bảo hiểm xã hội cơ sở Minh Sơn"),
    ("public_service", "Trạm Khí tượng thủy văn Minh Sơn"),
    ("state_enterprise", "Bưu điện Minh Sơn"),
    ("private_enterprise", "Công ty Dược phẩm An Diễm"),
    ("cooperative", "Hợp tác xã Nông nghiệp Tân Diệp"),
    ("cooperative", "Hợp tác xã Nghề cá Hải Miên"),
    ("other", "Ban Trị sự Nghĩa trang Minh Sơn"),
)


def build_tree() -> tuple[Unit, ...]:
    """Every unit of the committee, each after its parent; the same at every call."""
    rng = Random(SEED)  # noqa: S311 - invention, not secrecy
    offices = [*_offices(rng), _education()]
    rest = CELLS - len(GRASSROOTS_CELLS) - sum(_count(plan) for plan in offices)
    plans = [*offices, *_neighbourhoods(rest, rng)]
    root = Unit(_code(), ROOT_NAME, "superior", "other", None)
    units = [root]
    for number, plan in enumerate(plans, start=1):
        units.extend(_grassroots(plan, number, root.code))
    for number, (unit_type, name) in enumerate(GRASSROOTS_CELLS, start=len(plans) + 1):
        units.append(Unit(_code(number), f"Chi bộ {name}", "cell", unit_type, root.code))
    return tuple(units)


def cells_of(units: Sequence[Unit]) -> tuple[Unit, ...]:
    return tuple(unit for unit in units if unit.kind == "cell")


def _offices(rng: Random) -> Iterator[Plan]:
    for sector in SECTORS:
        for head in sector.heads:
            count = rng.randint(sector.fewest, sector.most)
            chosen = sorted(rng.sample(range(len(sector.cells)), count))
            cells = tuple(f"Chi bộ {sector.cells[index]}" for index in chosen)
            yield Plan(f"Đảng bộ {head}", sector.unit_type, cells)


def _education() -> Plan:
    sections = tuple(
        (f"Đảng bộ bộ phận {level}", tuple(f"Chi bộ Trường {school}" for school in schools))
        for level, schools in SCHOOLS
    )
    return Plan("Đảng bộ ngành Giáo dục và Đào tạo", "public_service", sections=sections)


def _neighbourhoods(total: int, rng: Random) -> Iterator[Plan]:
    """The residential organisations share what the offices leave of the 616 cells."""
    counts = _shares(total, len(PLACES), rng)
    for index, (place, count) in enumerate(zip(PLACES, counts, strict=True)):
        series = f"tổ dân phố {place}" if index % 3 == 1 else f"thôn {place}"
        cells = tuple(f"Chi bộ {series} {number}" for number in range(1, count + 1))
        plan = Plan(f"Đảng bộ khu dân cư {place}", "residential", cells)
        yield _divided(plan, place) if index < DIVIDED_PLACES else plan


def _shares(total: int, places: int, rng: Random) -> list[int]:
    share, left = divmod(total, places)
    counts = [share + (index < left) for index in range(places)]
    for index in range(0, places - 1, 2):  # what one place gets more, its neighbour gets less
        shift = rng.randint(0, share // 3)
        counts[index] += shift
        counts[index + 1] -= shift
    return sorted(counts, reverse=True)


def _divided(plan: Plan, place: str) -> Plan:
    size = -(-len(plan.cells) // len(QUARTERS))
    sections = tuple(
        (f"Đảng bộ bộ phận {place} {quarter}", plan.cells[start * size : (start + 1) * size])
        for start, quarter in enumerate(QUARTERS)
    )
    return replace(plan, cells=(), sections=sections)


def _count(plan: Plan) -> int:
    return len(plan.cells) + sum(len(cells) for _, cells in plan.sections)


def _grassroots(plan: Plan, number: int, root_code: str) -> Iterator[Unit]:
    head = Unit(_code(number), plan.name, "grassroots", plan.unit_type, root_code)
    yield head
    for place, cell in enumerate(plan.cells, start=1):
        yield Unit(_code(number, 0, place), cell, "cell", plan.unit_type, head.code)
    for part, (name, cells) in enumerate(plan.sections, start=1):
        section = Unit(_code(number, part), name, "section", plan.unit_type, head.code)
        yield section
        for place, cell in enumerate(cells, start=1):
            yield Unit(_code(number, part, place), cell, "cell", plan.unit_type, section.code)


def _code(grassroots: int = 0, section: int = 0, cell: int = 0) -> str:
    """Fourteen digits grouped 2.3.3.3.3; a level the unit lies above is zeros."""
    return f"{PROVINCE:02}.{SUPERIOR:03}.{grassroots:03}.{section:03}.{cell:03}"
