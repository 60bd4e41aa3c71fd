"""The recogniser that `TACIT_PRESIDIO` sets beside ours: settings come in, what builds ask goes out."""

from functools import cache

from django.conf import settings

from feedback.datasets.cleaning.presidio import Presidio, make_scrubber


@cache
def load_scrubber() -> Presidio | None:
    """None where the setting is empty. Raises PresidioMissing where it cannot be."""
    return make_scrubber(settings.PRESIDIO)
