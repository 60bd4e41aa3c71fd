"""The door at which texts that a project does not keep are taken out: every batch passes here before it is stored.

Columns come in and go on changed: of a project that keeps its texts without marks that look like stand-ins, of one that
keeps none with stand-ins in the place of every text.
"""

from tracing.text_choice import find_choice, find_secret
from tracing.texts.columns import Columns, hide_columns
from tracing.texts.hiding import Cleaner, Hider

CLEANER = Cleaner()


def withhold(table: str, columns: Columns) -> Columns:
    """Take out of rows, which are of one project, what it does not keep; they are changed in place."""
    for project_id in columns["project_id"][:1]:
        hide_columns(table, columns, CLEANER)
        if not find_choice(project_id).is_kept:
            hide_columns(table, columns, Hider(find_secret(project_id)))
    return columns
