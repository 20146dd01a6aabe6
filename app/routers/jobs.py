"""Long work: asked for, followed, called off."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter

from app.core.paging import Page
from app.gate.streams import EVENTS, EventStream, Told
from app.models import Job
from app.routers.deps import CurrentPreparation, CurrentWork, WorkRoute
from app.routers.tickets import Preparation
from app.schemas.jobs import JobCreate, JobQuery, JobRead
from app.services import jobs
from app.work import Work

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=WorkRoute)
_READ = TypeAdapter(JobRead)


@router.get("", response_model=Page[JobRead])
def search_jobs(work: CurrentWork, query: Annotated[JobQuery, Query()]) -> Page[Job]:
    """One's own jobs, the newest first."""
    return jobs.search(work, query)


@router.post("", response_model=JobRead, status_code=201)
def create_job(work: CurrentWork, data: JobCreate) -> Job:
    """Ask for a report, the commit of an import, or a recount; a worker does it, by the rights
    that one has then.
    """
    return jobs.create(work, data)


@router.get("/{job_id}", response_model=JobRead)
def get_job(work: CurrentWork, job_id: UUID) -> Job:
    """One's own job: how far it has come, its first errors, and what came of it."""
    return jobs.get(work, job_id)


@router.post("/{job_id}/cancel", response_model=JobRead)
def cancel_job(work: CurrentWork, job_id: UUID) -> Job:
    """Call it off: at once while it waits; a running one stops before its next step."""
    return jobs.cancel(work, job_id)


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses={200: {"content": {EVENTS: {}}, "description": "The job, whenever it changes"}},
)
def follow_job(preparation: CurrentPreparation, job_id: UUID) -> Callable[[Work], EventStream]:
    """Server-sent events: `job` whenever something changed, `end` when it ended, then it closes.

    `refused` says that one is signed out or may not look any more.
    """

    def follow(work: Work) -> EventStream:
        jobs.get(work, job_id)
        return EventStream(work.actor.account_id, lambda: _look(preparation, job_id))

    return follow


def _look(preparation: Preparation, job_id: UUID) -> Told:
    """By the session and the rights as they are at this moment."""
    with preparation.reading() as work:
        job = JobRead.model_validate(jobs.get(work, job_id))
    return Told(job.version, _READ.dump_json(job), is_last=job.ended_at is not None)
