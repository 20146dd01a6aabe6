"""Finds the stamps of secrecy, MẬT, TỐI MẬT and TUYỆT MẬT, in texts.

A stamp is a line whose letters alone spell it, or that in capitals names a paper so, explains it
in brackets, or has one of the higher two at either end. Each letter may lack its marks, never bear
another's: `mặt`, `mắt` and `mất` are other words. Running text is no stamp.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from app.core.text import fold

LONGEST_LINE = 2_000

# Letters of other alphabets that look like ours. Compatible forms (full width, circled, bold)
# are folded before.
_LOOKALIKES = (
    # Cyrillic
    str.maketrans("\u0410\u0415\u0406\u041c\u041e\u0422\u0423\u04ae", "AEIMOTYY")
    | str.maketrans("\u0430\u0435\u0456\u043c\u043e\u0442\u0443\u04af", "aeimotyy")
    # Greek
    | str.maketrans("\u0391\u0395\u0399\u039c\u039f\u03a4\u03a5", "AEIMOTY")
    | str.maketrans("\u03b1\u03b5\u03b9\u03bc\u03bf\u03c4\u03c5", "aeimotu")
    # small capitals, and what no normal form takes apart
    | str.maketrans("\u1d00\u1d07\u026a\u1d0d\u1d0f\u1d1b\u1d1c\u028f", "aeimotuy")
    | str.maketrans("\u0131\u0111\u0110\u00f0\u00d0", "idDdD")
)
_LOOSE_MARK = re.compile(r"\s[\u0300-\u036f]+")  # what a lone accent folds to
# The marks of Vietnamese, and the diaeresis of its old encodings; others are decoration.
_NOT_LETTERS = re.compile(r"[^A-Za-z\u0300-\u0303\u0306\u0308\u0309\u031b\u0323]+")
_ANY_MARKS = "[\u0300-\u036f]*"


def _loose(words: str) -> str:
    return "|".join("".join(letter + _ANY_MARKS for letter in word) for word in words.split())


# Also as the fonts of TCVN3 (mËt, tèi, tuyÖt) and VNI (maät, toái, tuyeät) spelled them.
_VOWEL_OF_MAT = "(?:a?a[\u0302\u0323\u0308]*|e\u0308)"
_MAT = f"m{_VOWEL_OF_MAT}t"
_TOI = "t(?:o[\u0302\u0301]*|e\u0300|oa\u0301)i\u0301?"
_TUYET = "tuy\u0323?(?:e[\u0302\u0323]*|o\u0308|ea\u0308)t"
_STAMP = f"(?:{_TUYET}|{_TOI})?{_MAT}"
_URGENT = f"(?:{_loose('hoatoc thuongkhan khan')})*"
_LABEL = f"(?:(?:{_loose('dau chi cap muc do bao phan loai')})+{_loose('mat')})?"
_LINE = re.compile(f"{_LABEL}{_URGENT}(?:{_STAMP}{_URGENT})+")
_RANKS = {"TUYỆT MẬT": re.compile(_TUYET + _MAT), "TỐI MẬT": re.compile(_TOI + _MAT)}
_HIGHER = re.compile(f"(?:{_TUYET}|{_TOI}){_MAT}")
_SPELLED = re.compile(_MAT)
_PAPER = re.compile(f"(?:{_loose('tailieu vanban hoso')})?{_LINE.pattern}")
_MENTION = re.compile(f"M(?i:{_VOWEL_OF_MAT}t)")

_PIECES = re.compile(r"[\[\](){}<>«»【】|:–—]|\s[-_]+\s")
_TOKENS = re.compile(r"[\s_.\-/]+")
_GAPS = re.compile(r"\t|\s{3,}")
_COLUMNS = re.compile(r"\s{2,}")
_BRACKET = re.compile(r"[(\[]")
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_COMPOUND = {"bi", "bao", "co"}  # bí mật, bảo mật, cơ mật: words that a line end tears apart
_SHORT = 5
_LONGEST_STAMP = len("tuyetmat")
_OF_SECRETS = "bi mat"  # a line on bí mật nhà nước ends with the name of a degree


def find_stamp(text: str) -> str | None:
    """The stamp in a title or a number: alone, or set apart by brackets, a spaced dash, a colon,
    figures, or capitals of its own; and TỐI MẬT or TUYỆT MẬT at the beginning."""
    for line in text.splitlines():
        pieces = filter(None, _PIECES.split(line))
        found = stamp_in_line(line) or next(filter(None, map(_stamp_apart, pieces)), None)
        if found:
            return found
    return None


def stamp_in_name(file_name: str) -> str | None:
    """The stamp in a file's name, which may write `_`, `-` or `.` for a space."""
    return find_stamp(_EXTENSION.sub("", file_name))


