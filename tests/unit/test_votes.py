"""How votes are judged: the base, the two majorities, and what cannot be."""

import pytest

from app.core.errors import Invalid
from app.schemas.minutes import SelfRating, Vote, VoteKind
from app.services import votes
from app.services.minutes import rate

_K = VoteKind


def vote(
    in_favour: int, against: int = 0, abstained: int = 0, kind: VoteKind = _K.ORDINARY
) -> Vote:
    return Vote(
        subject="Kế hoạch",
        kind=kind,
        in_favour=in_favour,
        against=against,
        abstained=abstained,
        on_resolution=False,
    )


@pytest.mark.parametrize(
    ("kind", "base", "needed"),
    [
        (_K.ORDINARY, 20, 11),
        (_K.ORDINARY, 21, 11),
        (_K.ORDINARY, 3, 2),
        (_K.ORDINARY, 2, 2),
        (_K.ORDINARY, 1, 1),
        (_K.ADMISSION, 20, 14),
        (_K.RECOGNITION, 21, 14),
        (_K.REMOVAL, 22, 15),
        (_K.REMOVAL, 3, 2),
        (_K.ADMISSION, 4, 3),
        (_K.ADMISSION, 1, 1),
    ],
)
def test_more_than_half_or_two_thirds_at_least(kind: VoteKind, base: int, needed: int) -> None:
    judged = [votes.judge(vote(number, kind=kind), base) for number in (needed - 1, needed)]

    assert votes.needed(kind, base) == needed
    assert [each.is_carried for each in judged] == [False, True]


def test_the_worked_example_of_the_regulation() -> None:
    """Of 20 officials 17 are there and 16 in favour: 16/20, not 16/17."""
    judged = votes.judge(vote(16, 1), 20)

    assert judged.percent is not None
    assert judged.percent.model_dump() == {"numerator": 16, "denominator": 20, "percent": 80.0}
    assert (judged.base, judged.needed, judged.is_carried) == (20, 11, True)


def test_without_a_roster_nothing_follows_and_without_voters_nothing_is_carried() -> None:
    unknown = votes.judge(vote(3), None)

    assert (unknown.base, unknown.needed, unknown.percent, unknown.is_carried) == (None,) * 4
    for kind in _K:
        nobody = votes.judge(vote(0, kind=kind), 0)
        assert nobody.percent is not None
        assert (nobody.percent.percent, nobody.is_carried) == (None, False)


def test_no_more_votes_than_voters() -> None:
    votes.expect_within([vote(10, 5, 5), vote(0)], 20)
    with pytest.raises(Invalid) as refused:
        votes.expect_within([vote(10, 5, 5), vote(10, 5, 6), vote(21)], 20)

    faults = [(each["pointer"], each["code"]) for each in refused.value.details["errors"]]
    assert faults == [("/votes/1", "votes_exceed_base"), ("/votes/2", "votes_exceed_base")]


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (None, None),
        (100, SelfRating.GOOD),
        (90, SelfRating.GOOD),
        (89.99, SelfRating.FAIR),
        (70, SelfRating.FAIR),
        (69.99, SelfRating.AVERAGE),
        (50, SelfRating.AVERAGE),
        (49.99, SelfRating.POOR),
        (0, SelfRating.POOR),
    ],
)
def test_the_rating_follows_from_the_score(score: float | None, rating: SelfRating | None) -> None:
    assert rate(score) is rating
