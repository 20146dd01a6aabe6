"""The badge of a member, and what a device needs to know badges without a network."""

from uuid import UUID

from app.schemas.base import Input, Output


class BadgeRead(Output):
    """`svg` shows `token`; a renewed badge has another `badge_version` and another token."""

    member_id: UUID
    full_name: str
    badge_version: int
    token: str
    svg: str


class BadgeDigestRead(Output):
    """`token_digest` is the SHA-256 of the badge's token, in hexadecimal."""

    member_id: UUID
    full_name: str
    badge_version: int
    token_digest: str


class BadgeQuery(Input):
    organization_id: UUID
