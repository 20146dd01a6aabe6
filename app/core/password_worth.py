"""How much of a password is left when whatever a guesser tries first counts for next to nothing.

Each letter is worth one. A known word, a walk along the keyboard, or something that stood in the
password before, is worth one as a whole, however long it is. Marks, spaces, capitals and figures
put for letters change nothing. This is no measure of strength; it finds the weak.
"""

from collections.abc import Collection

from app.core.known_words import WALKS, WORDS
from app.core.text import fold

#: What is worth less than so many letters is found in no time.
LEAST = 8
_SHORTEST_PIECE = 3
_LONGEST_PIECE = 64
_PUT_FOR = str.maketrans("013457@$!", "oieastasi")
_SIGNS = "@$!"


def plain(text: str) -> str:
    """The letters and figures, folded; signs that stand for letters stay."""
    return "".join(sign for sign in fold(text) if sign.isalnum() or sign in _SIGNS)


def worth(password: str, besides: Collection[str] = ()) -> int:
    """The cheapest way to put the password together; `besides` are further words, folded."""
    typed = plain(password)
    meant = typed.translate(_PUT_FOR)
    cheapest = [0]
    for end in range(1, len(typed) + 1):
        ways = [cheapest[end - 1] + 1]
        for start in range(max(0, end - _LONGEST_PIECE), end - _SHORTEST_PIECE + 1):
            pieces = (typed[start:end], meant[start:end])
            if any(_is_known(piece, besides) for piece in pieces) or _stood_before(
                typed, start, end
            ):
                ways.append(cheapest[start] + 1)
        cheapest.append(min(ways))
    return cheapest[-1]


def _is_known(piece: str, besides: Collection[str]) -> bool:
    return piece in WORDS or piece in besides or any(piece in walk for walk in WALKS)


def _stood_before(text: str, start: int, end: int) -> bool:
    return 0 <= text.find(text[start:end], 0, end - 1) < start
