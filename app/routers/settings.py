"""What a committee decides for itself and those below, from a day on."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.routers.deps import CurrentWork, WorkRoute
from app.schemas.settings import SettingsPlace, SettingsQuery, SettingsRead, SettingsUpdate
from app.services import settings

router = APIRouter(prefix="/settings", tags=["settings"], route_class=WorkRoute)


@router.get("", response_model=SettingsRead)
def get_settings(work: CurrentWork, query: Annotated[SettingsQuery, Query()]) -> SettingsRead:
    """What holds in a unit on a day, and who decided it."""
    return settings.get(work, query.organization_id, query.on)


@router.patch("", response_model=SettingsRead)
def change_settings(
    work: CurrentWork, place: Annotated[SettingsPlace, Query()], data: SettingsUpdate
) -> SettingsRead:
    """Decide some settings from a day on; null gives one back to the level above."""
    return settings.change(work, place.organization_id, data)
