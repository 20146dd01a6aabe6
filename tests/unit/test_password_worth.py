"""What is left of a password when the known is taken away."""

import secrets

import pytest

from app.core.password_worth import LEAST, worth


@pytest.mark.parametrize(
    "password",
    [
        "matkhau123456789",
        "M@tKh4u2026!!!!!",
        "P@ssw0rd12345678",
        "dangcongsanvietnam",
        "ĐảngCộngSảnViệtNam1930",
        "sổ tay đảng viên 2026",
        "Độc lập Tự do Hạnh phúc",
        "trăm năm trong cõi người ta",
        "Đoàn quân Việt Nam đi chung lòng cứu quốc",
        "qwertyuiop123456",
        "1qaz2wsx3edc4rfv",
        "poiuytrewq654321",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "hà nội hải phòng đà nẵng",
        "correct horse battery staple",
        "iloveyou30041975",
    ],
)
def test_what_guessers_try_first_is_worth_little(password: str) -> None:
    assert worth(password) < LEAST


@pytest.mark.parametrize(
    "password",
    [
        "mật khẩu dài của thử nghiệm",
        "câu mật khẩu mới rất dài",
        "hai con trâu cày ruộng sâu",
        "cô gái bán hàng rong phố cổ",
        "Hà Nội mùa thu vàng",
        "tôi thích ăn phở bò",
        "violet gravel tuba ninety",
    ],
)
def test_honest_words_are_worth_enough(password: str) -> None:
    assert worth(password) >= LEAST


def test_what_is_drawn_at_random_is_worth_enough() -> None:
    assert min(worth(secrets.token_urlsafe(12)) for _ in range(100)) >= LEAST


def test_marks_capitals_and_spaces_change_nothing() -> None:
    assert worth("Mật Khẩu Của Bình") == worth("matkhaucuabinh")


def test_further_words_count_as_known() -> None:
    assert worth("levietbinh19850412") >= LEAST > worth("levietbinh19850412", {"levietbinh"})


LONG_WORD = "gnkqqcbvhgzmvmqfqwnsrctpjbwmswsxkvlxwcdgzlqjnkkppxrxwzrfwzxpsgvp"


@pytest.mark.parametrize(
    ("password", "letters"),
    [
        ("", 0),
        ("x", 1),
        ("xkjw", 4),
        ("matkhau", 1),
        ("matkhaux", 2),
        ("xmatkhau", 2),
        ("m@tkh4u", 1),
        ("xkxk", 4),  # two letters are no piece
        ("xkjxkj", 4),
        ("xkjqxkj", 5),
        ("xkjwxkjw", 5),
        ("aaaaaaaa", 2),
    ],
)
def test_a_letter_is_worth_one_and_what_is_known_as_well(password: str, letters: int) -> None:
    assert worth(password) == letters


def test_the_longest_piece_that_is_looked_for_has_64_letters() -> None:
    known = {LONG_WORD, LONG_WORD + "h"}

    assert (len(LONG_WORD), worth(LONG_WORD, known)) == (64, 1)
    assert worth(LONG_WORD + "h", known) == 2


def test_eight_letters_are_enough() -> None:
    assert LEAST == 8
