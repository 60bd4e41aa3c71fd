"""Whether a part of the traffic fits a filter that names parts: services, environments, models, versions of prompts."""

from collections.abc import Collection, Mapping
from typing import Any

from tracing.filter_language import Condition, Filter

COLUMNS = {
    "service": "service_name",
    "environment": "environment",
    "model": "model",
    "prompt_version": "prompt_version",
}


def names_parts(given: Filter, fields: Collection[str] = tuple(COLUMNS)) -> bool:
    """Whether it asks for nothing else."""
    return all(each.field in fields and each.operator == ":" for each in given.conditions)


def fits(given: Filter, segment: Mapping[str, Any]) -> bool:
    """Whether all of a segment is within the filter; what the segment has not, or has all of, is not."""
    return all(fits_condition(each, segment) for each in given.conditions)


def fits_condition(condition: Condition, segment: Mapping[str, Any]) -> bool:
    value = segment.get(COLUMNS.get(condition.field, ""))
    return value is not None and (value in condition.values) != condition.negated
