"""Many people at once, and afterwards everything that was acknowledged is there, once."""

import pytest
from sqlmodel import Session

from tests.conftest import SignIn
from tests.faults.invariants import expect_invariants
from tests.machines.crowd import Crowd
from tests.world import World


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(
    sign_in: SignIn, session: Session, world: World, seed: int
) -> None:
    crowd = Crowd.gathered(sign_in, session, world)

    crowd.act(seed, times=60)

    assert {status for _, status in crowd.statuses} >= {200, 201, 409}
    crowd.expect_kept(session)
    expect_invariants(session)
