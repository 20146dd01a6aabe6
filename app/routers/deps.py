"""How a request becomes a piece of work, and the work an answer.

The whole piece, from the check of the session to the bytes of the answer, runs in one hop to a
thread, and the commit comes before the answer leaves.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import structlog
from fastapi import Depends, Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from app.core import database, outages
from app.core.tokens import AccessClaims
from app.gate import answers, problems, requests
from app.gate.lanes import lane_of
from app.gate.sources import source_of
from app.gate.strict_json import StrictRequest
from app.routers.tickets import Preparation, Ticket, reading, writing
from app.services import kept_answers, replicas
from app.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Known:
    """What a POST that creates found already there: answered 200 instead of 201."""

    row: Any


async def gather(request: Request) -> Any:
    """The ticket that `WorkRoute` prepared; a dependency so that endpoints can name it."""
    return request.state.ticket


async def gather_if_match(request: Request) -> int | None:
    """The version that the client saw; None when it did not say."""
    return answers.version_in(request.headers.get("if-match"))


CurrentWork = Annotated[Work, Depends(gather)]
#: Of a GET that only reads, and whose `query` names a period, or the last of several as `to`: what
#: it says of periods that are over may come from a replica, some moments old.
LaggingWork = Annotated[Work, Depends(gather), "may lag"]
CurrentPreparation = Annotated[Preparation, Depends(gather)]
IfMatch = Annotated[int | None, Depends(gather_if_match)]


class WorkRoute(APIRoute):
    """A route whose endpoint is one piece of work of somebody who is signed in."""

    anonymous: ClassVar[bool] = False
    keeps_answer: ClassVar[bool] = True
    version_tells_all: ClassVar[bool] = True
    before_enrolment: ClassVar[bool] = False

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        model = options.get("response_model")
        adapter: TypeAdapter[Any] | None = TypeAdapter(model) if isinstance(model, type) else None
        options["response_model"] = model if adapter else None
        documented = problems.SIGNING_IN if self.anonymous else problems.of_method(options)
        options["responses"] = documented | (options.get("responses") or {})
        options["openapi_extra"] = answers.described(
            next(iter(options.get("methods") or ["GET"])),
            options.get("status_code") or 200,
            model,
            is_open=self.anonymous,
            takes_version="if_match" in inspect.signature(endpoint).parameters,
        )
        super().__init__(path, _in_one_hop(endpoint, self, adapter), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            strict.state.ticket = await self.issue_ticket(strict)
            return await answer(strict)

        return handle

    async def issue_ticket(self, request: Request) -> Ticket:
        claims = None if self.anonymous else requests.claims_of(request)
        if request.scope["query_string"]:
            takes_any = bool(self.dependant.query_params)
            requests.expect_plain_query(request, takes_any=takes_any, lists=self._lists)
        if self.body_field is not None:
            takes = "multipart/form-data" if self._takes_form() else "application/json"
            requests.expect_media_type(request, takes)
        else:
            await requests.expect_nothing_told(request)
        return Ticket(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            claims=claims,
            request_id=request.state.request_id,
            if_none_match=request.headers.get("if-none-match"),
            key=await self._key_of(request, claims),
            before_enrolment=self.before_enrolment,
            source=source_of(request.scope),
        )

    @functools.cached_property
    def _lists(self) -> set[str]:
        """Which of its query's names may be said several times."""
        models = (param.field_info.annotation for param in self.dependant.query_params)
        return {
            name
            for model in models
            for name, field in getattr(model, "model_fields", {}).items()
            if "list" in str(field.annotation)
        }

    def _takes_form(self) -> bool:
        return self.body_field is not None and isinstance(self.body_field.field_info, Form)

    async def _key_of(
        self, request: Request, claims: AccessClaims | None
    ) -> kept_answers.Key | None:
        given = request.headers.get("idempotency-key")
        if given is None or request.method != "POST":
            return None
        return kept_answers.make_key(
            given,
            claims.account_id if claims else None,
            f"{request.url.path}?{request.url.query}\0".encode() + await requests.asked(request),
            keeps_answer=self.keeps_answer,
        )


class OpenRoute(WorkRoute):
    """A route for whoever has not signed in; its answers are secrets and never kept."""

    anonymous = True
    keeps_answer = False


class LiveRoute(WorkRoute):
    """A route that computes part of its answer: its version may stand while the answer changes."""

    version_tells_all = False


