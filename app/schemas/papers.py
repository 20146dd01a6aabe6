"""How a paper is asked for."""

from app.schemas.base import Input


class AttendanceListQuery(Input):
    """`blank`: names without marks, to be ticked by hand."""

    blank: bool = False
