"""What is asked of an item today: its row comes in, the question with the answers that there are goes out."""

from collections.abc import Sequence

from feedback.models import ReviewItem
from feedback.review.questions import Asked, Question, ask
from feedback.reviewing.modes import list_mode_choices
from tracing.store import Store


def ask_of(store: Store, item: ReviewItem, chosen: Sequence[str] = ()) -> Asked:
    """`chosen` are answers that are being given, or were before: failure modes that they name may be chosen still."""
    question = Question(item.queue.question)
    modes = list_mode_choices(store, item, chosen) if question is Question.FAILURE_MODE else []
    return ask(question, modes)
