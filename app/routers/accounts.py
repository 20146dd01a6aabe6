"""Accounts, as administrators keep them. Answers may hold a code, so none is kept."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.core.paging import Page
from app.routers.deps import CurrentWork, SecretRoute
from app.schemas.accounts import (
    AccountAct,
    AccountCreate,
    AccountLine,
    AccountQuery,
    InvitedStaff,
)
from app.services import account_keepers, account_views, staff

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=SecretRoute)


@router.get("", response_model=Page[AccountLine])
def search_accounts(
    work: CurrentWork, query: Annotated[AccountQuery, Query()]
) -> Page[AccountLine]:
    """Of staff and members within reach."""
    return account_views.search(work, query)


@router.get("/{account_id}", response_model=AccountLine)
def get_account(work: CurrentWork, account_id: UUID) -> AccountLine:
    """Whose it is, and how it stands."""
    return account_views.get(work, account_id)


@router.post("", response_model=InvitedStaff, status_code=201)
def create_account(work: CurrentWork, data: AccountCreate) -> InvitedStaff:
    """An account for staff who are no members, with the one-time code that opens it."""
    return staff.create(work, data)


@router.post("/{account_id}/code", response_model=InvitedStaff, status_code=201)
def renew_account_code(work: CurrentWork, account_id: UUID) -> InvitedStaff:
    """Another one-time code for staff; older ones stop working."""
    return staff.renew_code(work, account_id)


@router.post("/{account_id}/disable", response_model=AccountLine)
def disable_account(work: CurrentWork, account_id: UUID, data: AccountAct) -> AccountLine:
    """Sign it out everywhere and let it in no more."""
    return account_keepers.disable(work, account_id, data)


@router.post("/{account_id}/unlock", response_model=AccountLine)
def unlock_account(work: CurrentWork, account_id: UUID, data: AccountAct) -> AccountLine:
    """Let in again what was locked or disabled."""
    return account_keepers.unlock(work, account_id, data)


@router.post("/{account_id}/reset-totp", response_model=AccountLine)
def reset_account_totp(work: CurrentWork, account_id: UUID, data: AccountAct) -> AccountLine:
    """Take a lost second factor away, with all sessions; the password is still needed."""
    return account_keepers.reset_totp(work, account_id, data)
