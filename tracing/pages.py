"""A template and its context come in, a page goes out that holds no character that HTML does not allow."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def render_page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Render as Django does, with every NUL from somebody's text made visible."""
    html = render_to_string(template, dict(context), request)
    return HttpResponse(html.replace("\x00", "\N{REPLACEMENT CHARACTER}"), status=status)


def list_problems(form: BaseForm) -> list[str]:
    """What is wrong with a form, each with the title of its field."""
    return [
        str(message) if name == NON_FIELD_ERRORS else f"{form[name].label}: {message}"
        for name, found in form.errors.items()
        for message in found
    ]