class SecretRoute(WorkRoute):
    """A route for somebody signed in, whose answer is a secret and never kept."""

    keeps_answer = False


class EnrolmentRoute(SecretRoute):
    """Open also to whoever needs a second factor and has none yet."""

    before_enrolment = True


def _in_one_hop(
    endpoint: Callable[..., Any], route: WorkRoute, adapter: TypeAdapter[Any] | None
) -> Callable[..., Awaitable[Response]]:
    parameters = inspect.signature(endpoint).parameters
    prepares = "preparation" in parameters
    lane = lane_of(endpoint)
    may_lag = "work" in parameters and parameters["work"].annotation == LaggingWork

    def hop(**arguments: Any) -> Response:
        ticket: Ticket = arguments.pop("preparation" if prepares else "work")
        if prepares:
            if kept := _kept(ticket):  # what was done is not judged again by what is true now
                return _from(kept)
            preparation = Preparation(ticket)
            with preparation.counting():
                step = endpoint(preparation=preparation, **arguments)
                return _perform(ticket, route, adapter, step)
        step = functools.partial(_call, endpoint, arguments)
        if may_lag and database.replica() is not None and (about := _last_period(arguments)):
            step = functools.partial(replicas.read, step, about)
        return _perform(ticket, route, adapter, step)

    @functools.wraps(endpoint)
    async def hopping(**arguments: Any) -> Response:
        return await lane.run(functools.partial(hop, **arguments))

    return hopping


def _kept(ticket: Ticket) -> kept_answers.Answer | None:
    if ticket.key is None:
        return None
    with reading(ticket) as work:
        return kept_answers.find(work, ticket.key)


def _call(endpoint: Callable[..., Any], arguments: dict[str, Any], work: Work) -> Any:
    return endpoint(work=work, **arguments)


def _last_period(arguments: dict[str, Any]) -> str | None:
    """The latest period that a query asks about, if it names one."""
    query = arguments["query"]
    named: str | None = getattr(query, "to", None) or getattr(query, "period", None)
    return named


def _perform(
    ticket: Ticket,
    route: WorkRoute,
    adapter: TypeAdapter[Any] | None,
    step: Callable[[Work], Any],
) -> Response:
    if ticket.is_read:
        with reading(ticket) as work:
            return _answer(step(work), ticket, route, adapter)
    write = functools.partial(_write, ticket, route, adapter, step)
    with kept_answers.running(ticket.key):
        try:
            return write()
        except database.FAULTS as error:
            if not outages.is_lost_race(error):
                raise
            log.info("once more after a lost race", request_id=ticket.request_id)
            return write()


def _write(
    ticket: Ticket,
    route: WorkRoute,
    adapter: TypeAdapter[Any] | None,
    step: Callable[[Work], Any],
) -> Response:
    with writing(ticket) as work:
        if ticket.key and (kept := kept_answers.find(work, ticket.key)):
            return _from(kept)
        result = step(work)
        work.session.flush()
        answer = _answer(result, ticket, route, adapter)
        if ticket.key and answer.status_code < 400:
            kept_answers.keep(work, ticket.key, _as_kept(answer))
        return answer


def _answer(
    result: Any, ticket: Ticket, route: WorkRoute, adapter: TypeAdapter[Any] | None
) -> Response:
    """The bytes of the answer, built while the transaction is still open."""
    if isinstance(result, Response):
        return result
    if adapter is None:
        return Response(status_code=204)
    status = route.status_code or 200
    if isinstance(result, Known):
        result, status = result.row, 200
    body = adapter.validate_python(result, from_attributes=True)
    headers = answers.headers_of(body, ticket.path, ticket.query, status)
    may_be_known = ticket.is_read and route.version_tells_all
    is_known = may_be_known and answers.is_known(headers, ticket.if_none_match)
    content = b"" if is_known else adapter.dump_json(body)
    return Response(content, 304 if is_known else status, headers, media_type="application/json")


def _as_kept(answer: Response) -> kept_answers.Answer:
    headers = answer.headers
    return kept_answers.Answer(
        answer.status_code, headers.get("location"), headers.get("etag"), bytes(answer.body)
    )


def _from(kept: kept_answers.Answer) -> Response:
    headers = {"location": kept.location, "etag": kept.etag}
    return Response(
        kept.body,
        kept.status,
        {name: value for name, value in headers.items() if value},
        media_type="application/json" if kept.status < 400 else "application/problem+json",
    )
