"""The first administrators, who cannot be appointed by anybody else."""

from sqlmodel import select

from app.core.errors import Conflict, Invalid, NotFound
from app.core.passwords import hash_password
from app.models import Account, Organization, Role
from app.schemas.offices import OfficeCreate
from app.services import accounts, offices
from app.work import Work

SHORTEST, LONGEST = 15, 256


class NameTaken(Conflict):
    vi = "Tên đăng nhập đã có."
    en = "This staff name is taken."


def create(work: Work, staff_name: str, password: str, organization_code: str) -> Account:
    """A staff account that administers a unit and all below it.

    Refused for a password of fewer than 15 characters, a name that is taken, an unknown code.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid.at(
            "/password",
            "password_length",
            "Mật khẩu phải có từ 15 đến 256 ký tự.",
            "A password takes 15 to 256 characters.",
        )
    if work.session.exec(select(Account).where(Account.staff_name == staff_name)).first():
        raise NameTaken
    statement = select(Organization).where(Organization.code == organization_code)
    unit = work.session.execute(
        statement.execution_options(scoped="the operator's own words")
    ).scalar_one_or_none()
    if unit is None:
        raise NotFound
    account = accounts.create_staff(work, staff_name, hash_password(password))
    office = OfficeCreate(organization_id=unit.id, account_id=account.id, role=Role.ADMINISTRATOR)
    offices.create(work, office)
    return account
