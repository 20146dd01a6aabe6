"""A replica answers about what is over, shows nobody their own write undone, and may go away."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from app.core import connections, database
from app.policies.actors import SYSTEM
from app.services import figure_days, replicas
from app.services.replicas import READS
from app.work import Work
from tests.conftest import SignIn
from tests.databases import Databases
from tests.postgres import NoServer
from tests.replicas import Pair, pair
from tests.world import NOON, World, build_world

pytestmark = pytest.mark.long

OVER, RUNNING = "2026-04", "2026-05"
COPY, AWAY, OWN, REFUSED, LATE = (
    ("replica", ""),
    ("primary", "away"),
    ("primary", "own_write"),
    ("primary", "refused"),
    ("primary", "late"),
)
Served = Callable[[], dict[tuple[str, str], int]]


@pytest.fixture(scope="module")
def following(databases: Databases) -> Iterator[Pair]:
    if databases.server is None:
        pytest.skip("a replica follows a PostgreSQL: tested together with it")
    try:
        with pair() as made:
            yield made
    except NoServer as refusal:
        pytest.skip(f"no binaries that can run a server and its copy: {refusal}")


@pytest.fixture(scope="module")
def own_databases(
    following: Pair, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Databases, World]]:
    with (
        Databases.on(following.primary, tmp_path_factory.mktemp("replicas")) as made,
        pytest.MonkeyPatch.context() as patch,
    ):
        with made.template() as engine:
            patch.setattr(database, "engine", lambda: engine)
            world = build_world()
        yield made, world


@pytest.fixture
def world(
    following: Pair, own_databases: tuple[Databases, World], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The small province on a server with a copy that has caught up."""
    databases, built = own_databases
    with databases.copy() as engine:
        copy = database.make_replica(following.of(engine.url.database))
        monkeypatch.setattr(database, "engine", lambda: engine)
        monkeypatch.setattr(database, "replica", lambda: copy)
        monkeypatch.setattr(figure_days, "_reached", {})
        monkeypatch.setattr(replicas, "_rest", replicas._Rest())  # noqa: SLF001 - as a new process
        following.wait()
        yield built
        copy.dispose()


@pytest.fixture
def held_up(following: Pair, world: World) -> Iterator[Pair]:
    """The copy shows what was, until it is let go."""
    following.hold_up()
    yield following
    following.let_go()


@pytest.fixture
def served(world: World) -> Served:
    """Who answered since the last time this was asked, and why the replica did not."""
    before: Counter[tuple[str, str]] = Counter()

    def since() -> dict[tuple[str, str], int]:
        now = _counts()
        found = now - before
        before.update(found)
        return dict(found)

    since()
    return since


def _counts() -> Counter[tuple[str, str]]:
    (metric,) = READS.collect()
    return Counter(
        {
            (sample.labels["served"], sample.labels["why"]): int(sample.value)
            for sample in metric.samples
            if sample.name == "sotay_replica_reads_total"
        }
    )


def dashboard(client: TestClient, unit: Any, period: str = OVER) -> Any:
    answer = client.get(f"/dashboards/{unit.id}", params={"period": period})
    assert answer.status_code == 200, answer.text
    return answer.json()


def due(client: TestClient, unit: Any, period: str = OVER) -> int:
    """Members due an account, who are one fewer once somebody is exempt."""
    return int(dashboard(client, unit, period)["figures"]["accounts_activated"]["denominator"])


def exempt(client: TestClient, world: World, name: str = "member") -> None:
    member_id = str(world.people[name].member_id)
    body = {"member_id": member_id, "valid_from": "2026-04-30"}
    assert client.post("/exemptions", json=body).status_code == 201


