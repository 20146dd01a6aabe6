"""The tests of one module, and its mutants: python -m tests.mutants.session MODULE REPORT TEST…"""

import sys
from pathlib import Path

import pytest

from tests.mutants.plugin import Mutants

if __name__ == "__main__":
    module, report, *tests = sys.argv[1:]
    options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not long"]
    plugin = Mutants(Path(module), Path(report))
    raise SystemExit(pytest.main([*options, *tests], plugins=[plugin]))
