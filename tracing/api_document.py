"""The API object: django-ninja's, with every operation described to the end.

OpenAPI stands at `/api/v1/openapi.json`. Operations are named after their functions, so that names in generated clients
stay.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from tracing.access.audit import run_recorded
from tracing.access.requirements import Requirement
from tracing.api_parameters import refuse_unknown
from tracing.api_problems import CONTENT_TYPE, ProblemPart, ProblemResource, add_handlers

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A project's key."},
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A project's key."},
}
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"key": []}, {}]
"""A server that is open to its own machine needs no key."""
PROJECT_PARAMETER = {
    "in": "query",
    "name": "project",
    "required": False,
    "schema": {"type": "string", "default": "default", "examples": ["default"]},
    "description": "Name of the project on an open server, or for a person who is logged in; a key has its own.",
}
PARAMETER_WORDS = {
    "limit": "Most items to give.",
    "cursor": "`next_cursor` of the page before; without one, the first page.",
    "conversation_id": "Id of a conversation; in a path percent-encoded, slashes in it too.",
    "trace_id": "Id of a trace, 32 hexadecimal digits.",
    "span_id": "Id of a span, 16 hexadecimal digits.",
    "user_id": "The app's own id of a user; in a path percent-encoded, slashes in it too.",
    "message_id": "The app's own id of a message.",
    "identifier": "What makes feedback unique in the project.",
    "label_id": "The `id` of a label.",
    "review_id": "The `id` of a review.",
    "name": "`thumbs`, `rating`, `comment`, `correction`, an action such as `copy`, or the app's own.",
    "label": "Such as `up` and `down` of thumbs.",
    "number": "The `id` that the request was given.",
    "version": "Of a dataset, the number.",
    "other": "The number of the version that it is held against.",
    "export": "The `key` that POST `exports` gave.",
    "file": "The `name` of a file, with its folder.",
    "days": "So many days back from now.",
    "from_turn": "Index of the first turn to give.",
    "kind": "Of `GET detectors`.",
    "format": "One of `exports/formats`.",
    "by": "What comparisons rank: `model`, `prompt`, or an attribute that the sides tell.",
    "slice_by": "The parts of the traffic that are ranked each by itself, too.",
    "comparison": "Who compared: people, programs (`judge`), or what people did.",
}
"""What parameters of these names are, wherever they stand and have no words of their own."""
PARAMETER_EXAMPLES = {
    "conversation_id": "support-1",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    "span_id": "00f067aa0ba902b7",
    "model": "gpt-5-mini",
    "request_model": "gpt-5-mini",
    "environment": "production",
    "q": "model:gpt-5-mini -environment:staging",
    "time": "7d",
    "name": "thumbs",
    "label": "down",
}
TEXT_FORMATS = {"cursor": "cursor", "q": "filter", "time": "filter-time", "range": "filter-time"}
PROBLEMS = {
    400: "The cursor, or the body, cannot be read.",
    401: "No key, or one that is none, that is revoked or past its time.",
    403: "The key or the person may not do this; or an open server is asked from elsewhere than its own machine.",
    404: "There is no such thing in this project, or no such project.",
    413: "The body is too large.",
    422: "A parameter, or a value in the body, is not right.",
    500: "Something went wrong in the server.",
    503: "ClickHouse does not answer now.",
}


class DescribedAPI(NinjaAPI):
    """An API whose errors are problem details, declared for each operation, and that refuses unknown parameters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}
        add_handlers(self)
        self.add_decorator(refuse_unknown, mode="view")
        self.add_decorator(record_operation, mode="operation")

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The same document each time: it follows from the program alone, and takes long to make."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = self._make_document(prefix)
        return self._documents[prefix]

    def _make_document(self, prefix: str) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=prefix)
        for path in document["paths"].values():
            for operation in path.values():
                complete_operation(operation)
        components = document["components"]
        for model in (ProblemPart, ProblemResource):
            components["schemas"][model.__name__] = describe_model(model)
        components["securitySchemes"] = SECURITY_SCHEMES
        document["security"] = SECURITY
        return document


def record_operation(view: Callable[..., Any]) -> Callable[..., Any]:
    """Have an operation write down what it changes, under the name of its function."""

    @wraps(view)
    def recorded(request: HttpRequest, **values: Any) -> Any:
        requirement: Requirement = request.requirement  # type: ignore[attr-defined]
        return run_recorded(request, requirement, view.__name__, view, partial(view, request, **values))

    return recorded


def describe_model(model: type[ProblemPart] | type[ProblemResource]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


def complete_operation(operation: dict[str, Any]) -> None:
    """Add what every operation has: the project, and the problems that it may answer with."""
    for parameter in operation["parameters"]:
        complete_parameter(parameter)
    operation["parameters"].append(PROJECT_PARAMETER)
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemResource"}}}
    for status in list_problems(operation):
        operation["responses"].setdefault(status, {"description": PROBLEMS[status], "content": content})


def complete_parameter(parameter: dict[str, Any]) -> None:
    parameter.pop("examples", None)  # django-ninja copies those of the schema, which are no OpenAPI here
    name = parameter["name"]
    if name in PARAMETER_WORDS:
        parameter.setdefault("description", PARAMETER_WORDS[name])
    if name in PARAMETER_EXAMPLES:
        parameter["schema"].setdefault("examples", [PARAMETER_EXAMPLES[name]])
    if name in TEXT_FORMATS:
        parameter["schema"]["format"] = TEXT_FORMATS[name]


def list_problems(operation: Mapping[str, Any]) -> Iterator[int]:
    parameters = operation["parameters"]
    if "requestBody" in operation or any(each["name"] == "cursor" for each in parameters):
        yield 400
    yield from (401, 403, 404)
    if "requestBody" in operation:
        yield 413
    yield from (422, 500, 503)
