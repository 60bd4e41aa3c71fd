"""The page of masking: what a project hides before it is stored, tried on its latest spans before it is saved."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST, require_safe

from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.masking import KINDS, SECRETS, InvalidRuleError, Masking, Pattern, check_masking, write_stand_in
from tracing.masking.rules import LONGEST_EXPRESSION, LONGEST_NAME, MOST_PATTERNS
from tracing.masking_rules import describe_masking, load_masking, load_timeouts, preview_rules, save_masking
from tracing.models import Project
from tracing.pages import render_page
from tracing.store import get_store

EMPTY_PATTERNS = 2
"""Lines for one more pattern."""
GROUPS = (
    ("Secrets", "On unless you say otherwise.", tuple(kind for kind in KINDS if kind in SECRETS)),
    ("Personal data", "Off unless you say otherwise.", tuple(kind for kind in KINDS if kind not in SECRETS)),
)


@require_safe
@project_page(Right.ADMINISTER)
def show_masking(request: HttpRequest, project: Project) -> HttpResponse:
    """The rules."""
    return show(request, project, load_masking(project.pk))


def show(
    request: HttpRequest, project: Project, masking: Masking, *, status: int = 200, **context: object
) -> HttpResponse:
    lines = [*masking.patterns, *[Pattern("", "")] * EMPTY_PATTERNS][: max(MOST_PATTERNS, len(masking.patterns))]
    shown: dict[str, Any] = {
        "project": project,
        "section": "masking",
        "masking": masking,
        "groups": [
            (title, told, [(kind, *KINDS[kind], write_stand_in(kind), kind in masking.kinds) for kind in kinds])
            for title, told, kinds in GROUPS
        ],
        "patterns": lines,
        "dropped": "\n".join(masking.dropped),
        "timeouts": sorted(load_timeouts(project.pk).items()),
        "longest_name": LONGEST_NAME,
        "longest_expression": LONGEST_EXPRESSION,
        **context,
    }
    return render_page(request, "masking.html", shown, status=status)


def read_form(form: "MultiValueDict[str, str]") -> Masking:
    """What was typed, not checked; a line without a name and an expression is none."""
    pairs = zip(form.getlist("name"), form.getlist("expression"), strict=False)
    return Masking(
        kinds=frozenset(form.getlist("kinds")),  # type: ignore[arg-type]
        patterns=tuple(Pattern(name.strip(), text) for name, text in pairs if name.strip() or text),
        dropped=tuple(dict.fromkeys(line.strip() for line in form.get("dropped", "").splitlines() if line.strip())),
        hides_users="hides_users" in form,
    )


@require_POST
@project_page(Right.ADMINISTER)
@transaction.non_atomic_requests
def preview_masking(request: HttpRequest, project: Project) -> HttpResponse:
    """What the rules in the form would hide in the latest spans; nothing is saved."""
    masking = read_form(request.POST)
    try:
        check_masking(masking)
    except InvalidRuleError as error:
        return show(request, project, masking, problem=str(error), status=422)
    audit.describe(request, **describe_masking(masking))
    found = preview_rules(get_store(), project.pk, masking)
    titles: dict[str, str] = {kind: title for kind, (title, _) in KINDS.items()}
    counts = [(titles.get(rule, rule), count) for rule, count in found.counts.items()]
    return show(request, project, masking, preview=found, counts=counts)


@require_POST
@project_page(Right.ADMINISTER)
def change_masking(request: HttpRequest, project: Project) -> HttpResponse:
    """Save the rules; they hold for what comes in from now on."""
    masking = read_form(request.POST)
    try:
        check_masking(masking)
    except InvalidRuleError as error:
        return show(request, project, masking, problem=str(error), status=422)
    audit.describe(request, before=describe_masking(load_masking(project.pk)), after=describe_masking(masking))
    save_masking(project.pk, masking)
    messages.info(request, "Saved. It holds for what comes in from now on; what is stored stays as it is.")
    return redirect("masking", project=project.slug)
