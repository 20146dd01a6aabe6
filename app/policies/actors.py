"""Who is acting, and the positions they hold today."""

from dataclasses import dataclass
from uuid import UUID

from app.policies.roles import GRANTS, Permission, Position, Reach


@dataclass(frozen=True)
class Held:
    """A position and the path of the organisation where it is held."""

    position: Position
    path: str


@dataclass(frozen=True)
class Actor:
    account_id: UUID | None = None
    session_id: UUID | None = None
    member_id: UUID | None = None
    held: tuple[Held, ...] = ()
    request_id: str | None = None

    @property
    def is_member(self) -> bool:
        """Whether a membership holds today."""
        return any(held.position is Position.MEMBER for held in self.held)

    def paths(self, permission: Permission, reach: Reach) -> list[str]:
        """Where in the tree the actor holds this permission, with exactly this reach."""
        return [held.path for held in self.held if GRANTS[held.position].get(permission) is reach]

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds this permission anywhere at all."""
        return any(permission in GRANTS[held.position] for held in self.held)

    def permissions(self) -> list[str]:
        """Everything the actor may do somewhere, for a client to show or hide."""
        return sorted({permission for held in self.held for permission in GRANTS[held.position]})


#: The worker and the command line: an officer at the root, through the same doors.
SYSTEM = Actor(held=(Held(Position.SYSTEM, ""),))
