"""The locks name versions and digests, and no machine that somebody happened to use."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
class TestALock:
    def test_holds_no_address(self, name: str) -> None:
        text = (ROOT / name).read_text()

        assert "://" not in text
        assert not re.search(r"--(extra-)?index|--find-links|file:", text)

    def test_pins_every_library_by_its_digests(self, name: str) -> None:
        entries = (ROOT / name).read_text().replace("\\\n", " ").strip().splitlines()

        for entry in entries:
            assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+ ", entry), entry
            assert "--hash=sha256:" in entry, entry


def test_one_environment_serves_both() -> None:
    run, develop = (
        dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\n]+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in LOCKS
    )

    assert run.items() <= develop.items()
