"""Every address of the web process, found in the URLconf, with what each asks for and something for each part of it."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter
from django.urls.resolvers import RoutePattern
from ninja.operation import PathView

from drift.watching.segments import SegmentName
from feedback.api_reviews import encode_id
from feedback.confirmations import SignalKey
from feedback.labels import OUTCOME, LabelKey
from tests.isolation.world import REVIEWER, SHARED_CONVERSATION, SHARED_TRACE, Side
from tests.tracing.otlp import make_trace_id
from tracing.access.requirements import PUBLIC, May, Requirement, find_requirement

OF_NINJA = {"openapi-json", "api-root"}
"""Views of django-ninja itself: the document of the API, which is the same for everybody, and where it stands."""
QUERIES = {
    "compare_dataset_versions": "older={first_id}&newer={first_id}",
    "define_dataset": "format=trl-kto",
    "download_dataset": "format=trl-kto",
    "download_export": "format=trl-kto",
    "find": f"q={SHARED_CONVERSATION}",
    "find_results": f"q={SHARED_CONVERSATION}",
    "new_review_queue": "question=outcome",
    "run_backtest": "from=2026-06-01&to=2027-05-31",
}
"""What a page or operation needs besides its address, by its name; `{first_id}` is that of the project."""

LEADING = {"trace_neighbour"}
"""Pages that only lead to another of the same project."""


@dataclass(frozen=True)
class Route:
    """An address, its parts in braces, and what is asked of whoever sends a method to it."""

    path: str
    names: tuple[str, ...]
    parts: Mapping[str, Any]
    """Converters by the name of their part."""
    requirements: Mapping[str, Requirement | None]
    """By method; `*` is every other."""
    functions: Mapping[str, str]
    """Of operations, by method."""

    @property
    def is_rest(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def leads_on(self) -> bool:
        return not LEADING.isdisjoint(self.names)

    @property
    def query(self) -> str:
        return next((QUERIES[name] for name in self.names if name in QUERIES), "")

    def name_entries(self, method: str) -> list[str]:
        """What entries of the audit log call what a method does here."""
        return [self.functions[method]] if method in self.functions else list(self.names)

    def find_requirement(self, method: str) -> Requirement | None:
        return self.requirements.get(method, self.requirements.get("*"))

    def fill(self, project: Side, ids: Side) -> list[str]:
        """Addresses in a project with the ids of another, or of itself: those of its own, and those that both have."""
        choices = [self.list_examples(name, ids) for name in self.parts if name != "project"]
        given = [name for name in self.parts if name != "project"]
        found = []
        for chosen in dict.fromkeys(product(*choices)):
            filled = dict(zip(given, chosen, strict=True)) | {"project": project.project.slug}
            found.append(self.path.format(**filled))
        return found

    def list_examples(self, name: str, side: Side) -> list[str]:
        if isinstance(self.parts[name], IntConverter):
            return [str(side.first_id)]
        examples = {
            "conversation_id": [side.conversation, SHARED_CONVERSATION],
            "trace_id": [make_trace_id(side.trace), make_trace_id(SHARED_TRACE)],
            "user_id": [self.parts[name].to_url(side.word(each)) for each in ("user_id", "days-14")],
            "token": ["what-nobody-was-sent"],  # whoever has that of an invitation is meant to see the project's name
            "kind": ["slow"],
            "label_id": [
                *(SignalKey(name, 0, "copy").encode() for name in (side.conversation, SHARED_CONVERSATION)),
                LabelKey(side.conversation, OUTCOME, REVIEWER).encode(),
            ],
            "review_id": [
                encode_id(
                    side.first_id, side.conversation, 0, f"reviewer-{side.mark}@example.org", is_adjudication=False
                )
            ],
            "export": [side.export],
            **{name: ["train.jsonl"] for name in ("file", "name")},
            "key": [SegmentName(side.word("service"), side.word("environment")).key],
            "identifier": [side.feedback, f"feedback-{SHARED_CONVERSATION}"],
        }
        if name not in examples:
            raise LookupError(
                f"{self.path} has a part {name!r} that there is no example of: add what project A really has there to "
                "`examples` in tests/isolation/routes.py, so that the test of isolation asks for it."
            )
        return examples[name]


def list_routes() -> list[Route]:
    """Each address once, whatever ways lead to it."""
    found: dict[str, Route] = {}
    for path, parts, pattern in walk(get_resolver().url_patterns, "/", {}):
        known = found.get(path)
        requirements = find_requirements(pattern)
        found[path] = Route(
            path,
            (*(known.names if known else ()), pattern.name or ""),
            parts,
            {**(known.requirements if known else {}), **requirements},
            {**(known.functions if known else {}), **find_functions(pattern)},
        )
    return list(found.values())


def walk(
    patterns: list[URLPattern | URLResolver], before: str, parts: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], URLPattern]]:
    for pattern in patterns:
        route = pattern.pattern
        if not isinstance(route, RoutePattern):
            raise LookupError(f"{route} is no `path()`; the test of isolation reads those alone.")
        path = before + braced(str(route))
        found = {**parts, **route.converters}
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path, found)
        else:
            yield path, found, pattern


def braced(route: str) -> str:
    """`<slug:project>/` as `{project}/`.

    >>> braced("p/<slug:project>/x/<name>")
    'p/{project}/x/{name}'
    """
    first, *rest = route.split("<")
    return first + "".join(
        "{" + each.partition(">")[0].rpartition(":")[2] + "}" + each.partition(">")[2] for each in rest
    )


def find_operations(pattern: URLPattern) -> PathView | None:
    view = inspect.getclosurevars(pattern.callback).nonlocals.get("self") if is_plain(pattern) else None
    return view if isinstance(view, PathView) else None


def is_plain(pattern: URLPattern) -> bool:
    return inspect.isfunction(pattern.callback)


def find_requirements(pattern: URLPattern) -> dict[str, Requirement | None]:
    operations = find_operations(pattern)
    if operations is None:
        is_document = pattern.name in OF_NINJA and pattern.lookup_str.startswith("ninja.")
        return {"*": PUBLIC if is_document else find_requirement(pattern.callback)}
    return {
        method: next((each.requirement for each in operation.auth_callbacks if isinstance(each, May)), None)
        for operation in operations.operations
        for method in operation.methods
    }


def find_functions(pattern: URLPattern) -> dict[str, str]:
    found = find_operations(pattern)
    operations = found.operations if found else []
    return {method: operation.view_func.__name__ for operation in operations for method in operation.methods}


def list_unguarded() -> list[str]:
    """Views that say nothing of whom they take, which the middleware refuses, and operations that anybody may ask."""
    found = []
    for path, _, pattern in walk(get_resolver().url_patterns, "/", {}):
        found += [f"{method} {path}" for method, each in find_requirements(pattern).items() if each is None]
    return found
