"""The page of promises names tests that exist, and every abuse case once."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "assurance.md").read_text()
CASES = re.findall(r"^\| AC-(\d\d) \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)


def test_every_abuse_case_stands_there_once() -> None:
    assert [number for number, _ in CASES] == [f"{number:02}" for number in range(1, 65)]


def test_every_abuse_case_is_tried_or_waits_for_its_noun() -> None:
    for number, proof in CASES:
        assert ".py" in proof or proof.startswith("ends with its noun: "), number


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`([a-z_/]+\.py)(?:::(\w+))?`", PAGE)
    missing = {(path, name) for path, name in named if not exists(path, name)}

    assert named
    assert missing == set()


def exists(path: str, name: str) -> bool:
    file = TESTS / path
    return file.is_file() and (
        not name or re.search(rf"(?:def|class) {name}\b", file.read_text()) is not None
    )