def stamp_in_line(line: str) -> str | None:
    """The stamp that a paragraph or a cell is, or that one of its tabbed columns is."""
    for part in dict.fromkeys((line, *_GAPS.split(line))):
        letters = _letters(part)
        if _LINE.fullmatch(letters) or _is_stamped(part, letters):
            return _name(letters)
    return None


def stamp_in_page(lines: Iterable[str]) -> str | None:
    """The stamp among printed lines, where it may stand letter below letter.

    There a paragraph breaks off where the line is full, so a stamp begins with a capital.
    """
    shown = [line for line in lines if _letters(line)]
    previous = ""
    for place, line in enumerate(shown):
        if not _is_torn(previous, line):
            for letters in _joined(shown[place : place + _LONGEST_STAMP]):
                if _LINE.fullmatch(letters) or _is_stamped(line, letters):
                    return _name(letters)
        previous = line
    return None


def mentions_stamp(text: str) -> bool:
    """Whether the letters of one stand anywhere: a reason to look closer, no more."""
    return _MENTION.search(_spelled(text)) is not None


def side_by_side(text: str) -> list[str]:
    """The columns of printed lines, one below the other; a line that is merely spaced wide, its
    words in small letters, stays whole."""
    found: list[str] = []
    for line in text.splitlines():
        parts = _COLUMNS.split(line.strip())
        found += [line] if any(part[:1].islower() for part in parts) else parts
    return found


def _spelled(text: str) -> str:
    compatible = _LOOSE_MARK.sub("", unicodedata.normalize("NFKC", text)).translate(_LOOKALIKES)
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFD", compatible))


def _letters(line: str) -> str:
    return _spelled(line).lower() if len(line) <= LONGEST_LINE else ""


def _name(letters: str) -> str:
    return next((name for name, rank in _RANKS.items() if rank.search(letters)), "MẬT")


def _is_stamped(line: str, letters: str) -> bool:
    """In capitals: "TÀI LIỆU MẬT", "MẬT (không phổ biến)", "TUYỆT MẬT Kế hoạch phòng thủ"."""
    if not _SPELLED.search(letters):
        return False
    words = [word for word in _TOKENS.split(line) if word]
    lengths = range(1, _LONGEST_STAMP + 1)
    if any(_is_higher(words[:length]) or _is_higher(words[-length:]) for length in lengths):
        return _OF_SECRETS not in fold(line)
    head = _BRACKET.split(line.strip(), maxsplit=1)[0]
    return head.isupper() and _PAPER.fullmatch(_letters(head)) is not None


def _is_higher(words: Sequence[str]) -> bool:
    return all(map(str.isupper, words)) and _HIGHER.fullmatch(_letters("".join(words))) is not None


def _stamp_apart(piece: str) -> str | None:
    tokens = [token for token in _TOKENS.split(piece) if token]
    leading = _letters("".join(tokens[:2]))
    if _HIGHER.fullmatch(leading):
        return _name(leading)
    for _, run in groupby(tokens, _looks):
        letters = _letters("".join(run))
        if _LINE.fullmatch(letters):
            return _name(letters)
    return None


def _looks(token: str) -> str:
    if any(map(str.isdecimal, token)):
        return "figures"
    return "capitals" if token.isupper() else "letters"


def _is_torn(previous: str, line: str) -> bool:
    """Whether the line carries on the one before it."""
    last = fold(previous).rpartition(" ")[2]
    return last in _COMPOUND or bool(previous and _spelled(line)[0].islower())


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """The letters of the first line, then with each short one that follows."""
    joined = _letters(lines[0])
    yield joined
    for line in lines[1:]:
        if max(map(_length, (lines[0], line))) > _SHORT or _length(joined) > _LONGEST_STAMP:
            return
        joined += _letters(line)
        yield joined


def _length(line: str) -> int:
    return sum(map(str.isalpha, _letters(line)))
