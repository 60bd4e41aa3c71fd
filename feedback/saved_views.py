"""Lists of conversations that people named: a project and who asks come in, rows of Django's database go out.

A view is its owner's, who may share it with everybody in the project; what is narrowed stands in it as in an address.
"""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max, Q

from feedback.models import SavedView
from feedback.pages.list_state import ListState
from tracing.access.decisions import Access
from tracing.access.rights import Right
from tracing.filter_language import FilterError
from tracing.filter_sql import compile_filter
from tracing.models import Project

LONGEST_NAME = 100
MOST_OF_ONE = 100
"""Views of one person in a project."""
LARGEST_NUMBER = 2**31 - 1


class SavedViewProblems(ValueError):  # noqa: N818 - the name says it
    """What cannot be, by the name of what was chosen, each in a sentence for people."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def list_views(project_id: int, who: str) -> list[SavedView]:
    """Those that `who` sees, their own first, by name."""
    found = SavedView.objects.filter(Q(owner=who) | Q(is_shared=True), project=project_id)
    return sorted(found, key=lambda view: (view.owner != who, view.name.casefold(), view.number))


def find_view(project_id: int, number: int, who: str) -> SavedView | None:
    """None where there is none that `who` sees."""
    if number > LARGEST_NUMBER:
        return None
    return SavedView.objects.filter(Q(owner=who) | Q(is_shared=True), project=project_id, number=number).first()


def may_change(view: SavedView, access: Access) -> bool:
    """Its owner may; a shared one also whoever may edit."""
    is_own = view.owner == access.who and Right.REVIEW in access.rights
    return is_own or (view.is_shared and Right.EDIT in access.rights)


def create_view(project: Project, name: str, query: str, owner: str, *, is_shared: bool) -> SavedView:
    """A view with the next number. Raises SavedViewProblems."""
    written = write_query(query)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        checked = check_name(project.pk, name, owner)
        if SavedView.objects.filter(project=project, owner=owner).count() >= MOST_OF_ONE:
            raise SavedViewProblems({"name": f"One person has {MOST_OF_ONE} views at most: delete one first."})
        last = project.saved_views.aggregate(last=Max("number"))["last"] or 0
        return SavedView.objects.create(
            project=project,
            number=last + 1,
            name=checked,
            query=written,
            owner=owner,
            is_shared=is_shared,
            created_at=datetime.now(UTC),
        )


def change_view(
    view: SavedView, *, name: str | None = None, query: str | None = None, is_shared: bool | None = None
) -> SavedView:
    """Change what is given. Raises SavedViewProblems."""
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=view.project_id)
        changed = SavedView.objects.get(pk=view.pk)
        if name is not None:
            changed.name = check_name(changed.project_id, name, changed.owner, changed)
        if query is not None:
            changed.query = write_query(query)
        changed.is_shared = changed.is_shared if is_shared is None else is_shared
        changed.save()
    return changed


def check_name(project_id: int, name: str, owner: str, view: SavedView | None = None) -> str:
    """The name as it is kept. Raises SavedViewProblems where no view, or no other one of theirs, can be called so."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SavedViewProblems({"name": f"A name has 1 to {LONGEST_NAME} characters, all of which can be seen."})
    others = SavedView.objects.filter(project=project_id, owner=owner, name=name)
    if (others.exclude(pk=view.pk) if view else others).exists():
        raise SavedViewProblems({"name": f"There is already a view called “{name}”; choose another name."})
    return name


def write_query(query: str) -> str:
    """What an address asks of the list, in its one way of writing. Raises SavedViewProblems where it cannot be read."""
    state = ListState.read(query)
    try:
        compile_filter(state.filters.given, "conversations", 0)
    except FilterError as error:
        raise SavedViewProblems({"query": f"The filter cannot be read: {error}"}) from None
    return state.query
