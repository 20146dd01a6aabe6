"""Who is acting, and the positions they hold today."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import walls
from app.models.organizations import SEGMENT_WIDTH
from app.policies.permissions import Permission
from app.policies.roles import GRANTS, Position, Reach


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
    #: When a password, and the second factor where there is one, was last given in this session.
    proved_at: datetime | None = None
    #: The network that the request came from, never a whole address.
    source: str | None = None

    @property
    def sees_others(self) -> bool:
        """Whether any position shows other people's data: whoever has one needs a second factor."""
        return any(held.position is not Position.MEMBER for held in self.held)

    @property
    def is_member(self) -> bool:
        """Whether a membership holds today."""
        return any(held.position is Position.MEMBER for held in self.held)

    @property
    def trees(self) -> str:
        """The trees in which any position is held, as `walls` takes them; every tree from above."""
        roots = {held.path[:SEGMENT_WIDTH] for held in self.held}
        return walls.EVERY if "" in roots else " ".join(sorted(roots)) or walls.NONE

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
