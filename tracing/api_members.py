"""REST of who is in a project, of the links by which others come in, and of the project itself."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from tracing.access import audit
from tracing.access.accounts import MOST_CHARACTERS
from tracing.access.decisions import Access, ActorKind
from tracing.access.invitations import invite, list_invitations, revoke_invitation
from tracing.access.members import Member, ProjectRole, change_role, list_members, list_roles, remove_member
from tracing.access.requirements import May, access_of
from tracing.access.rights import Right, Role
from tracing.addresses import write_invitation_link
from tracing.api import project_of
from tracing.models import Invitation, Project
from tracing.projects import MOST_DAYS
from tracing.resources import EXACTLY, WHOLE, Time, format_moment
from tracing.retention import Kind, read_days

router = Router(tags=["tracing"])
FULL_TEXT = r"^[^\x00]*\S[^\x00]*$"
"""Something that can be seen; PostgreSQL stores no NUL."""
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=FULL_TEXT)]
GivenRole = Annotated[Role, Field(strict=False)]
GivenKind = Annotated[Kind, Field(strict=False)]
"""By its value, as JSON has it."""


Days = Annotated[int, Field(ge=0, le=MOST_DAYS), WHOLE]


class MemberResource(Schema):
    """A person in a project. An administrator of the installation owns every project and has no `id` in it."""

    id: int | None
    email: str
    role: Role
    is_administrator: bool
    since: Time


class MemberList(Schema):
    items: list[MemberResource]


class NewRole(Schema):
    model_config = EXACTLY

    role: GivenRole


class NewInvitation(Schema):
    model_config = EXACTLY

    email: Annotated[str, Field(max_length=MOST_CHARACTERS, json_schema_extra={"format": "email"})]
    role: GivenRole


class InvitationResource(Schema):
    id: int
    email: str
    role: Role
    invited_by: str
    created_at: Time
    expires_at: Time


class InvitationWithLink(InvitationResource):
    """The link is given this once; who has it may join."""

    link: str


class InvitationList(Schema):
    items: list[InvitationResource]


class ProjectResource(Schema):
    """Rows go `retention_days` after they were written; 0 keeps them, null is what the installation does.
    `days_by_kind` names what is kept otherwise; `kept_days` is what follows from both."""

    slug: str
    name: str
    created_at: Time
    retention_days: int | None
    days_by_kind: dict[Kind, int]
    kept_days: dict[Kind, int]


class ProjectChanges(Schema):
    """What is not named stays."""

    model_config = EXACTLY

    name: Name = Field(default_factory=str)
    retention_days: Days | None = None
    days_by_kind: dict[GivenKind, Days] = Field(default_factory=dict, description="All kinds that are kept otherwise.")


class ProjectRoleResource(Schema):
    """`role` is null for a key: it has scopes."""

    slug: str
    name: str
    role: Role | None


class ProjectList(Schema):
    items: list[ProjectRoleResource]


@router.get(
    "members",
    response=MemberList,
    summary="Who is in the project",
    operation_id="list_members",
    auth=May(Right.ADMINISTER),
)
def show_members(request: HttpRequest) -> dict[str, Any]:
    return {"items": [describe_member(each) for each in list_members(project_of(request))]}


def describe_member(member: Member) -> dict[str, Any]:
    return {
        "id": member.number,
        "email": member.email,
        "role": member.role,
        "is_administrator": member.is_administrator,
        "since": format_moment(member.since),
    }


@router.patch(
    "members/{int:number}", response=MemberResource, summary="Give a member another role", auth=May(Right.ADMINISTER)
)
def change_member(request: HttpRequest, number: int, change: NewRole) -> dict[str, Any]:
    member = change_role(project_of(request), number, change.role, access_of(request).actor)
    audit.describe(request, member.email, role=member.role.value)
    return describe_member(member)


@router.delete(
    "members/{int:number}",
    response=MemberResource,
    summary="Take a member out of the project",
    auth=May(Right.ADMINISTER),
)
def delete_member(request: HttpRequest, number: int) -> dict[str, Any]:
    """Their account stays, and so do their other projects."""
    member = remove_member(project_of(request), number, access_of(request).actor)
    audit.describe(request, member.email, role=member.role.value)
    return describe_member(member)


@router.get(
    "invitations",
    response=InvitationList,
    summary="Invitations that nobody has accepted",
    operation_id="list_invitations",
    auth=May(Right.ADMINISTER),
)
def show_invitations(request: HttpRequest) -> dict[str, Any]:
    return {"items": [describe_invitation(each) for each in list_invitations(project_of(request))]}


@router.post(
    "invitations", response=InvitationWithLink, summary="Make the link of an invitation", auth=May(Right.ADMINISTER)
)
def add_invitation(request: HttpRequest, given: NewInvitation) -> dict[str, Any]:
    """No e-mail is sent: hand the link over. It works once, for seven days, and takes the place of an earlier one."""
    invitation, token = invite(project_of(request), given.email, given.role, access_of(request).actor)
    audit.describe(request, invitation.email, role=given.role.value)
    return describe_invitation(invitation) | {"link": write_invitation_link(request, token)}


def describe_invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "id": invitation.pk,
        "email": invitation.email,
        "role": invitation.role,
        "invited_by": invitation.invited_by,
        "created_at": format_moment(invitation.created_at),
        "expires_at": format_moment(invitation.expires_at),
    }


@router.delete(
    "invitations/{int:number}", response=InvitationResource, summary="End an invitation", auth=May(Right.ADMINISTER)
)
def delete_invitation(request: HttpRequest, number: int) -> dict[str, Any]:
    invitation = revoke_invitation(project_of(request), number)
    audit.describe(request, invitation.email)
    return describe_invitation(invitation)


@router.get("project", response=ProjectResource, summary="The project", auth=May(Right.READ))
def show_project(request: HttpRequest) -> dict[str, Any]:
    return describe_project(project_of(request))


def describe_project(project: Project) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "name": project.name,
        "created_at": format_moment(project.created_at),
        "retention_days": project.retention_days,
        "days_by_kind": project.days_by_kind,
        "kept_days": read_days(project),
    }


@router.patch(
    "project",
    response=ProjectResource,
    summary="Call the project otherwise, or keep its data for longer or shorter",
    auth=May(Right.ADMINISTER),
)
def change_project(request: HttpRequest, changes: ProjectChanges) -> dict[str, Any]:
    """With fewer `retention_days` what is older is deleted, and cannot be had back."""
    project, given = project_of(request), changes.model_dump(exclude_unset=True)
    for name, value in given.items():
        setattr(project, name, value)
    project.save(update_fields=list(given))
    audit.describe(request, project.slug, **given)
    return describe_project(project)


@router.get(
    "projects",
    response=ProjectList,
    summary="Projects that the key or the person may see",
    operation_id="list_projects",
    auth=May(Right.READ),
)
def show_projects(request: HttpRequest) -> dict[str, Any]:
    return {"items": [describe_role(each) for each in list_roles_of(request, access_of(request))]}


def list_roles_of(request: HttpRequest, access: Access) -> list[ProjectRole]:
    """A key sees its own project; a command, which reads the data directory, is as good as an administrator."""
    if access.actor.kind is ActorKind.KEY:
        return [ProjectRole(access.project, None)]
    if access.actor.kind is ActorKind.COMMAND:
        return [ProjectRole(each, Role.OWNER) for each in Project.objects.order_by("slug")]
    return list_roles(request)


def describe_role(of: ProjectRole) -> dict[str, Any]:
    return {"slug": of.project.slug, "name": of.project.name, "role": of.role}
