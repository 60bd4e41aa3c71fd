"""What is asked of an item today: its row comes in, the question with the answers that there are goes out."""

from feedback.models import FailureMode, ReviewItem
from feedback.review.questions import MOST_MODES, Asked, ModeChoice, Question, ask
from tracing.store import Store


def ask_of(store: Store, item: ReviewItem) -> Asked:
    question = Question(item.queue.question)
    modes = list_modes(store, item) if question is Question.FAILURE_MODE else []
    return ask(question, modes)


def list_modes(_store: Store, item: ReviewItem) -> list[ModeChoice]:
    """Those that are open, by their numbers."""
    project = item.queue.project_id
    modes = FailureMode.objects.filter(project=project, merged_into=None, state=FailureMode.State.OPEN)
    return [
        ModeChoice(mode.number, mode.name or mode.found_title, mode.found_line)
        for mode in modes.order_by("number")[:MOST_MODES]
    ]
