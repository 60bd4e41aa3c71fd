"""Fields of what a model's client gives back: objects and dicts alike in, what they hold out, None where nothing."""

from collections.abc import Mapping, Sequence


def get_field(value: object, name: str) -> object:
    """`value.name` or `value["name"]`; None where there is none. Never raises."""
    try:
        return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    except Exception:
        return None


def get_text(value: object, name: str) -> str:
    """The field where it is a text, else an empty one."""
    found = get_field(value, name)
    return found if isinstance(found, str) else ""


def get_index(value: object, name: str, default: int = 0) -> int:
    found = get_field(value, name)
    return found if isinstance(found, int) else default


def get_items(value: object, name: str) -> Sequence[object]:
    """The field where it is a list, else nothing."""
    found = get_field(value, name)
    return found if isinstance(found, (list, tuple)) else ()
