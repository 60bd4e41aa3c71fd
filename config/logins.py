"""How often a login may fail: what django-axes counts comes in, whether the next try is let through goes out (ADR 49).

Three bounds within the same minutes: one user from one address, one address over all users, one user over all
addresses. The last does not hold for an address from which the user has logged in before, so that a stranger can keep
nobody out.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tracing.access.accounts import normalise_email
from tracing.access.browsers import find_client

ADDRESS_LIMIT = 30
"""Failures from one address over all users; several people may share one."""
USER_LIMIT = 50
"""Failures of one user over all addresses but their own."""
KNOWN_DAYS = 30
"""How long an address from which a user logged in is theirs."""

Credentials = Mapping[str, Any] | None


class LoginLimits(AxesDatabaseHandler):  # type: ignore[misc] # django-axes has no types
    """Axes counts user and address together; the two wider bounds are added here."""

    def get_failures(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Failures of this user from this address; as many as are too many where a wider bound is reached."""
        if is_over_wider_bounds(request, read_username(request, credentials)):
            return int(settings.AXES_FAILURE_LIMIT)
        return int(super().get_failures(request, credentials))

    def user_logged_in(self, sender: Any, request: HttpRequest, user: AbstractBaseUser, **given: Any) -> None:
        super().user_logged_in(sender, request, user, **given)
        self.reset_logs(age_days=KNOWN_DAYS)


def is_over_wider_bounds(request: Any, username: str) -> bool:
    address = request.axes_ip_address
    if count_failures(request, ip_address=address) >= ADDRESS_LIMIT:
        return True
    return count_failures(request, username=username) >= USER_LIMIT and not is_known_address(username, address)


def count_failures(request: HttpRequest, **of: str | None) -> int:
    attempts = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request), **of)
    return int(attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0)


def is_known_address(username: str, address: str | None) -> bool:
    """Whether the user has logged in from there lately."""
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    logs = AccessLog.objects.filter(username__iexact=username, ip_address=address, attempt_time__gte=since)
    return bool(logs.exists())


def read_username(request: HttpRequest, credentials: Credentials = None) -> str:
    """The user that somebody claims to be, in one way of writing."""
    given = (credentials or request.POST).get("username") or ""
    return normalise_email(str(given))[:255]


def read_address(request: HttpRequest) -> str | None:
    """Where the request comes from: an IPv4 address, or the first one of a network of IPv6."""
    client = find_client(request.META.get("REMOTE_ADDR", "")).partition("/")[0]
    try:
        validate_ipv46_address(client)
    except ValidationError:
        return None
    return client


def answer_locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Credentials) -> HttpResponse:
    """The login page, which says when to come again."""
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    response = render(request, "login.html", {"locked_minutes": cool_off.seconds // 60}, status=429)
    response["Retry-After"] = str(cool_off.seconds)
    return response
