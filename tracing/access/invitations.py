"""Invitations into a project: links that an owner hands over (ADR 51). Of a link only a digest is kept."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tracing.access.accounts import AccountError, GoneError, check_email, create_account, find_account, normalise_email
from tracing.access.decisions import Actor
from tracing.access.openness import is_open
from tracing.access.rights import Role
from tracing.models import Invitation, Membership, Project

HELD_FOR = timedelta(days=7)
TOKEN_BYTES = 32
OVER = "This invitation does not hold any more. Ask whoever sent it for a new link."


def digest_token(token: str) -> str:
    """SHA-256, in hexadecimal: tokens are random, so no slow hash is needed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def invite(project: Project, email: str, role: Role, by: Actor) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which is given this once.

    It takes the place of one that the same e-mail had. Raises AccountError.
    """
    if is_open():
        raise AccountError("Nobody logs in to an open server: create a user first (tacit createuser --email YOU).")
    email = check_email(email)
    refuse_who_is_in(project, email)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        list_invitations(project).filter(email=email).delete()
        made = Invitation.objects.create(
            project=project,
            email=email,
            role=role.value,
            digest=digest_token(token),
            invited_by=by.name or str(by),
            expires_at=timezone.now() + HELD_FOR,
        )
    return made, token


def refuse_who_is_in(project: Project, email: str) -> None:
    user = find_account(email)
    if user and user.is_superuser:
        raise AccountError(f"{email} is an administrator, who is in every project already.")
    if user and Membership.objects.filter(project=project, user=user).exists():
        raise AccountError(f"{email} is in this project already; change the role in the list instead.")


def list_invitations(project: Project) -> QuerySet[Invitation]:
    """Those that nobody has accepted, also where their time is over."""
    return Invitation.objects.filter(project=project, accepted_at=None).order_by("-created_at", "-pk")


def revoke_invitation(project: Project, number: int) -> Invitation:
    """End an invitation that nobody has accepted. Raises GoneError where there is none."""
    invitation = list_invitations(project).filter(pk=number).first()
    if invitation is None or not list_invitations(project).filter(pk=number).delete()[0]:
        raise GoneError("There is no such invitation any more.")
    return invitation


def find_invitation(digest: str) -> Invitation | None:
    """The invitation of a link, where it still holds."""
    return (
        Invitation.objects.select_related("project")
        .filter(digest=digest, accepted_at=None, expires_at__gt=timezone.now())
        .first()
    )


def accept_as(user: User, invitation: Invitation) -> None:
    """Put a user who is logged in into the project; a role that they have there already stays. Raises AccountError."""
    if normalise_email(user.get_username()) != invitation.email:
        raise AccountError(f"This invitation is for {invitation.email}.")
    with transaction.atomic():
        use_up(invitation)
        Membership.objects.get_or_create(project=invitation.project, user=user, defaults={"role": invitation.role})


def accept_anew(invitation: Invitation, password: str) -> User:
    """Create the account of somebody who has none yet, in the project. Raises AccountError."""
    with transaction.atomic():
        use_up(invitation)
        user = create_account(invitation.email, password)
        Membership.objects.create(project=invitation.project, user=user, role=invitation.role)
    return user


def use_up(invitation: Invitation) -> None:
    """Of two who accept at the same time one comes through: the database changes the row once."""
    now = timezone.now()
    holding = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, expires_at__gt=now)
    if not holding.update(accepted_at=now):
        raise AccountError(OVER)
