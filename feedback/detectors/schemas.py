"""A JSON schema and a value come in, what is wrong with the value goes out. Schemas come from outside: hostile."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

SHOWN_CHARACTERS = 160
LARGEST_SCHEMA = 50_000
"""Characters; what a larger one asks for is not checked."""


def find_schema_fault(schema: Mapping[str, Any], value: Any) -> str:
    """What is wrong with the value; empty where nothing is, or the schema itself is none."""
    validator = make_validator(json.dumps(schema, sort_keys=True, ensure_ascii=False))
    if validator is None:
        return ""
    error = next(iter(validator.iter_errors(value)), None)
    return "" if error is None else error.message[:SHOWN_CHARACTERS]


@lru_cache(maxsize=256)
def make_validator(schema: str) -> Any:
    """A validator that fetches nothing and matches in linear time."""
    if len(schema) > LARGEST_SCHEMA:
        return None
    try:
        return jsonschema_rs.validator_for(schema, offline=True, pattern_options=jsonschema_rs.RegexOptions())
    except (ValueError, jsonschema_rs.ReferencingError):
        return None
