"""What the server's settings allow to leave it, and under which address others find what a message is about."""

from django.conf import settings

from drift.channels.addresses import read_networks
from drift.channels.mail_server import MailServer, Security
from drift.channels.sending import Outside


def read_outside() -> Outside:
    """The networks that may be reached beside public ones, and the mail server."""
    return Outside(read_networks(settings.WEBHOOK_NETWORKS), read_mail_server())


def read_mail_server() -> MailServer | None:
    """None where none is set up."""
    if not settings.SMTP_HOST:
        return None
    return MailServer(
        settings.SMTP_HOST,
        settings.MAIL_SENDER,
        settings.SMTP_PORT,
        Security(settings.SMTP_SECURITY),
        settings.SMTP_USER,
        settings.SMTP_PASSWORD,
    )


def write_link(path: str) -> str:
    """The address of a page (`/p/shop/alerts/7`) for people elsewhere; nothing where the server has no public one."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else ""
