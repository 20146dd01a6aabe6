"""Whatever anybody does in the small world, in any order: the service is what a model says."""

from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Worlds
from tests.machines.readers import Readers
from tests.machines.stage import Theatre


@pytest.mark.parametrize(
    ("runs", "steps"), [(3, 30), pytest.param(100, 60, marks=pytest.mark.long)]
)
def test_the_service_does_what_the_model_says(
    worlds: Worlds, app: FastAPI, clock: time_machine.Traveller, runs: int, steps: int
) -> None:
    theatre = Theatre(app, clock, worlds)
    profile = settings(
        max_examples=runs,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    play: Any = lambda: Readers(theatre)  # noqa: E731 - called like the class that is asked for
    run_state_machine_as_test(play, settings=profile)
