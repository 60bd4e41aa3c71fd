"""Accounts: people, who are known by their e-mail. An account by itself sees nothing: memberships say what it may."""

import unicodedata

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

MOST_CHARACTERS = 150
"""Of an e-mail: so many does Django's column of names hold."""


class AccountError(Exception):
    """What was asked for cannot be done; the message says why, and what to do."""


class GoneError(AccountError):
    """There is no such member or invitation, or no more."""


def normalise_email(text: str) -> str:
    """An e-mail in the one way of writing in which it is kept and compared.

    >>> normalise_email(" Anna@Example.org ")
    'anna@example.org'
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


def find_account(email: str) -> User | None:
    """The account that logs in with this e-mail, however it is written."""
    if "\0" in email:  # PostgreSQL fails on it
        return None
    return User.objects.filter(username__iexact=normalise_email(email)).order_by("pk").first()


def check_email(text: str) -> str:
    """The e-mail in its one way of writing. Raises AccountError where it is none."""
    email = normalise_email(text)
    try:
        validate_email(email)
    except ValidationError as error:
        raise AccountError(" ".join(error.messages)) from error
    if len(email) > MOST_CHARACTERS:
        raise AccountError(f"That e-mail is longer than {MOST_CHARACTERS} characters; take another.")
    return email


def create_account(email: str, password: str, *, is_administrator: bool = False) -> User:
    """An account with a password that Django's validators take. Raises AccountError."""
    email = check_email(email)
    if find_account(email):
        raise AccountError(f"There is a user {email} already.")
    user = User(username=email, email=email, is_superuser=is_administrator, is_staff=is_administrator)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise AccountError(" ".join(error.messages)) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccountError(f"There is a user {email} already.") from error
    return user


def end_sessions(user: User, but: str | None = None) -> int:
    """Log the user out everywhere but in the session of this key; how many sessions that ended."""
    alive = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [
        session.pk
        for session in alive.iterator()
        if session.pk != but and session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=theirs).delete()[0]
