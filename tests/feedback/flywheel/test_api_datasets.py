"""REST of datasets and exports: from a definition to files, with progress, problems and the audit log."""

import io
import json
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from feedback.flywheel.running import build_all
from feedback.models import DatasetVersion
from tests.feedback.flywheel.conftest import tell_liked
from tests.pages.conftest import Teller
from tests.pages.people import log_in, make_user
from tracing.access.rights import Role
from tracing.models import AuditEntry

DEFINITION = {"format": "trl-kto", "filter": "thumbs:up"}


class Rest:
    """Asks as whoever uses an open server does."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(headers={"host": "localhost"})

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        content = None if body is None else json.dumps(body)
        answer = self.client.generic(method, f"/api/v1/{path}", content or "", content_type="application/json")
        assert answer.status_code == status, answer.content
        return json.loads(answer.content) if answer.content else None

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, status=status)

    def fetch(self, path: str) -> bytes:
        answer: Any = self.client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        content = b"".join(answer.streaming_content)
        answer.close()
        return content


@pytest.fixture
def rest(teller: Teller) -> Rest:
    tell_liked(teller)
    return Rest()


def list_audited() -> Iterator[tuple[str, str]]:
    for entry in AuditEntry.objects.order_by("pk"):
        yield entry.action, entry.target


def read_zip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_dataset_goes_from_its_definition_to_files(rest: Rest, teller: Teller) -> None:
    made = rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 201)
    assert (made["number"], made["definition"]["tier"], made["latest"]) == (1, "silver", None)
    started = rest.ask("POST", "datasets/1/versions", status=202)
    assert (started["number"], started["state"], started["total"]) == (1, "collecting", None)
    assert rest.ask("POST", "datasets/1/versions", status=409)["detail"].startswith("A version of this dataset is")
    assert rest.get("datasets/1/versions/1/files") == {"items": []}
    rest.get("datasets/1/versions/1/archive", 409)

    build_all(teller.store)
    looked_at = rest.get("datasets/1/versions/1")
    assert (looked_at["state"], looked_at["rows"]) == ("inspected", None)
    assert looked_at["inspection"]["parts"][0]["preview"]
    rest.ask("POST", "datasets/1/versions/1/build", status=202)
    build_all(teller.store)

    built = rest.get("datasets/1/versions/1")
    assert (built["state"], sum(built["rows"].values())) == ("built", 20)
    files = rest.get("datasets/1/versions/1/files")["items"]
    archive = read_zip(rest.fetch("datasets/1/versions/1/archive"))
    assert {each["name"] for each in files} == set(archive)
    for each in files:
        content = rest.fetch(f"datasets/1/versions/1/files/{each['name']}")
        assert (sha256(content).hexdigest(), len(content)) == (each["sha256"], each["bytes"])
        assert content == archive[each["name"]]
    assert list(list_audited())[-1] == ("download_dataset_file", "version 1 of 1 Liked, validation.jsonl")

    rows: list[Any] = []
    cursor = ""
    while cursor is not None:
        page = rest.get(f"datasets/1/versions/1/rows?limit=7&cursor={cursor}")
        rows += page["items"]
        cursor = page["next_cursor"]
    assert rows == [json.loads(line) for line in archive["train.jsonl"].splitlines()]
    assert rest.get("datasets/1/versions/1/rows?part=sft")["items"] == []

    rest.ask("PATCH", "datasets/1", {"definition": DEFINITION | {"tier": "gold"}})
    rest.ask("POST", "datasets/1/versions", {"goes_on": True}, 202)
    build_all(teller.store)
    changed = rest.get("datasets/1/versions/2/compare/1")
    assert [each["name"] for each in changed["definition"]] == ["tier"]
    assert [each["number"] for each in rest.get("datasets/1/versions")["items"]] == [2, 1]
    assert rest.get("datasets")["items"][0]["latest"]["number"] == 2

    rest.ask("DELETE", "datasets/1/versions/1", status=204)
    rest.get("datasets/1/versions/1", 404)
    rest.ask("DELETE", "datasets/1", status=204)
    rest.get("datasets/1", 404)
    assert not DatasetVersion.objects.exists()


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsubjects.txt", "../subjects.txt", "nothing.jsonl", "%2Fetc%2Fpasswd", "train.jsonl%00"]
)
def test_only_files_of_the_version_are_given(rest: Rest, teller: Teller, name: str) -> None:
    rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 201)
    rest.ask("POST", "datasets/1/versions", {"goes_on": True}, 202)
    build_all(teller.store)
    rest.get(f"datasets/1/versions/1/files/{name}", 404)


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"format": "none"}, "format"),
        ({"format": "trl-kto", "filter": "modle:x"}, "filter"),
        ({"format": "trl-kto", "evaluation_sets": [4]}, "evaluation_sets"),
        ({"format": "trl-kto", "balance": 0.5}, "balance"),
    ],
)
def test_what_is_wrong_about_a_definition_names_its_field(rest: Rest, definition: Any, field: str) -> None:
    problem = rest.ask("POST", "datasets", {"name": "Liked", "definition": definition}, 422)
    assert field in [each.get("parameter") for each in problem["errors"]]


def test_names_are_unique_and_versions_are_stopped(rest: Rest, teller: Teller) -> None:
    rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 201)
    assert "choose another" in rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 422)["detail"]
    rest.ask("POST", "datasets/1/versions", status=202)
    assert rest.ask("POST", "datasets/1/versions/1/stop")["state"] == "stopped"
    assert "nothing to stop" in rest.ask("POST", "datasets/1/versions/1/stop", status=409)["detail"]
    rest.ask("POST", "datasets/1/versions/1/build", status=409)
    assert build_all(teller.store) == 0


def test_an_export_is_built_at_once_or_in_the_background(rest: Rest, teller: Teller) -> None:
    at_once = read_zip(rest.fetch("exports?format=trl-kto&thumbs=up&tier=gold&most_per_user=5&languages="))
    manifest = json.loads(at_once["manifest.json"])
    assert (manifest["rows"], manifest["definition"]["tier"]) == (20, "gold")
    assert (manifest["definition"]["filter"], manifest["definition"]["most_per_user"]) == ("thumbs:up", 5)

    key = rest.ask("POST", "exports", DEFINITION | {"tier": "gold", "most_per_user": 5}, 202)["key"]
    build_all(teller.store)
    told = rest.get(f"exports/{key}")
    assert (told["state"], told["manifest"]) == ("built", manifest)
    assert told["expires_at"] > told["created_at"]
    assert read_zip(rest.fetch(f"exports/{key}/archive")) == at_once
    assert len(rest.get(f"exports/{key}/files")["items"]) == len(at_once)
    assert rest.fetch(f"exports/{key}/files/train.jsonl") == at_once["train.jsonl"]
    rest.ask("DELETE", f"exports/{key}", status=204)
    rest.get(f"exports/{key}", 404)
    rest.get("exports/none", 404)


@pytest.mark.parametrize("given", ["languages=a&languages=b", "evaluation_sets=x", "tier=silly", "evaluation_sets=9"])
def test_wrong_options_of_an_export_are_refused(rest: Rest, given: str) -> None:
    rest.get(f"exports?format=trl-kto&{given}", 422)


def test_evaluation_sets_leave_rows_out_and_keep_no_text(rest: Rest, teller: Teller) -> None:
    rows = [json.loads(line) for line in read_zip(rest.fetch("exports?format=trl-kto"))["train.jsonl"].splitlines()]
    secret = rows[0]["completion"][0]["content"]
    made = rest.ask("POST", "datasets/evaluation-sets", {"name": "Held back", "texts": [secret]}, 201)
    assert (made["number"], made["texts"]) == (1, 1)
    manifest = json.loads(read_zip(rest.fetch("exports?format=trl-kto&evaluation_sets=1"))["manifest.json"])
    assert manifest["rows"] == len(rows) + 2  # of thirty rows three validate
    assert "contaminated" in manifest["funnel"]["reasons"]
    rest.ask("POST", "datasets", {"name": "D", "definition": DEFINITION | {"evaluation_sets": [1]}}, 201)
    assert "is built against it" in rest.ask("DELETE", "datasets/evaluation-sets/1", status=409)["detail"]
    rest.ask("DELETE", "datasets/1", status=204)
    rest.ask("DELETE", "datasets/evaluation-sets/1", status=204)
    assert rest.get("datasets/evaluation-sets") == {"items": []}


def test_a_user_is_forgotten_and_the_audit_log_does_not_say_who(rest: Rest, teller: Teller) -> None:
    rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 201)
    rest.ask("POST", "datasets/1/versions", {"goes_on": True}, 202)
    build_all(teller.store)
    assert rest.get("datasets/forgotten") == {"count": 0, "last": None}
    told = rest.ask("POST", "datasets/forgotten", {"user_id": "u-7"})
    assert (told["count"], told["withdrawn"]) == (1, 1)
    assert rest.get("datasets/1/versions/1")["state"] == "withdrawn"
    rest.get("datasets/1/versions/1/archive", 409)
    assert list(list_audited())[-1] == ("forget_subject", "a user")
    assert "u-7" not in str(list(AuditEntry.objects.values()))
    assert "Name the user" in rest.ask("POST", "datasets/forgotten", {}, 422)["detail"]


@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize(
    ("role", "may"), [(Role.VIEWER, (False, False)), (Role.EDITOR, (True, False)), (Role.OWNER, (True, True))]
)
def test_each_role_may_do_its_part(teller: Teller, role: Role, may: tuple[bool, bool]) -> None:
    make_user("bo@example.org", teller.project, role)
    rest = Rest(log_in("bo@example.org"))
    define, forget = may
    rest.get("datasets")
    rest.ask("POST", "datasets", {"name": "Liked", "definition": DEFINITION}, 201 if define else 403)
    rest.ask("POST", "datasets/forgotten", {"user_id": "u-7"}, 200 if forget else 403)
