"""Signing in and out. Plain JSON; every refusal looks and lasts the same."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from app.core.errors import Unauthenticated
from app.core.passwords import hash_password
from app.gate.lanes import HASHING, through
from app.gate.problems import refusals, render
from app.routers.deps import CurrentPreparation, CurrentWork, EnrolmentRoute, OpenRoute
from app.schemas.auth import Activation, Login, Refresh, Tokens
from app.services import accounts, openings, password_rules, sessions, throttles
from app.work import Work

router = APIRouter(prefix="/auth", tags=["auth"], route_class=OpenRoute)
signed_in = APIRouter(prefix="/auth", tags=["auth"], route_class=EnrolmentRoute)


@router.post("/activate", response_model=Tokens, responses=refusals(410))
@through(HASHING)
def activate_account(preparation: CurrentPreparation, data: Activation) -> Callable[[Work], Tokens]:
    """Open an account with its personal code, or recover it with a new one."""
    password_rules.expect_uncommon(data.password)
    with preparation.trying(
        lambda work: throttles.begin_by_code(work, data.card_number, data.totp)
    ):
        password_hash = hash_password(data.password)
    return lambda work: openings.activate(work, data, password_hash)


@router.post("/login", response_model=Tokens)
@through(HASHING)
def login(preparation: CurrentPreparation, data: Login) -> Callable[[Work], Tokens]:
    """Sign in by card number, phone or staff name."""
    with preparation.trying(
        lambda work: throttles.begin(work, data.identifier, data.device_key)
    ) as (work, tried):
        proof = accounts.prove(work, data, tried)
    return lambda work: accounts.login(work, proof, data)


@router.post("/refresh", response_model=Tokens)
def refresh_session(work: CurrentWork, data: Refresh, request: Request) -> Tokens | Response:
    """The next pair of tokens. A refresh token used before ends its session."""
    tokens = sessions.refresh(work, data.refresh_token, data.device_key)
    # Refused by an answer, not by raising: the revocation has to be committed.
    return tokens or render(request, Unauthenticated())


@signed_in.post("/logout", status_code=204)
def logout(work: CurrentWork) -> None:
    """Sign this device out at once: its access token is refused on the next request."""
    sessions.revoke_current(work)