class TestWhatMayLag:
    def test_what_is_over_is_read_from_the_replica(
        self, sign_in: SignIn, world: World, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from_copy = dashboard(sign_in("inspector"), world.root)
        assert served() == {COPY: 1}

        monkeypatch.setattr(database, "replica", lambda: None)
        assert dashboard(sign_in("inspector"), world.root) == from_copy
        assert served() == {}

    def test_the_running_month_is_not(self, sign_in: SignIn, world: World, served: Served) -> None:
        dashboard(sign_in("inspector"), world.root, RUNNING)

        assert served() == {}

    def test_others_see_a_write_later_and_are_told_of_which_moment_they_see(
        self, sign_in: SignIn, world: World, served: Served, held_up: Pair
    ) -> None:
        exempt(sign_in("officer"), world)

        seen = dashboard(sign_in("inspector"), world.north_one)
        assert served() == {COPY: 1}
        assert seen["figures"]["accounts_activated"]["denominator"] == 10
        assert seen["as_of"] < NOON.isoformat()

        held_up.let_go()
        assert due(sign_in("inspector"), world.north_one) == 9
        assert served() == {COPY: 1}

    def test_a_session_that_has_ended_reads_nothing_from_it(
        self, sign_in: SignIn, world: World, served: Served, held_up: Pair
    ) -> None:
        inspector = sign_in("inspector")
        assert inspector.post("/auth/logout").status_code == 204

        answer = inspector.get(f"/dashboards/{world.root.id}", params={"period": OVER})

        assert (answer.status_code, served()) == (401, {})


class TestTheOwnWrite:
    def test_is_never_undone(
        self, sign_in: SignIn, world: World, served: Served, held_up: Pair
    ) -> None:
        officer = sign_in("officer")
        assert due(officer, world.north_one) == 10
        assert served() == {COPY: 1}

        exempt(officer, world)
        assert due(officer, world.north_one) == 9
        assert served() == {OWN: 1}

        held_up.let_go()
        assert due(officer, world.north_one) == 9
        assert served() == {COPY: 1}

    def test_is_not_hidden_by_a_later_one_that_arrived_first(
        self, sign_in: SignIn, world: World, served: Served, following: Pair
    ) -> None:
        """What began first may be committed last: the latest trace alone would say "all there"."""
        with database.writing() as slow:
            late = Work(slow, _actor_of(world, "officer"), NOON)
            late.record("organization.changed", world.root)
            exempt(sign_in("officer"), world)
            following.wait()
            following.hold_up()
        try:
            due(sign_in("officer"), world.north_one)
            assert served() == {OWN: 1}
        finally:
            following.let_go()

    def test_of_a_new_unit_is_found_by_whoever_is_told_of_it(
        self, sign_in: SignIn, world: World, served: Served, held_up: Pair
    ) -> None:
        body = {
            "code": "97.001.001.000.003",
            "name": "Chi bộ Bắc 3",
            "kind": "cell",
            "parent_id": str(world.north.id),
            "valid_from": "2026-05-01",
        }
        made = sign_in("officer").post("/organizations", json=body)
        assert made.status_code == 201, made.text

        path = f"/dashboards/{made.json()['id']}"
        answer = sign_in("inspector").get(path, params={"period": OVER})

        assert (answer.status_code, served()) == (200, {REFUSED: 1})
        missing = sign_in("inspector").get(f"/dashboards/{uuid4()}", params={"period": OVER})
        assert (missing.status_code, served()) == (404, {REFUSED: 1})


class TestWhatIsKept:
    """A report is stored with what it says, so no report may know less than the one before it."""

    def ask(self, client: TestClient, world: World) -> int:
        told = {"organization_id": str(world.north.id), "period": OVER}
        answer = client.get("/reports/monthly.csv", params=told)
        assert answer.status_code == 200, answer.text
        return answer.text.count("\n")

    def test_a_report_of_what_is_over_is_made_from_the_replica(
        self, sign_in: SignIn, world: World, served: Served
    ) -> None:
        self.ask(sign_in("officer"), world)

        assert served() == {COPY: 1}

    def test_but_not_while_it_is_behind_at_all(
        self,
        sign_in: SignIn,
        world: World,
        served: Served,
        held_up: Pair,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(replicas, "PATIENCE", 0.0)
        exempt(sign_in("branch_officer"), world)

        self.ask(sign_in("officer"), world)

        assert served() == {LATE: 1}

    def test_a_moment_behind_it_is_waited_for(
        self,
        sign_in: SignIn,
        world: World,
        served: Served,
        held_up: Pair,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(replicas, "PATIENCE", 20.0)  # a busy machine lets go late
        exempt(sign_in("branch_officer"), world)
        Timer(0.1, held_up.let_go).start()

        self.ask(sign_in("officer"), world)

        assert served() == {COPY: 1}


class TestTheReplicaMayFail:
    def test_gone_it_is_left_alone_and_used_again_when_it_is_back(
        self, sign_in: SignIn, world: World, served: Served, following: Pair
    ) -> None:
        inspector = sign_in("inspector")
        dashboard(inspector, world.root)
        following.ground.stop()
        try:
            with capture_logs() as said:
                answers = [due(inspector, world.north_one) for _ in range(3)]
            assert answers == [10, 10, 10]
            told = [entry["event"] for entry in said if entry["event"] != "request"]
            assert told == ["replica left alone"]
            assert served() == {COPY: 1, AWAY: 3}
        finally:
            following.ground.start()
        following.wait()

        dashboard(inspector, world.root)
        assert served() == {AWAY: 1}, "still left alone"

    def test_after_its_rest_it_is_tried_again(
        self,
        sign_in: SignIn,
        world: World,
        served: Served,
        following: Pair,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(replicas, "REST", 0.0)
        monkeypatch.setattr(connections, "REST", 0.0)
        inspector = sign_in("inspector")
        following.ground.stop()
        try:
            dashboard(inspector, world.root)
            dashboard(inspector, world.root)
        finally:
            following.ground.start()
        following.wait()

        dashboard(inspector, world.root)
        assert served() == {AWAY: 2, COPY: 1}

    @pytest.mark.parametrize(
        "fault",
        [
            "SELECT pg_terminate_backend(pg_backend_pid())",
            "SELECT pg_sleep(1) ",
            "SELECT nothing_of_this_name FROM organizations",
        ],
        ids=["killed", "too slow", "of another schema"],
    )
    def test_what_breaks_in_the_middle_is_read_from_the_primary(
        self, world: World, served: Served, fault: str
    ) -> None:
        def step(work: Work) -> str:
            if work.session.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
                work.session.execute(text("SET statement_timeout = 50"))
                work.session.execute(text(fault))
            return "answered"

        with database.reading() as session:
            assert replicas.read(step, OVER, Work(session, SYSTEM, NOON)) == "answered"

        assert served() == {AWAY: 1}

    def test_a_fault_of_the_primary_is_hidden_by_nothing(self, world: World) -> None:
        def step(work: Work) -> None:
            work.session.execute(text("SELECT nothing_of_this_name FROM organizations"))

        with database.reading() as session, pytest.raises(SQLAlchemyError):
            replicas.read(step, OVER, Work(session, SYSTEM, NOON))

    def test_too_far_behind_it_answers_nobody(
        self,
        sign_in: SignIn,
        world: World,
        served: Served,
        held_up: Pair,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(replicas, "LAG", NOON - NOON)
        exempt(sign_in("officer"), world)

        assert due(sign_in("inspector"), world.north_one) == 9
        assert served() == {LATE: 1}

    def test_a_primary_of_its_own_it_answers_nobody(
        self, sign_in: SignIn, world: World, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = database.engine().url.render_as_string(hide_password=False)
        other = database.make_replica(url)
        monkeypatch.setattr(database, "replica", lambda: other)

        dashboard(sign_in("inspector"), world.root)

        assert served() == {AWAY: 1}
        other.dispose()


def _actor_of(world: World, name: str) -> Any:
    return replace(SYSTEM, account_id=world.people[name].account_id)
