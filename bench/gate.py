"""What it costs to let somebody in, beside the whole of typical reads over HTTP."""

import time
from collections.abc import Callable

from fastapi import Request
from sqlmodel import select

from app.core import clock, database
from app.demo.sign_ins import sign_ins
from app.gate.admission import refusal_of
from app.gate.requests import claims_of
from app.gate.sources import source_of
from app.models import Account, Member
from app.policies.actors import SYSTEM
from app.services import sessions
from app.work import Work
from bench.dashboard import Server, running
from bench.samples import Sample

ROUNDS, TIMES, READS = 7, 2_000, 300
#: What people look at all the time.
NOUNS = ("members", "meetings", "organizations")


def main() -> None:
    token = officers_token()
    with running(["-m", "app.cli", "serve"]) as server:
        server.client.headers["authorization"] = f"Bearer {token}"
        warm(server)
        for _ in range(ROUNDS):
            entry = spent(lambda: let_in(token), TIMES)
            for noun in NOUNS:
                Sample(f"gate {noun}", entry, server.spend(page_of(noun), READS)).hand_over()


def officers_token() -> str:
    with database.writing() as session:
        officer = sign_ins(session)[0]
        statement = select(Account, Member).join(Member)
        scoped = statement.execution_options(scoped="a measurement")
        account = next(
            account
            for account, member in session.execute(scoped)
            if member.card_number == officer.identifier
        )
        return sessions.open_session(
            Work(session, SYSTEM, clock.now()), account, "bench", None
        ).access_token


def warm(server: Server) -> None:
    for noun in NOUNS:
        server.spend(page_of(noun), READS)


def page_of(noun: str) -> str:
    return f"/api/v1/{noun}?limit=50"


def let_in(token: str) -> None:
    """Admission, the token, the session's row and the positions, as every request has them."""
    scope = {
        "type": "http",
        "method": "GET",
        "raw_path": b"/api/v1/members",
        "query_string": b"limit=50",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"user-agent", b"bench"),
            (b"accept", b"*/*"),
            (b"authorization", f"Bearer {token}".encode()),
        ],
        "client": ("127.0.0.1", 1),
    }
    assert refusal_of(scope) is None
    claims = claims_of(Request(scope))
    with database.reading() as session:
        sessions.identify(session, claims, clock.now(), "bench", source_of(scope))


def spent(step: Callable[[], None], times: int) -> float:
    """Milliseconds of this process for one of them."""
    before = time.process_time()
    for _ in range(times):
        step()
    return (time.process_time() - before) / times * 1000


if __name__ == "__main__":
    main()
