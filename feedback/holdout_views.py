"""The forms about the holdout, which stand on the page of datasets."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from feedback.datasets.holdout import LARGEST_SHARE
from feedback.holdouts import set_holdout
from tracing.access import audit
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project


@require_POST
@project_page(Right.EDIT)
def change_holdout(request: HttpRequest, project: Project) -> HttpResponse:
    """Hold out a share of the users, in percent; 0 or nothing holds nobody out."""
    share = read_share(request.POST.get("percent", ""))
    if share is None:
        messages.error(
            request, f"A holdout is a share of the users from 0 to {LARGEST_SHARE:.0%}; nothing was changed."
        )
        return redirect("datasets", project=project.slug)
    set_holdout(project.pk, share)
    audit.describe(request, share=share)
    messages.info(request, "Saved.")
    return redirect("datasets", project=project.slug)


def read_share(typed: str) -> float | None:
    """Of a text in percent; None where it is none that can be held out.

    >>> read_share("5"), read_share(" 2,5 % "), read_share(""), read_share("51"), read_share("nan")
    (0.05, 0.025, 0.0, None, None)
    """
    text = typed.strip().rstrip("%").strip().replace(",", ".")
    try:
        share = float(text or "0") / 100
    except ValueError:
        return None
    return round(share, 6) if 0 <= share <= LARGEST_SHARE else None
