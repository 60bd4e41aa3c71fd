"""Making a dataset on its pages: what it is for, what it is made of, and what is wrong beside its field."""

import re
from collections.abc import Callable, Mapping
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from feedback.datasets.definition import Definition, write_definition
from feedback.datasets.formats import FORMATS
from feedback.flywheel.datasets import create_dataset
from feedback.models import Dataset, DatasetVersion, EvaluationSet
from feedback.pages.ingredients import AIMS
from tests.pages.conftest import Page, Teller
from tests.pages.people import log_in, make_user, read
from tracing.access.rights import Role
from tracing.models import AuditEntry, Project

Open = Callable[[str], Page]


def make_client() -> Client:
    return Client(headers={"host": "localhost"})


def post(path: str, fields: Mapping[str, object] = {}, *, follow: bool = False) -> HttpResponse:
    return make_client().post(f"/p/default/datasets/{path}", fields, follow=follow)


def read_form(html: str) -> dict[str, object]:
    """What a browser would send of the form of a dataset, without its button."""
    form = html[html.index('class="rule-form dataset-form"') :].partition("</form>")[0]
    fields: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if given.get("type") != "checkbox" or " checked" in tag:
            fields[given["name"]] = given.get("value", "")
    for name, options in re.findall(r'<select id="\w+" name="(\w+)".*?>(.*?)</select>', form, flags=re.DOTALL):
        [fields[name]] = re.findall(r'<option value="([^"]*)" selected', options)
    [fields["description"]] = map(unescape, re.findall(r"<textarea[^>]*>(.*?)</textarea>", form, flags=re.DOTALL))
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def make(project: Project, name: str = "Praised", **choices: object) -> Dataset:
    return create_dataset(project, name, Definition(**({"format": "trl-sft"} | choices)), "bo@example.org")  # type: ignore[arg-type]


