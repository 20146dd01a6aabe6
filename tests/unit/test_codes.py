"""Codes on paper: long enough, without letters that look alike, and forgiving to type."""

import re

import pytest

from app.core import codes


@pytest.mark.parametrize("groups", [1, 3, 5])
def test_a_code_is_groups_of_four_signs_that_no_eye_confuses(groups: int) -> None:
    code = codes.new_code(groups)

    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4})*", code)
    assert len(code.split("-")) == groups


def test_no_two_are_alike() -> None:
    assert len({codes.new_code(3) for _ in range(200)}) == 200


@pytest.mark.parametrize("typed", ["abcd-efgh", "ABCDEFGH", " ab cd ef gh ", "AB-CD-EF-GH"])
def test_it_is_one_code_however_it_is_typed(typed: str) -> None:
    assert codes.digest("of a test", typed) == codes.digest("of a test", "ABCD-EFGH")


@pytest.mark.parametrize(("purpose", "typed"), [("of a test", "ABCD-EFGJ"), ("other", "ABCD-EFGH")])
def test_another_one_or_for_another_purpose_is_not_it(purpose: str, typed: str) -> None:
    assert codes.digest(purpose, typed) != codes.digest("of a test", "ABCD-EFGH")
