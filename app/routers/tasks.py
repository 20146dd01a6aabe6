"""Tasks that meetings decided."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, IfMatch, LiveRoute
from app.schemas.tasks import TaskClose, TaskCreate, TaskQuery, TaskRead, TaskUpdate
from app.services import tasks

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=LiveRoute)


@router.get("", response_model=Page[TaskRead])
def search_tasks(work: CurrentWork, query: Annotated[TaskQuery, Query()]) -> Page[TaskRead]:
    """Tasks within reach, the newest first."""
    return tasks.search(work, query)


@router.post("", response_model=TaskRead, status_code=201)
def create_task(work: CurrentWork, data: TaskCreate) -> TaskRead:
    """Write down what a meeting decided; whoever shall do it is told."""
    return tasks.create(work, data)


@router.get("/{task_id}", response_model=TaskRead)
def get_task(work: CurrentWork, task_id: UUID) -> TaskRead:
    """One task."""
    return tasks.get(work, task_id)


@router.patch("/{task_id}", response_model=TaskRead)
def change_task(work: CurrentWork, task_id: UUID, data: TaskUpdate, if_match: IfMatch) -> TaskRead:
    """Change an open task."""
    return tasks.change(work, task_id, data, if_match)


@router.post("/{task_id}/finish", response_model=TaskRead)
def finish_task(work: CurrentWork, task_id: UUID, data: TaskClose) -> TaskRead:
    """Say that it is done, and with which result."""
    return tasks.finish(work, task_id, data)


@router.post("/{task_id}/drop", response_model=TaskRead)
def drop_task(work: CurrentWork, task_id: UUID, data: TaskClose) -> TaskRead:
    """Say that it will not be done, and why."""
    return tasks.drop(work, task_id, data)


@router.post("/{task_id}/reopen", response_model=TaskRead)
def reopen_task(work: CurrentWork, task_id: UUID) -> TaskRead:
    """Take a closed task up again."""
    return tasks.reopen(work, task_id)
