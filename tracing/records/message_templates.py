"""Templates of messages as rows of `message_templates`, and back."""

from collections.abc import Sequence
from dataclasses import fields

from tracing.own_words import MessageTemplate, Templates, order_templates
from tracing.store import Store

NAMES = tuple(field.name for field in fields(MessageTemplate))


def load_templates(store: Store, project_id: int) -> Templates:
    """The templates of a project by service, each service's in the order in which they are tried."""
    found: dict[str, list[MessageTemplate]] = {}
    for row in store.query("tracing/sql/message_templates.sql", project_id=project_id):
        found.setdefault(row["service_name"], []).append(MessageTemplate(**{name: row[name] for name in NAMES}))
    return {service: order_templates(templates) for service, templates in found.items()}


def write_templates(
    store: Store, project_id: int, service_name: str, templates: Sequence[MessageTemplate], version: int
) -> None:
    """Write templates of a service in `version` (microseconds)."""
    count = len(templates)
    store.insert(
        "message_templates",
        {
            "project_id": [project_id] * count,
            "service_name": [service_name] * count,
            **{name: [getattr(each, name) for each in templates] for name in NAMES},
            "version": [version] * count,
        },
    )
