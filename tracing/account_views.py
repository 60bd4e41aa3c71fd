"""The pages of a person: logging in, the account, and the link of an invitation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tracing.access import audit
from tracing.access.accounts import AccountError, end_sessions, find_account, normalise_email
from tracing.access.decisions import Actor, ActorKind
from tracing.access.invitations import OVER, accept_anew, accept_as, digest_token, find_invitation
from tracing.access.members import list_roles
from tracing.access.requirements import for_person, public
from tracing.models import Invitation
from tracing.pages import list_problems, render_page

PASSWORDS = "django.contrib.auth.backends.ModelBackend"
INVITATION = "invitation"
"""Where a session keeps the digest of the invitation whose link was opened."""


class LoginForm(AuthenticationForm):
    """Django's, which takes an e-mail in any way of writing."""

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        account = find_account(given)
        return account.get_username() if account else normalise_email(given)


class PasswordForm(PasswordChangeForm):
    """Django's, which counts a wrong old password as a failed login: who took a session over cannot guess at it."""

    def __init__(self, user: User, request: HttpRequest) -> None:
        super().__init__(user, request.POST)
        self.request = request

    def clean_old_password(self) -> str:
        given: str = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.get_username(), password=given) is None:
            raise ValidationError("That is not the password of this account.")
        return given


@require_safe
@never_cache
@for_person
def show_account(request: HttpRequest) -> HttpResponse:
    """Whose account this is, where they are members, and a form for another password."""
    return render_account(request, [])


def render_account(request: HttpRequest, problems: list[str], *, status: int = 200) -> HttpResponse:
    context = {"section": "account", "roles": list_roles(request), "problems": problems}
    return render_page(request, "account.html", context, status=status)


@require_POST
@sensitive_post_parameters()
@never_cache
@for_person
def change_password(request: HttpRequest) -> HttpResponse:
    """Take another password, and end every other session: a stolen one is worth nothing then."""
    if not isinstance(request.user, User):
        return redirect("account")
    form = PasswordForm(request.user, request)
    if not form.is_valid():
        return render_account(request, list_problems(form), status=422)
    user = form.save()
    update_session_auth_hash(request, user)
    end_sessions(request.user, but=request.session.session_key)
    messages.info(request, "Your password is changed. Wherever else you were logged in, you are no more.")
    return redirect("account")


@require_POST
@for_person
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Log out everywhere else."""
    if isinstance(request.user, User):
        ended = end_sessions(request.user, but=request.session.session_key)
        audit.describe(request, sessions=ended)
        messages.info(request, f"Logged out in {ended} other place{'' if ended == 1 else 's'}.")
    return redirect("account")


@require_safe
@never_cache
@public
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Remember the invitation of a link and lead on, so that the secret stands in no address of a page."""
    invitation = find_invitation(digest_token(token))
    if invitation is None:
        response = show_over(request)
    else:
        request.session[INVITATION] = invitation.digest
        response = redirect("invitation")
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
@public
def answer_invitation(request: HttpRequest) -> HttpResponse:
    """Show what the opened invitation is for, or accept it."""
    invitation = find_invitation(request.session.get(INVITATION, ""))
    if invitation is None:
        return show_over(request)
    return accept(request, invitation) if request.method == "POST" else show_invitation(request, invitation, [])


def show_over(request: HttpRequest) -> HttpResponse:
    return render_page(request, "invitation_over.html", {"message": OVER}, status=404)


def show_invitation(
    request: HttpRequest, invitation: Invitation, problems: list[str], *, status: int = 200
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "project_name": invitation.project.name,
        "who": tell_who(request.user, invitation),
        "login": f"{reverse('login')}?next={reverse('invitation')}",
        "problems": problems,
    }
    return render_page(request, "invitation.html", context, status=status)


def tell_who(user: Any, invitation: Invitation) -> str:
    """Who looks at an invitation: `invited`, `other`, or nobody yet, who is `known` or `new`."""
    if user.is_authenticated:
        return "invited" if normalise_email(user.get_username()) == invitation.email else "other"
    return "known" if find_account(invitation.email) else "new"


def accept(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let the person into the project, where the invitation is theirs; it never opens an account that was there."""
    who = tell_who(request.user, invitation)
    if who in ("other", "known"):
        return show_invitation(request, invitation, [], status=403)
    try:
        with transaction.atomic():
            user = enter(request, invitation)
            actor, address = Actor(ActorKind.USER, user.get_username()), request.META.get("REMOTE_ADDR", "")
            details = {"role": invitation.role, "account": "new" if who == "new" else "known"}
            audit.record(actor, "accept_invitation", invitation.project, details=details, address=address)
    except AccountError as error:
        return show_invitation(request, invitation, list(error.args), status=422)
    if who == "new":
        login(request, user, PASSWORDS)
    request.session.pop(INVITATION, None)
    return redirect("overview", project=invitation.project.slug)


def enter(request: HttpRequest, invitation: Invitation) -> User:
    """The user, in the project: who is logged in, else a new account. Raises AccountError, a message an argument."""
    if isinstance(request.user, User):
        accept_as(request.user, invitation)
        return request.user
    form = SetPasswordForm(User(username=invitation.email, email=invitation.email), request.POST)
    if not form.is_valid():
        raise AccountError(*list_problems(form))
    return accept_anew(invitation, form.cleaned_data["new_password1"])
