"""Ways by which a path, a query or a header may name one project to a part of a server and another to the next."""

from collections.abc import Iterator

from tests.isolation.world import Side

PATHS = (
    "/p/OWN/../OTHER/",
    "/p/OWN/%2e%2e/OTHER/",
    "/p/OWN%2f..%2fOTHER/",
    "/p/OWN/..%252fOTHER/",
    "/p/OWN/;/../OTHER/",
    "/p/OWN/..\\\\OTHER/",
    "/p/OWN%2fOTHER/",
    "//p/OTHER/",
    "/p//OTHER/",
    "/./p/OTHER/",
    "/P/OTHER/",
    "/p/UPPER/",
    "/p/OTHER;x/",
    "/p/OTHER%00/",
    "/p/OTHER%0a/",
    "/p/OTHER/conversations/",
    "/p/OTHER/conversations/shared/",
    "/static/../p/OTHER/",
    "/static/%2e%2e/p/OTHER/",
    "/login/../p/OTHER/",
    "/healthz/../p/OTHER/",
    "/login?next=/p/OTHER/",
    "/p/OWN/conversations?project=OTHER",
    "/p/OWN/conversations/shared?project=OTHER&project_id=NUMBER",
    "/p/OWN/conversations?q=project:OTHER",
    "/p/OWN/conversations?q=%27%20OR%201=1%20--%20",
    "/p/OWN/conversations?environment=%27%29%20OR%201=1%20--%20",
    "/api/v1/conversations?project=OWN&project=OTHER",
    "/api/v1/conversations?project[]=OTHER&project=OWN",
    "/api/v1/conversations?PROJECT=OTHER&project=OWN",
    "/api/v1/conversations?project=OWN&project_id=NUMBER",
    "/api/v1/conversations?project=OWN%00OTHER",
    "/api/v1/conversations/..%2f..%2fconversations?project=OWN",
    "/api/v1//conversations?project=OTHER",
    "/API/v1/conversations?project=OTHER",
    "/api/v1/conversations/?project=OTHER",
    "/api/v1/conversations%3Fproject=OTHER",
    "/v1/../p/OTHER/",
    "/v1/traces/../../p/OTHER/",
    "http://localhost/p/OTHER/",
    "/static/../manage.py",
    "/static/..%2f..%2fmanage.py",
    "/static/%2e%2e/config/settings.py",
    "/static//etc/passwd",
)
HEADERS = {
    "X-Original-URL": "/p/OTHER/",
    "X-Rewrite-URL": "/p/OTHER/",
    "X-Forwarded-Prefix": "/p/OTHER",
    "X-Forwarded-Host": "OTHER.example",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-User": "owner-MARK@example.org",
    "Remote-User": "owner-MARK@example.org",
    "X-Project": "OTHER",
    "X-Tacit-Project": "OTHER",
    "Script-Name": "/p/OTHER",
    "Path-Info": "/p/OTHER/",
    "X-HTTP-Method-Override": "DELETE",
}


def list_smuggled(other: Side, own: Side) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, path and headers that try for `other`."""

    def name(text: str) -> str:
        slug = other.project.slug
        told = {"OWN": own.project.slug, "OTHER": slug, "UPPER": slug.upper(), "MARK": other.mark}
        for word, meaning in (told | {"NUMBER": str(other.project.pk)}).items():
            text = text.replace(word, meaning)
        return text

    for path in PATHS:
        yield "GET", name(path), {}
    for header, value in HEADERS.items():
        sent = {header: name(value)}
        yield "GET", name("/p/OWN/conversations"), sent
        yield "POST", name("/p/OTHER/remove"), sent
        yield "POST", name("/api/v1/reprocessings?project=OTHER"), sent
