"""Who is in a project, and what they are there."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from tracing.access.accounts import AccountError, GoneError, normalise_email
from tracing.access.decisions import Actor, ActorKind, is_administrator, list_projects
from tracing.access.invitations import list_invitations
from tracing.access.rights import Role
from tracing.models import Membership, Project


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may do something in a project: by a membership, or as an administrator of the installation."""

    number: int | None
    """Of the membership; an administrator has none that could be changed."""
    email: str
    role: Role
    since: datetime
    is_administrator: bool = False


def list_members(project: Project) -> list[Member]:
    """The administrators, then the members, each by e-mail."""
    administrators = User.objects.filter(is_superuser=True, is_active=True).order_by("username")
    memberships = Membership.objects.filter(project=project).select_related("user").order_by("user__username")
    return [Member(None, each.get_username(), Role.OWNER, each.date_joined, True) for each in administrators] + [
        describe_membership(each) for each in memberships if not each.user.is_superuser
    ]


def describe_membership(membership: Membership) -> Member:
    email = membership.user.get_username()
    return Member(membership.pk, email, Role(membership.role), membership.created_at)


def change_role(project: Project, number: int, role: Role, by: Actor) -> Member:
    """Give a member another role; an owner who is none any more takes the links that they gave along.

    Raises AccountError.
    """
    with transaction.atomic():
        membership = find_membership(project, number, by)
        membership.role = role.value
        membership.save(update_fields=["role"])
        if role is not Role.OWNER:
            list_invitations(project).filter(invited_by=membership.user.get_username()).delete()
    return describe_membership(membership)


def remove_member(project: Project, number: int, by: Actor) -> Member:
    """End a membership, and with it every open link that the member gave or was given. Raises AccountError."""
    with transaction.atomic():
        membership = find_membership(project, number, by)
        email = membership.user.get_username()
        list_invitations(project).filter(invited_by=email).delete()
        list_invitations(project).filter(email=normalise_email(email)).delete()
        removed = describe_membership(membership)
        membership.delete()
    return removed


def find_membership(project: Project, number: int, by: Actor) -> Membership:
    """A membership that `by` may change: any but their own, so that nobody shuts themselves out by a slip."""
    membership = Membership.objects.select_related("user").filter(project=project, pk=number).first()
    if membership is None:
        raise GoneError("There is no such member any more.")
    if by.kind is ActorKind.USER and by.name == membership.user.get_username():
        raise AccountError("That is you: another owner or an administrator can change or end your membership.")
    return membership


@dataclass(frozen=True, slots=True)
class ProjectRole:
    """What somebody is in one of the projects that they may see; a key has no role."""

    project: Project
    role: Role | None


def list_roles(request: HttpRequest) -> list[ProjectRole]:
    """The projects that the person behind a request may see, with their role; an administrator owns all."""
    projects = list(list_projects(request))
    if is_administrator(request):
        return [ProjectRole(project, Role.OWNER) for project in projects]
    roles = dict(Membership.objects.filter(user=request.user.pk).values_list("project_id", "role"))
    return [ProjectRole(each, Role(roles[each.pk])) for each in projects if each.pk in roles]