def test_each_format_serves_an_aim() -> None:
    assert sorted(name for aim in AIMS for name in aim.formats) == sorted(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_form_that_is_sent_as_it_was_shown_makes_the_usual_definition(
    name: str, teller: Teller, open_page: Open
) -> None:
    page = open_page(f"datasets/new/form?format={name}&q=thumbs:up")
    answer = post("new/add", read_form(page.html) | {"name": "As usual"})
    assert answer.headers["Location"] == "/p/default/datasets/1"
    assert Dataset.objects.get().definition == write_definition(Definition(format=name, filter="thumbs:up"))


def test_whatever_is_chosen_is_kept_and_shown_again(teller: Teller, open_page: Open) -> None:
    EvaluationSet.objects.create(
        project=teller.project, number=4, name="Release", texts=1, grams=b"", created_at="2026-11-01T00:00Z"
    )
    chosen = {
        "name": "Careful",
        "description": "For the <next> one",
        "format": "trl-dpo",
        "filter": "-model:gpt-x",
        "tier": "gold",
        "confidence": "72,5",
        "sources": "thumbs:up, signal:*",
        "consent": "only_given",
        "personal_data": "drop",
        "models_left_out": "gpt-*",
        "licence": "CC-BY-4.0",
        "languages": "en,de",
        "longest": "9000",
        "likeness": "90 %",
        "most_per_user": "5",
        "most_per_template": "6",
        "most_per_failure_mode": "7",
        "balance": "2.5",
        "match_lengths": "yes",
        "validation": "20",
        "seed": "3",
        "evaluation_sets": ["4"],
    }
    post("new/add", chosen)
    definition = Definition(
        format="trl-dpo",
        filter="-model:gpt-x",
        consent="only_given",
        models_left_out=("gpt-*",),
        licence="CC-BY-4.0",
        personal_data="drop",
        languages=("de", "en"),
        longest=9000,
        tier="gold",
        confidence=0.725,
        sources=("signal:*", "thumbs:up"),
        likeness=0.9,
        most_per_user=5,
        most_per_template=6,
        most_per_failure_mode=7,
        balance=2.5,
        match_lengths=True,
        validation=0.2,
        evaluation_sets=(4,),
        seed=3,
    )
    assert Dataset.objects.get().definition == write_definition(definition)
    shown = open_page("datasets/1/edit").html
    assert read_form(shown)["confidence"] == "72.5"
    assert post("1/change", read_form(shown)).status_code == 302
    assert Dataset.objects.get().definition == write_definition(definition)
    text = open_page("datasets/1").text
    assert "-model:gpt-x" in text
    assert "Behaviour counts from a confidence of, in percent 72.5" in text


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("confidence", "40", "A number from 50 to 100, in percent."),
        ("validation", "much", "A number from 0 to 50, in percent."),
        ("most_per_user", "-1", "A whole number from 0 to 1,000,000,000."),
        ("seed", "1.5", "A whole number from 0 to 2,147,483,647."),
        ("balance", "0.5", "0, or a number from 1 to 1,000."),
        ("filter", "modle:x", "modle"),
        ("name", " ", "A name has 1 to 200 characters."),
        ("name", "Taken", "There is already a dataset called 'Taken'; choose another name."),
        ("format", "xml", "Choose one of"),
        ("tier", "iron", "has to be one of"),
        ("evaluation_sets", "9", "There is no evaluation set 9 in this project."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    field: str, typed: str, problem: str, teller: Teller, open_page: Open
) -> None:
    make(teller.project, "Taken")
    good = {"name": "Mine", **write_definition(Definition(format="trl-sft")), "description": "kept words"}
    shares = {"confidence": "50", "likeness": "80", "validation": "10"}
    lists = dict.fromkeys(("models_left_out", "languages", "sources", "evaluation_sets"), "")
    flags = {"match_lengths"}
    fields = {name: value for name, value in (good | shares | lists).items() if name not in flags}
    answer = post("new/add", fields | {field: typed})
    assert answer.status_code == 422
    html = read(answer)
    assert problem in unescape(html)
    assert "kept words" in html
    assert Dataset.objects.count() == 1
    if field in ("confidence", "validation", "most_per_user", "seed", "balance", "filter", "name"):
        assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', html)


def test_a_number_too_large_or_a_text_that_never_ends_is_refused_not_broken(teller: Teller) -> None:
    for typed in ("9" * 400, "1e400", "nan", "inf", "\x00"):
        answer = post("new/add", {"name": "x", "format": "trl-sft", "confidence": typed})
        assert answer.status_code == 422
        assert "A number from 50 to 100" in read(answer)


def test_to_look_at_it_starts_a_version_that_waits_to_be_seen(teller: Teller, open_page: Open) -> None:
    page = open_page("datasets/new/form?format=trl-kto")
    answer = post("new/add", read_form(page.html) | {"name": "Look", "then": "look"})
    assert answer.headers["Location"] == "/p/default/datasets/1/versions/1"
    version = DatasetVersion.objects.get()
    assert (version.state, version.goes_on) == ("collecting", False)
    again = post("1/look", follow=True)
    assert "A version of this dataset is being made; wait for it, or stop it." in unescape(read(again))
    assert DatasetVersion.objects.count() == 1


def test_matching_conversations_are_counted_while_a_filter_is_typed(teller: Teller, open_page: Open) -> None:
    teller.tell("up", feedback=[teller.thumb("up", 0, "up")])
    teller.tell("other")
    assert open_page("datasets/count?filter=").text == "2 conversations of people match."
    assert open_page("datasets/count?filter=thumbs:up").text == "1 conversation of people matches."
    assert "quoted phrases" in open_page("datasets/count?filter=%22hold+the%22").text
    assert "bad" in open_page("datasets/count?filter=modle:x").html


def test_the_list_tells_the_last_version_of_each(teller: Teller, open_page: Open) -> None:
    make(teller.project, "<b>Bold</b>")
    post("1/look")
    page = open_page("datasets")
    assert "<b>Bold" not in page.html
    assert "<b>Bold</b>" in page.text
    assert "Version 1 being looked through" in page.text
    assert page.find_links("datasets/1/versions/1")


def test_a_dataset_is_deleted_with_its_versions(teller: Teller, open_page: Open) -> None:
    make(teller.project)
    post("1/look")
    assert "Praised is deleted, with its versions." in read(post("1/delete", follow=True))
    assert not DatasetVersion.objects.exists()
    assert open_page("datasets/1").status == 404
    assert AuditEntry.objects.filter(action="delete_dataset", target="1 Praised").exists()


@pytest.mark.parametrize("path", ["7", "7/edit", "7/versions/1", "7/compare?older=1&newer=2", "99999999999999999999"])
def test_what_is_not_there_is_not_found(path: str, teller: Teller, open_page: Open) -> None:
    assert open_page(f"datasets/{path}").status == 404


def test_who_may_not_edit_reads_definitions_and_makes_none(project: Project, quick_passwords: None) -> None:
    make(project)
    make_user("vi@example.org", project, Role.VIEWER)
    client = log_in("vi@example.org")
    assert "Change it" not in read(client.get("/p/default/datasets/1"))
    assert client.get("/p/default/datasets/new/form?format=trl-sft").status_code == 403
    for path in ("new/add", "1/change", "1/look", "1/delete", "1/versions/1/build", "evaluation-sets/add"):
        assert client.post(f"/p/default/datasets/{path}", {"name": "x"}).status_code == 403
    assert Dataset.objects.count() == 1
