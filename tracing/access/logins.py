"""Logins, logouts and failed tries, as Django tells of them, become entries of the audit log of no project."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from tracing.access import audit
from tracing.access.accounts import find_account
from tracing.access.decisions import Actor, ActorKind


@receiver(user_logged_in)
def record_login(request: HttpRequest, user: AbstractBaseUser, **_given: Any) -> None:
    write(request, Actor(ActorKind.USER, user.get_username()), "log_in")


@receiver(user_logged_out)
def record_logout(request: HttpRequest, user: AbstractBaseUser | None, **_given: Any) -> None:
    if user is not None:
        write(request, Actor(ActorKind.USER, user.get_username()), "log_out")


@receiver(user_login_failed)
def record_failure(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_given: Any) -> None:
    """Whom somebody claimed to be is told only where there is such a user: people type passwords there, too.

    Who is locked out already and goes on trying is not told again, so that nobody can fill the log.
    """
    if request is None or was_locked_out(request):
        return
    account = find_account(str(credentials.get("username", "")))
    write(request, Actor(ActorKind.NOBODY), "fail_to_log_in", account.get_username() if account else "")


def was_locked_out(request: HttpRequest) -> bool:
    """Whether django-axes refused the try before the password was looked at."""
    return getattr(request, "axes_locked_out", False) and getattr(request, "axes_failures_since_start", None) is None


def write(request: HttpRequest, actor: Actor, action: str, target: str = "") -> None:
    audit.record(actor, action, target=target, address=request.META.get("REMOTE_ADDR", ""))
