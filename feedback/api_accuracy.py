"""REST of the card of the detectors: how right they are, as it was last measured."""

from django.http import HttpRequest
from ninja import Router

from feedback.accuracy import Card, load_card
from tracing.access.requirements import May
from tracing.access.rights import Right
from tracing.api import project_of

router = Router(tags=["feedback"])


@router.get("accuracy", response=Card, summary="How right the detectors of words are", auth=May(Right.READ))
def show_accuracy(request: HttpRequest) -> Card:
    """What each was measured on, precision, recall, calibration, false alarms and known failures. The same for every
    project: it comes with this version of Tacit."""
    project_of(request)
    return load_card()
