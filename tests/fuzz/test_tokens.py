"""Ten thousand tokens that were touched: none is accepted, none breaks anything."""

import random
from collections.abc import Iterator
from itertools import islice

import pytest

from tests.fuzz.houses import Street
from tests.fuzz.wire import Letter, Wire

PEOPLE = ("member", "secretary", "officer")
LETTERS = b"AZaz09-_.=+/ \t%\x00\xff"
#: Around a good token, what makes of it another header.
FORMS = (
    b"%b",
    b"Bearer%b",
    b" Bearer %b",
    b"Bearer  %b",
    b"Bearer\t%b",
    b"Bearer %b ",
    b"Bearer %b\t",
    b"Bearer %b,",
    b"Bearer %b;",
    b"Bearer ,%b",
    b'Bearer "%b"',
    b"Bearer <%b>",
    b"Bearer Bearer %b",
    b"Bearer %b, Bearer %b",
    b"Bearer token=%b",
    b"Bearer\xa0%b",
    b"B\xc3\xa9arer %b",
    b"Bear\x65\x72s %b",
    b"Basic %b",
    b"Token %b",
    b"JWT %b",
    b"DPoP %b",
    b"Digest %b",
    b"Bearer: %b",
    b"Authorization: Bearer %b",
    b"Bearer %%20%b",
    b"Bearer %b\x00",
    b"Bearer %b.",
    b"Bearer .%b",
    b"Bearer %b==",
)


def flipped(token: bytes) -> Iterator[bytes]:
    """Every bit of every letter."""
    for place in range(len(token)):
        for bit in range(8):
            changed = bytes([token[place] ^ (1 << bit)])
            yield b"Bearer " + token[:place] + changed + token[place + 1 :]


def mangled(token: bytes, rng: random.Random) -> Iterator[bytes]:
    """Letters put in, left out, doubled and exchanged, parts turned round; without an end."""
    parts = token.split(b".")
    while True:
        place = rng.randrange(len(token) - 1)
        letter = bytes([rng.choice(LETTERS)])
        yield b"Bearer " + token[:place] + letter + token[place:]
        yield b"Bearer " + token[:place] + token[place + 1 :]
        yield b"Bearer " + token[: place + 1]
        turned = rng.sample(parts, 3)
        if turned != parts:
            yield b"Bearer " + b".".join(turned)
        yield b"Bearer " + b".".join(rng.choices(parts, k=rng.choice((1, 2, 4, 9))))


def touched(street: Street) -> Iterator[bytes]:
    """More than ten thousand headers, none of which is a token of ours."""
    tokens = [street.here.tokens[name].encode() for name in PEOPLE]
    for number, token in enumerate(tokens):
        yield from (form.replace(b"%b", token) for form in FORMS)
        yield from flipped(token)
        yield from islice(mangled(token, random.Random(number)), 1_000)


@pytest.mark.parametrize(
    "share", [pytest.param(1, marks=pytest.mark.long), pytest.param(37)], ids=["all", "some"]
)
def test_a_token_that_was_touched_proves_nothing(lane: Street, wire: Wire, share: int) -> None:
    tokens = {b"Bearer " + token.encode() for token in lane.here.tokens.values()}
    headers = [header for header in touched(lane) if header.strip() not in tokens]
    accepted = {}
    for header in headers[::share]:
        letter = Letter("GET", b"/api/v1/me", headers={b"authorization": header})
        status = wire.send(letter).status
        if status not in (401, 413):
            accepted[header] = status

    assert len(headers) > 10_000
    assert accepted == {}
