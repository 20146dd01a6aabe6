"""What waits for the long run: all seeds of a random history but one."""

from typing import Any

import pytest


def seeds(number: int) -> list[Any]:
    """`number` seeds from 0 on, for `parametrize`."""
    rest = (pytest.param(seed, marks=pytest.mark.long) for seed in range(1, number))
    return [0, *rest]
