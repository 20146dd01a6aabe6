"""The code of the room: right for its meeting and its time, and for nothing else."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.core.ids import new_id
from app.core.qr_codes import draw
from app.services import check_in_codes
from app.services.check_in_codes import code_at, step_at

#: The first moment of a step.
BEGINS = datetime(2026, 5, 15, 5, 0, 0, tzinfo=UTC)
MEETING = new_id()


@pytest.mark.parametrize(
    ("seconds", "holds"),
    [(0, True), (19.9, True), (20, True), (39.9, True), (40, False), (-0.1, False), (3600, False)],
)
def test_a_code_holds_in_its_step_and_the_next(seconds: float, holds: bool) -> None:
    code = code_at(MEETING, BEGINS)
    then = BEGINS + timedelta(seconds=seconds)
    step = check_in_codes.step_named(code.token, MEETING)

    assert step == step_at(BEGINS)
    assert check_in_codes.is_valid_at(step, then) is holds
    assert check_in_codes.are_valid_at(code.digits, MEETING, then) is holds


def test_two_steps_are_its_life() -> None:
    assert timedelta(seconds=40) == check_in_codes.LIFETIME


def test_it_is_shown_until_the_next_one() -> None:
    code = code_at(MEETING, BEGINS + timedelta(seconds=7))

    assert code.expires_at == BEGINS + timedelta(seconds=20)
    assert code == code_at(MEETING, BEGINS)
    assert code.token != code_at(MEETING, code.expires_at).token
    assert check_in_codes.is_token(code.token)
    assert check_in_codes.is_digits(code.digits)


def test_no_other_meeting_takes_it() -> None:
    code = code_at(MEETING, BEGINS)
    other = new_id()

    assert check_in_codes.step_named(code.token, other) is None
    assert not check_in_codes.are_valid_at(code.digits, other, BEGINS)


def test_a_token_with_any_letter_changed_names_no_step() -> None:
    token = code_at(MEETING, BEGINS).token
    for at, letter in enumerate(token):
        forged = token[:at] + ("A" if letter != "A" else "B") + token[at + 1 :]
        assert check_in_codes.step_named(forged, MEETING) is None


@pytest.mark.parametrize("word", ["", "123456", "x" * 48, "é" * 48, "https://example.vn/a"])
def test_other_words_name_no_step(word: str) -> None:
    assert check_in_codes.step_named(word, MEETING) is None


def test_digits_are_spread() -> None:
    """Of a thousand steps hardly two share theirs."""
    seen = {code_at(MEETING, BEGINS + n * check_in_codes.STEP).digits for n in range(1_000)}

    assert len(seen) > 990


def test_a_picture_stands_on_white_with_its_quiet_zone() -> None:
    picture = draw(code_at(MEETING, BEGINS).token)

    width = int(re.findall(r'viewBox="0 0 (\d+) \1"', picture)[0])
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    assert f'<path fill="#fff" d="M0 0h{width}v{width}h-{width}z"/>' in picture
    assert 'stroke="#000" d="M4 4.5' in picture
    assert (width - 8 - 17) % 4 == 0
    assert not picture.startswith("<?xml")
