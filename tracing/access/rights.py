"""What there is to be allowed, and which role of a person and which scope of a key allows it."""

from collections.abc import Iterable
from enum import StrEnum


class Right(StrEnum):
    """What a page, an operation or a receiver asks for. Nothing is allowed that asks for none."""

    INGEST = "ingest"
    """Send spans and logs."""
    TELL = "tell"
    """Send feedback."""
    READ = "read"
    """See and export what a project holds."""
    REVIEW = "review"
    """Judge: labels, confirmations, states of failure modes and alerts."""
    EDIT = "edit"
    """Change what is derived or kept: prices, reprocessing, dead letters, dataset definitions, erasure."""
    ADMINISTER = "administer"
    """Keys, members, the audit log, how long data is kept, the end of the project."""


EVERYTHING = frozenset(Right)


class Role(StrEnum):
    """What a person is in a project."""

    VIEWER = "viewer"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    OWNER = "owner"


RIGHTS_OF_ROLES = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.REVIEWER: frozenset({Right.READ, Right.TELL, Right.REVIEW}),
    Role.EDITOR: frozenset({Right.READ, Right.TELL, Right.REVIEW, Right.EDIT}),
    Role.OWNER: EVERYTHING,
}


class Scope(StrEnum):
    """What a key is for. A key may have several; one for browsers has that alone."""

    INGEST = "ingest"
    FEEDBACK_BROWSER = "feedback-browser"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


RIGHTS_OF_SCOPES = {
    Scope.INGEST: frozenset({Right.INGEST, Right.TELL}),
    Scope.FEEDBACK_BROWSER: frozenset({Right.TELL}),
    Scope.READ: frozenset({Right.READ}),
    Scope.WRITE: frozenset({Right.TELL, Right.REVIEW, Right.EDIT}),
    Scope.ADMIN: EVERYTHING,
}


def read_scopes(scopes: Iterable[str]) -> frozenset[Right]:
    """The rights of all these scopes together."""
    return frozenset().union(*(RIGHTS_OF_SCOPES[Scope(scope)] for scope in scopes))


def list_scopes(right: Right) -> list[Scope]:
    """The scopes of which one is enough for `right`; that of browsers is not told, which allows one operation alone."""
    return [scope for scope in Scope if right in RIGHTS_OF_SCOPES[scope] and scope is not Scope.FEEDBACK_BROWSER]
