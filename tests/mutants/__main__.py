"""How many of the mistakes that could be made in the modules of trust does a test notice?

python -m tests.mutants [app/core/tokens.py …]
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run

from tests.mutants.table import MODULES

#: Whoever lets more than so many of a hundred live should look at them.
LEAST = 90
_NOTICED = ("killed", "endless")


def main(modules: Sequence[str]) -> int:
    with ThreadPoolExecutor(2) as pool:
        fates = [fate for found in pool.map(_fates, modules) for fate in found]
    counted = Counter(fate.partition(" ")[0] for fate in fates)
    noticed = sum(counted[fate] for fate in _NOTICED)
    print(f"\n{noticed}/{len(fates)} = {100 * noticed / len(fates):.1f} % noticed; {dict(counted)}")
    return 0 if 100 * noticed >= LEAST * len(fates) else 1


def _fates(module: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "fates"
        tests = [f"tests/{name}" for name in MODULES[module]]
        command = [sys.executable, "-m", "tests.mutants.session", module, str(report), *tests]
        done = run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ourselves
        if done.returncode:
            raise SystemExit(f"{module}: {done.stdout}{done.stderr}")
        fates = report.read_text().splitlines()
    alive = [fate for fate in fates if not fate.startswith(_NOTICED)]
    print("\n".join([f"{module}: {len(fates) - len(alive)}/{len(fates)}", *alive]), flush=True)
    return fates


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or list(MODULES)))
