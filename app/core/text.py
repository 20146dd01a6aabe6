"""Vietnamese text: one spelling to store, one to search by, one to sort by."""

import re
import unicodedata
from functools import lru_cache

# Control characters, and those that turn or hide what a reader sees.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINES = str.maketrans("", "", "\t\n\r")

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
# Each letter follows its plain neighbour (a, ă, â) while the key stays in a-z and 0-9, which
# every collation of both databases orders alike.
_LETTERS = str.maketrans(
    {"ă": "az", "â": "azz", "đ": "dz", "ê": "ez", "ô": "oz", "ơ": "ozz", "ư": "uz"}
)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """What "Nguyễn Thị Đào" and "nguyen thi dao" have in common."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.split())


def sort_key(full_name: str) -> str:
    """Order by given name, then by the rest; a tone only decides between equal letters."""
    words = full_name.lower().split()
    return "".join(_spell(word) for word in words[-1:] + words[:-1])


def has_forbidden_characters(text: str, *, keep_lines: bool = False) -> bool:
    """Whether text cannot be shown honestly; with `keep_lines`, tabs and line ends may stay."""
    return _FORBIDDEN.search(text.translate(_LINES) if keep_lines else text) is not None


@lru_cache(maxsize=4096)  # names are made of few words
def _spell(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    tone = max((_TONES.get(mark, "1") for mark in decomposed), default="1")
    toneless = "".join(mark for mark in decomposed if mark not in _TONES)
    plain = unicodedata.normalize("NFC", toneless).translate(_LETTERS)
    letters = "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
    return f"{letters}0{tone}"
