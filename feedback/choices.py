"""What the selectors of lists offer: a project comes in, the values that occur in it go out.

To find them a query reads every row of a project, and they hardly change: those of a large one are kept for minutes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from feedback.agent_task_list import MOST_TOOLS, TASK_TOOLS
from tracing.filter_sql import Where
from tracing.kept_queries import prepare_kept, query_kept
from tracing.store import Store
from tracing.together import ask_together

LONGER = 5
"""Times as long as figures."""
MOST_OFFERED = 50

Row = Mapping[str, Any]


def load_choices(store: Store, project_id: int) -> Row:
    """Of lists of conversations and traces: environments, services, models and machines, and how many conversations
    there are."""
    return query_kept(store, "feedback/sql/page_choices.sql", project_id=project_id, longer=LONGER)[0]


def load_task_choices(store: Store, project_id: int) -> Row:
    """The same of tasks, with their tools: those that figures of all tasks tell."""
    [row], tools = ask_together(
        prepare_kept(store, "feedback/sql/agent_task_choices.sql", project_id=project_id, longer=LONGER),
        prepare_kept(store, TASK_TOOLS, Where(), project_id=project_id, limit=MOST_TOOLS),
    )
    by_tasks = sorted(tools, key=lambda tool: (-tool["tasks"], tool["name"]))
    return {**row, "tools": [tool["name"] for tool in by_tasks[:MOST_OFFERED]]}


def load_kinds(store: Store, project_id: int) -> Sequence[Row]:
    """Kinds of signals, each with its number of conversations."""
    return query_kept(store, "feedback/sql/page_kinds.sql", project_id=project_id, longer=LONGER)
