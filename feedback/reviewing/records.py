"""Every word of reviewers on items, in the store: nothing is overwritten, of each reviewer the latest counts."""

from feedback.models import ReviewItem
from feedback.review.settling import Review
from tracing.store import Store


def list_reviews(store: Store, item: ReviewItem) -> list[Review]:
    """The latest of each reviewer and adjudications, the oldest first; what was taken back is missing."""
    raise NotImplementedError


def find_own(store: Store, item: ReviewItem, who: str, *, is_adjudication: bool = False) -> Review | None:
    """What this reviewer said of it last and did not take back."""
    found = [
        each for each in list_reviews(store, item) if (each.said_by, each.is_adjudication) == (who, is_adjudication)
    ]
    return found[-1] if found else None
