"""Where this server is reached, for lines to paste and links to hand over."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def find_public_address(request: HttpRequest) -> str:
    """Scheme and host: the configured public address, else the one that was asked."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def write_invitation_link(request: HttpRequest, token: str) -> str:
    """The address that opens an invitation."""
    return find_public_address(request) + reverse("open_invitation", args=[token])
