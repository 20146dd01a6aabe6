"""The first administrators, who cannot be appointed by anybody else."""

from pydantic import ValidationError
from sqlmodel import select

from app.core.errors import Invalid, NotFound
from app.models import Organization, Role
from app.schemas.accounts import AccountCreate, InvitedStaff
from app.schemas.offices import OfficeCreate
from app.services import offices, staff
from app.work import Work


def create(work: Work, staff_name: str, organization_code: str) -> InvitedStaff:
    """A staff account that administers a unit and all below it, and the code that opens it.

    Refused for a name that is taken or no name, and for an unknown code.
    """
    statement = select(Organization).where(Organization.code == organization_code)
    unit = work.session.execute(
        statement.execution_options(scoped="the operator's own words")
    ).scalar_one_or_none()
    if unit is None:
        raise NotFound
    try:
        data = AccountCreate(staff_name=staff_name, organization_id=unit.id)
    except ValidationError as error:
        raise Invalid.at(
            "/staff_name",
            "wrong_format",
            "Tên đăng nhập có 3 đến 64 chữ thường không dấu, số, dấu chấm, gạch; đầu là chữ.",
            "A staff name is 3 to 64 small letters, figures, dots, dashes; a letter first.",
        ) from error
    invited = staff.create(work, data)
    office = OfficeCreate(organization_id=unit.id, account_id=invited.id, role=Role.ADMINISTRATOR)
    offices.create(work, office)
    return invited
