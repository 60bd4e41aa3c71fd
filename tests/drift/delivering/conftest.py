"""Targets that lead to servers of this machine."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from drift.delivering.targets import save_target
from drift.models import AlertTarget
from tests.drift.channels.conftest import SECRET, Hook, Mailbox, hook, mailbox
from tracing.models import Project

__all__ = ["hook", "mailbox"]

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

MakeTarget = Callable[..., AlertTarget]


@pytest.fixture
def owner(db: None) -> Project:
    return Project.objects.create(slug="shop", name="Shop")


@pytest.fixture
def _here(settings: Settings) -> None:
    """This machine may be reached, which it may not by default."""
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"


@pytest.fixture
def to_hook(owner: Project, hook: Hook, _here: None) -> AlertTarget:
    return save_target(owner, "Hook", "webhook", {"url": hook.url, "secret": SECRET}, "anna", now=NOW)


@pytest.fixture
def to_mailbox(owner: Project, mailbox: Mailbox, settings: Settings) -> AlertTarget:
    settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", mailbox.port, "none"
    settings.MAIL_SENDER = "tacit@example.com"
    return save_target(owner, "Mail", "email", {"to": "anna@example.com"}, "anna", now=NOW)
