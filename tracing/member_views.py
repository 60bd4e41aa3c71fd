"""The page of members: who is in a project and what they may, and the links by which others come in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.accounts import AccountError
from tracing.access.invitations import HELD_FOR, invite, list_invitations, revoke_invitation
from tracing.access.members import change_role, list_members, remove_member
from tracing.access.requirements import access_of, project_page
from tracing.access.rights import Right, Role
from tracing.addresses import write_invitation_link
from tracing.models import Project
from tracing.pages import render_page

ROLE_WORDS = {
    Role.VIEWER: "sees everything in this project, and downloads it",
    Role.REVIEWER: "also judges: gives feedback, labels and confirmations",
    Role.EDITOR: "also changes what is kept: prices, reading again, dead letters",
    Role.OWNER: "also says who is in, makes keys, reads the audit log, and may remove the project",
}


@require_safe
@project_page(Right.ADMINISTER)
def show_members(request: HttpRequest, project: Project) -> HttpResponse:
    """Members, open invitations and the form for another."""
    return show_list(request, project, {})


def show_list(request: HttpRequest, project: Project, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page, with what became of a request: a `link` that was made, or a `problem`."""
    context = {
        "project": project,
        "section": "members",
        "members": list_members(project),
        "invitations": list_invitations(project),
        "roles": [(role.value, words) for role, words in ROLE_WORDS.items()],
        "days": HELD_FOR.days,
        "now": timezone.now(),
        "me": access_of(request).actor.name,
    }
    return render_page(request, "members.html", context | more, status=status)


def read_role(request: HttpRequest) -> Role:
    """The role of a form. Raises AccountError where there is no such role."""
    try:
        return Role(request.POST.get("role", ""))
    except ValueError as error:
        raise AccountError(f"Choose a role: {', '.join(Role)}.") from error


@require_POST
@never_cache
@project_page(Right.ADMINISTER)
def invite_member(request: HttpRequest, project: Project) -> HttpResponse:
    """Make an invitation, and show its link this once."""
    email = request.POST.get("email", "")
    try:
        role = read_role(request)
        invitation, token = invite(project, email, role, access_of(request).actor)
    except AccountError as error:
        return show_list(request, project, {"problem": error, "email": email}, status=422)
    audit.describe(request, invitation.email, role=role.value)
    return show_list(request, project, {"link": write_invitation_link(request, token), "invited": invitation})


@require_POST
@project_page(Right.ADMINISTER)
def revoke_member_invitation(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """End an invitation before it is accepted."""
    try:
        invitation = revoke_invitation(project, number)
    except AccountError as error:
        return show_list(request, project, {"problem": error}, status=404)
    audit.describe(request, invitation.email)
    messages.info(request, f"The link for {invitation.email} does not hold any more.")
    return redirect("members", project=project.slug)


@require_POST
@project_page(Right.ADMINISTER)
def change_member_role(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Give a member another role."""
    try:
        member = change_role(project, number, read_role(request), access_of(request).actor)
    except AccountError as error:
        return show_list(request, project, {"problem": error}, status=422)
    audit.describe(request, member.email, role=member.role.value)
    messages.info(request, f"{member.email} is {member.role.value} now.")
    return redirect("members", project=project.slug)


@require_POST
@project_page(Right.ADMINISTER)
def end_membership(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Take a member out of the project; their account stays."""
    try:
        member = remove_member(project, number, access_of(request).actor)
    except AccountError as error:
        return show_list(request, project, {"problem": error}, status=422)
    audit.describe(request, member.email, role=member.role.value)
    messages.info(request, f"{member.email} sees nothing of this project any more.")
    return redirect("members", project=project.slug)
