"""Personal codes for first use and recovery; told once."""

from fastapi import APIRouter

from app.routers.deps import CurrentWork, SecretRoute
from app.schemas.activation_codes import ActivationCodeCreate, IssuedCodes
from app.services import activation_codes

router = APIRouter(prefix="/activation-codes", tags=["activation_codes"], route_class=SecretRoute)


@router.post("", response_model=IssuedCodes, status_code=201)
def create_activation_codes(work: CurrentWork, data: ActivationCodeCreate) -> IssuedCodes:
    """A fresh code for each member of a unit without an account, or for members by id."""
    return activation_codes.create(work, data)
