"""In which transaction a request is worked on, and by whom."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.core import clock, database, walls
from app.core.errors import InvalidCredentials, TotpEnrolmentRequired
from app.core.tokens import AccessClaims
from app.policies.actors import Actor
from app.services import figure_days, kept_answers, sessions, throttles
from app.services.throttles import Try
from app.work import Work


@dataclass(frozen=True)
class Ticket:
    """What a request says of itself, before anything is asked of the database."""

    method: str
    path: str
    query: str
    claims: AccessClaims | None
    request_id: str
    if_none_match: str | None
    key: kept_answers.Key | None
    before_enrolment: bool
    source: str

    @property
    def is_read(self) -> bool:
        return self.method in ("GET", "HEAD")


@dataclass(frozen=True)
class Preparation:
    """For the few endpoints with slow steps (hashing, parsing) that must hold no transaction.

    Such an endpoint prepares, and returns the piece of work that is left to do.
    """

    ticket: Ticket
    tries: list[Try] = field(default_factory=list)

    def reading(self) -> AbstractContextManager[Work]:
        """A look at the database before the work proper."""
        return reading(self.ticket)

    @contextmanager
    def trying(
        self, begin: Callable[[Work], Try] = throttles.begin_again
    ) -> Iterator[tuple[Work, Try]]:
        """The same of whoever proves who they are: made to wait, and counted when it fails."""
        with self.reading() as work:
            tried = begin(work)
            self.tries.append(tried)
            yield work, tried

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Keep what failed, in a transaction of its own: the one that failed is rolled back."""
        try:
            yield
        except InvalidCredentials:
            for tried in self.tries:
                with database.writing() as session:
                    throttles.note_failure(_work_of(session, tried.actor, clock.now()), tried)
            raise


@contextmanager
def reading(ticket: Ticket) -> Iterator[Work]:
    now = clock.now()
    figure_days.turn(now)
    with database.reading() as session:
        identity = _identify(session, ticket, now)
        if identity.is_worth_noting:  # before the answer, so that it counts in what is read
            session.close()
            with database.writing() as writer:
                sessions.note_use(Work(writer, identity.actor, now))
        yield _work_of(session, identity.actor, now)


@contextmanager
def writing(ticket: Ticket) -> Iterator[Work]:
    now = clock.now()
    figure_days.turn(now)
    with database.writing() as session:
        identity = _identify(session, ticket, now)
        work = _work_of(session, identity.actor, now)
        yield work
        if identity.is_worth_noting:  # last, for it locks the cell's figures as every step does
            sessions.note_use(work)


def _work_of(session: Session, actor: Actor, now: datetime) -> Work:
    work = Work(session, actor, now)
    if actor.account_id is None:  # whoever signs in is looked for in every tree
        walls.declare(session, walls.EVERY)
    return work


def _identify(session: Session, ticket: Ticket, now: datetime) -> sessions.Identity:
    if ticket.claims is None:
        nobody = Actor(request_id=ticket.request_id, source=ticket.source)
        return sessions.Identity(nobody, is_worth_noting=False)
    identity = sessions.identify(session, ticket.claims, now, ticket.request_id, ticket.source)
    if identity.must_enrol and not ticket.before_enrolment:
        raise TotpEnrolmentRequired
    return identity
