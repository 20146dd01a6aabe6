"""One import of the demonstration's member list, and the parsing of that file alone."""

import resource
import sys
import time
from io import BytesIO
from pathlib import Path
from statistics import median

from python_calamine import load_workbook

from app.core import clock, database
from app.core.clock import local_date
from app.demo.workbooks import MEMBERS_FILE, ORGANIZATIONS_FILE
from app.models import ImportKind
from app.policies.actors import SYSTEM
from app.services import figure_days, imports
from app.work import Work
from bench.samples import Sample

MEGABYTE = 1024  # ru_maxrss counts kilobytes
PARSES = 5


def main() -> None:
    folder = Path(sys.argv[1])
    bring_in((folder / ORGANIZATIONS_FILE).read_bytes(), ImportKind.ORGANIZATIONS)
    content = (folder / MEMBERS_FILE).read_bytes()
    ours = bring_in(content, ImportKind.MEMBERS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    Sample("import", ours, median(parse(content) for _ in range(PARSES))).hand_over()
    Sample("import memory", peak).hand_over()


def bring_in(content: bytes, kind: ImportKind) -> float:
    """As the command line does it; how many seconds it took."""
    started = time.perf_counter()
    now = clock.now()
    parsed = imports.prepare(content, kind, local_date(now))
    with database.writing() as session:
        figure_days.start(session, local_date(now))
        work = Work(session, SYSTEM, now)
        imports.commit(work, imports.create(work, parsed).id)
    return time.perf_counter() - started


def parse(content: bytes) -> float:
    started = time.perf_counter()
    book = load_workbook(BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) > 11_525
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
