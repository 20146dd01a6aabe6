"""Whether the process lives, whether it can serve, and what it counts."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from app.core.errors import NotFound, Unavailable
from app.core.settings import settings
from app.gate.problems import refusals
from app.schemas.health import Health
from app.services import readiness

router = APIRouter(tags=["health"])
BACKLOG = Gauge("sotay_figure_deltas", "Deltas that wait for the worker")
UNSEALED = Gauge("sotay_audit_unsealed", "Audit entries that wait for their seal")
JOBS = Gauge("sotay_jobs_waiting", "Jobs that are due and that no worker has taken up")
LATE = Gauge("sotay_calendar_late_seconds", "Since when a run of the calendar is late", ["name"])
FAILED = Gauge("sotay_calendar_failed", "Parts that failed in the latest run", ["name"])


@router.get("/health/live", response_model=Health)
async def check_live() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/health/ready", response_model=Health, responses=refusals(503))
def check_ready() -> Health:
    """Database, schema, keys and disk are as they should be, and nobody told it to stop."""
    if not readiness.is_ready():
        raise Unavailable
    return Health(status="ok")


@router.get("/metrics", response_class=Response, responses=refusals(404))
def read_metrics(request: Request) -> Response:
    """Prometheus metrics, for the machine itself or whoever holds the token."""
    token = settings().metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    local = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    allowed = (
        hmac.compare_digest(given.encode(), token.get_secret_value().encode()) if token else local
    )
    if not allowed:
        raise NotFound
    waits = readiness.what_waits()
    BACKLOG.set(waits.deltas)
    UNSEALED.set(waits.unsealed)
    JOBS.set(waits.jobs)
    for gauge, by_name in ((LATE, waits.late), (FAILED, waits.failed)):
        for name, number in by_name.items():
            gauge.labels(name).set(number)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
