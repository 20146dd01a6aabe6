"""What may be read from a replica says of which period it is, and writes nothing."""

import inspect

from app.routers.deps import LaggingWork, WorkRoute
from tests.architecture.test_wire import ROUTES

LAGGING = [
    route
    for route in ROUTES
    if isinstance(route, WorkRoute)
    and any(
        parameter.annotation == LaggingWork
        for parameter in inspect.signature(route.endpoint).parameters.values()
    )
]


def test_some_routes_may_lag() -> None:
    assert "get_dashboard" in {route.name for route in LAGGING}


def test_they_are_read_by_get() -> None:
    for route in LAGGING:
        assert route.methods == {"GET"}, route.name


def test_their_query_names_the_last_period_it_asks_about() -> None:
    for route in LAGGING:
        query = inspect.signature(route.endpoint).parameters["query"].annotation.__origin__
        named = {"to", "period"} & set(query.model_fields)
        assert named, route.name
