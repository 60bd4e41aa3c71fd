"""Review queues of a project as people define them: names and definitions come in, rows of Django's database go out."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from feedback.models import ReviewQueue
from feedback.review.questions import Question
from feedback.review.queue import Mix, QueueDefinition, QueueProblems, check_queue
from tracing.filter_language import FilterError, read_filter
from tracing.filter_sql import compile_filter
from tracing.masking_rules import mask_text
from tracing.models import Project

LONGEST_NAME = 200
LARGEST_NUMBER = 2**31 - 1


def create_queue(project: Project, name: str, definition: QueueDefinition, who: str) -> ReviewQueue:
    """A queue with the next number, open; nothing is drawn yet. Raises QueueProblems."""
    check_definition(definition)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        check_name(project, name)
        last = project.review_queues.aggregate(last=Max("number"))["last"] or 0
        return ReviewQueue.objects.create(
            project=project,
            number=last + 1,
            name=name.strip(),
            created_at=datetime.now(UTC),
            created_by=who,
            **write_definition(mask_definition(project.pk, definition)),
        )


def change_queue(
    queue: ReviewQueue,
    *,
    name: str | None = None,
    definition: QueueDefinition | None = None,
    is_open: bool | None = None,
) -> ReviewQueue:
    """Change what is given; the question stays, and so do the items that were drawn. Raises QueueProblems."""
    if definition is not None:
        check_definition(definition)
        if definition.question != queue.question:
            raise QueueProblems({"question": "The question of a queue stays: make another queue for another one."})
    with transaction.atomic():
        changed = ReviewQueue.objects.select_for_update().get(pk=queue.pk)
        if name is not None:
            check_name(changed.project, name, changed)
            changed.name = name.strip()
        if definition is not None:
            put_definition(changed, definition)
        changed.is_open = changed.is_open if is_open is None else is_open
        changed.save()
    return changed


def put_definition(queue: ReviewQueue, definition: QueueDefinition) -> None:
    definition = mask_definition(queue.project_id, definition)
    queue.guidelines_version += queue.guidelines != definition.guidelines
    for field, value in write_definition(definition).items():
        setattr(queue, field, value)


def mask_definition(project_id: int, definition: QueueDefinition) -> QueueDefinition:
    """Guidelines hold examples, which come from conversations."""
    return replace(definition, guidelines=mask_text(project_id, definition.guidelines))


def delete_queue(queue: ReviewQueue) -> None:
    """With its items. Raises ValueError where somebody judged one: what was said is kept."""
    if has_reviews(queue):
        raise ValueError("People judged items of this queue, and what they said is kept: close it instead.")
    queue.delete()


def has_reviews(queue: ReviewQueue) -> bool:
    """Whether anything was said in it, though it may have been taken back: rows of the store name the queue."""
    return queue.items.filter(said_version__gt=0).exists()


def list_queues(project: Project) -> list[ReviewQueue]:
    """Those that are open first, the newest of them first."""
    return list(project.review_queues.order_by("-is_open", "-number"))


def find_queue(project: Project, number: int) -> ReviewQueue | None:
    if number > LARGEST_NUMBER:
        return None
    return project.review_queues.filter(number=number).select_related("project").first()


def find_open_queue(project: Project, question: Question, filter_text: str) -> ReviewQueue | None:
    """The newest that is open and asks this of just these conversations."""
    found = project.review_queues.filter(is_open=True, question=question.value, filter=filter_text)
    return found.select_related("project").order_by("-number").first()


def read_definition(queue: ReviewQueue) -> QueueDefinition:
    names = ("filter", "size", "reviewers", "overlap", "draws_daily", "guidelines")
    told = {name: getattr(queue, name) for name in names}
    return QueueDefinition(question=Question(queue.question), mix=Mix(**queue.mix), **told)


def write_definition(definition: QueueDefinition) -> dict[str, Any]:
    """As columns of the queue's row."""
    columns = asdict(replace(definition, guidelines=definition.guidelines.strip(), filter=definition.filter.strip()))
    return columns | {"question": definition.question.value}


def check_definition(definition: QueueDefinition) -> None:
    """Raise QueueProblems where it cannot be drawn from."""
    problems = check_queue(definition)
    try:
        compile_filter(read_filter(definition.filter), "conversations", 0)
    except FilterError as error:
        problems.setdefault("filter", str(error))
    if problems:
        raise QueueProblems(problems)


def check_name(project: Project, name: str, queue: ReviewQueue | None = None) -> None:
    """Raise QueueProblems where no queue, or no other one, can be called so."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        raise QueueProblems({"name": f"A name has 1 to {LONGEST_NAME} characters."})
    others = project.review_queues.filter(name=name)
    if (others.exclude(pk=queue.pk) if queue else others).exists():
        raise QueueProblems({"name": f"There is already a queue called {name!r}; choose another name."})
