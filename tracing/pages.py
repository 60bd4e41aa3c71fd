"""A template and its context come in, a page goes out that holds no character that HTML does not allow."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

NO_LETTERS = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of surrogate pairs, which stand escaped in JSON that somebody sent as a text."""


def render_page(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Render as Django does, with what is no letter in somebody's text made visible."""
    html = render_to_string(template, dict(context), request)
    return HttpResponse(NO_LETTERS.sub("\N{REPLACEMENT CHARACTER}", html), status=status)


def list_problems(form: BaseForm) -> list[str]:
    """What is wrong with a form, each with the title of its field."""
    return [
        str(message) if name == NON_FIELD_ERRORS else f"{form[name].label}: {message}"
        for name, found in form.errors.items()
        for message in found
    ]
