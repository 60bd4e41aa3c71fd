"""The page that says how right the detectors of words are: the card that is shipped, for people who run Tacit."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedback.accuracy import load_card
from feedback.pages.accuracy_cards import list_pools, list_rows, pick_tier, view_kinds, view_languages, write_sentence
from tracing.access.requirements import project_page
from tracing.access.rights import Right
from tracing.models import Project
from tracing.pages import render_page


@require_safe
@project_page(Right.READ)
def show_accuracy(request: HttpRequest, project: Project) -> HttpResponse:
    """What each detector of words was measured on, how often it is right, and what it is known to get wrong."""
    card = load_card()
    titles = {tier.name: tier.title for tier in card.tiers}
    context = {
        "project": project,
        "section": "detectors",
        "card": card,
        "kinds": view_kinds(card),
        "sentence": write_sentence(pick_tier(card.any_kind)),
        "any_rows": list(list_rows(card.any_kind, card.tiers)),
        "tone_rows": [(titles[each.tier], each) for each in card.tone.tiers],
        "pools": list(list_pools(card.pools, card.tiers)),
        "languages": view_languages(card),
    }
    return render_page(request, "accuracy.html", context)
