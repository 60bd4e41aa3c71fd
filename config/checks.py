"""What `manage.py check --deploy` says of an installation beyond Django's own checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from tracing.access.openness import is_local


@register(Tags.security, deploy=True)
def check_public_address(**_given: Any) -> list[CheckMessage]:
    """Others reach this server, and nothing says that they do so by https."""
    if settings.IS_SECURE or is_local():
        return []
    where = settings.PUBLIC_URL or settings.BIND_HOST
    return [
        Warning(
            f"Others reach {where}, and passwords, cookies and keys go over the network in the clear.",
            hint="Put a proxy that ends TLS in front, and set TACIT_PUBLIC_URL to its https address.",
            id="tacit.W001",
        )
    ]
