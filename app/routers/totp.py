"""The own second factor, and proving again who one is. Open also to who has yet to enrol."""

from collections.abc import Callable

from fastapi import APIRouter

from app.gate.lanes import HASHING, through
from app.routers.deps import CurrentPreparation, CurrentWork, EnrolmentRoute
from app.schemas.totp import Proved, RecoveryCodes, StepUp, TotpBegun, TotpConfirm
from app.services import accounts, proofs, totp
from app.work import Work

router = APIRouter(prefix="/me", tags=["me"], route_class=EnrolmentRoute)


@router.post("/totp", response_model=TotpBegun)
def begin_totp(work: CurrentWork) -> TotpBegun:
    """A secret for an authenticator, told once. It counts when its first code is confirmed."""
    return totp.begin(work)


@router.post("/totp/confirm", response_model=RecoveryCodes)
def confirm_totp(
    preparation: CurrentPreparation, data: TotpConfirm
) -> Callable[[Work], RecoveryCodes]:
    """Take the secret into use by one of its codes; answers eight recovery codes, told once."""
    with preparation.trying():
        return lambda work: totp.confirm(work, data)


@router.delete("/totp", status_code=204)
def drop_totp(work: CurrentWork) -> None:
    """Sign in by password alone again. Whoever sees other people's data keeps the factor: 409."""
    totp.drop(work)


@router.post("/step-up", response_model=Proved)
@through(HASHING)
def step_up(preparation: CurrentPreparation, data: StepUp) -> Callable[[Work], Proved]:
    """Prove again who one is, for 15 minutes: password, and second factor where there is one."""
    with preparation.trying() as (work, _):
        proof = accounts.check_own_password(work, data.password)
    return lambda work: proofs.step_up(work, proof, data)
