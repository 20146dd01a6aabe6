"""Puts the house together."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType

import anyio.to_thread
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from app.core.settings import BODY_LIMIT, THREADS, settings
from app.gate import streams
from app.gate.admission import HEAD_LIMIT
from app.gate.edge import Edge
from app.gate.problems import describe, install_problem_handlers
from app.jobs import worker
from app.routers import (
    absence_reports,
    accesses,
    accounts,
    activation_codes,
    agendas,
    alerts,
    attachments,
    attendances,
    audit,
    auth,
    badges,
    calendar_runs,
    calendars,
    cells,
    changes,
    check_ins,
    checklists,
    corrections,
    dashboards,
    docs,
    documents,
    duplicates,
    exemptions,
    findings,
    guests,
    health,
    imports,
    jobs,
    me,
    meeting_plans,
    meetings,
    member_merges,
    members,
    memberships,
    minutes,
    not_held,
    notifications,
    objections,
    obligations,
    offices,
    organizations,
    own_exports,
    papers,
    periods,
    proposals,
    purposes,
    reminders,
    reorganizations,
    report_schedules,
    reports,
    reveals,
    tasks,
    templates,
    totp,
    transfers,
)
from app.routers import settings as settings_of_committees
from app.services import readiness

#: How long answers in the making may take after a stop was asked for, in seconds.
GRACE = 25
NOUNS = (
    absence_reports,
    accesses,
    accounts,
    activation_codes,
    agendas,
    alerts,
    attachments,
    attendances,
    audit,
    badges,
    calendar_runs,
    calendars,
    cells,
    changes,
    check_ins,
    checklists,
    corrections,
    dashboards,
    documents,
    duplicates,
    exemptions,
    findings,
    guests,
    imports,
    jobs,
    me,
    meeting_plans,
    meetings,
    member_merges,
    members,
    memberships,
    minutes,
    not_held,
    notifications,
    objections,
    obligations,
    offices,
    organizations,
    own_exports,
    papers,
    periods,
    proposals,
    purposes,
    reminders,
    reorganizations,
    report_schedules,
    reports,
    reveals,
    settings_of_committees,
    tasks,
    templates,
    totp,
    transfers,
)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Few threads, so that a rush queues instead of thrashing; the worker beside them."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    with worker.beside_the_server():
        yield


class Service(FastAPI):
    """FastAPI with the edge around everything, its own refusals and faults included."""

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(super().build_middleware_stack())


def create_app() -> FastAPI:
    """The whole service as one ASGI application."""
    app = Service(
        title="Sổ tay Đảng viên điện tử",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings().docs else None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        max_body_size=BODY_LIMIT,
        lifespan=lifespan,
    )
    api = APIRouter(prefix="/api/v1")
    api.include_router(auth.router)
    api.include_router(auth.signed_in)
    api.include_router(calendars.feeds)
    for noun in NOUNS:
        api.include_router(noun.router)
    app.include_router(api)
    app.include_router(health.router)
    if settings().docs:
        docs.serve(app)
    install_problem_handlers(app)
    plain = app.openapi
    app.openapi = lambda: describe(plain())  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


app = create_app()


class Server(uvicorn.Server):
    """Is not ready any more from the moment it is told to stop, and stops a while later."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        is_told_again = readiness.is_leaving()
        readiness.leave()
        if settings().drain_seconds and not is_told_again:
            timer = threading.Timer(settings().drain_seconds, self._stop, (sig, frame))
            timer.daemon = True
            timer.start()
        else:
            self._stop(sig, frame)

    def _stop(self, sig: int, frame: FrameType | None) -> None:
        """First those who follow something are told, for it waits for answers in the making."""
        streams.close()
        super().handle_exit(sig, frame)


def serve() -> None:
    """One process: SQLite has one writer, and more processes are more servers on PostgreSQL."""
    config = uvicorn.Config(
        app,
        host=settings().host,
        port=settings().port,
        loop="uvloop",
        http="h11",
        server_header=False,
        proxy_headers=False,
        log_config=None,
        access_log=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=HEAD_LIMIT,
    )
    Server(config).run()
