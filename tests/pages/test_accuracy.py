"""The page that says how right the detectors of words are: the figures of the card, in words that anybody reads."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from feedback import accuracy_views
from feedback.accuracy import CARDS, Bin, Estimate, Failure, Figures, Pool, load_card, write_card
from feedback.detectors import DETECTORS
from feedback.pages.accuracy_cards import draw_dots, list_pools, write_sentence
from tests.pages.conftest import Page
from tracing.models import Project
from tracing.store import Store

ADDRESS = "/p/default/settings/detectors/accuracy"
FIGURES = Figures(
    tier="platform",
    fired=40,
    precision=Estimate(0.9, 0.8, 0.97),
    precision_when_rare=Estimate(0.634, 0.41, 0.8),
    recall=Estimate(0.55, 0.44, 0.66),
    false_alarms=Estimate(0.01, 0.0, 0.02),
    average_precision=Estimate(0.7, 0.6, 0.8),
    f1_at_few_alarms=Estimate(0.6, 0.5, 0.7),
    calibration_error=0.05,
    reliability=(Bin(0.0, 0.1, 900, 0.02, 0.01), Bin(0.9, 1.0, 4, 0.95, 0.75)),
)


def test_every_measured_kind_is_told_and_linked_from_the_page_of_detectors(
    store: Store, project: Project, open_page: Callable[[str], Page]
) -> None:
    page, listed = open_page(ADDRESS), open_page("/p/default/settings/detectors")
    for kind in load_card().kinds:
        assert f'id="kind-{kind.kind}"' in page.html
        assert write_sentence(next(each for each in kind.tiers if each.tier == "platform")) in page.text
        assert f'href="{ADDRESS}#kind-{kind.kind}"' in listed.html
    assert f'href="{ADDRESS}#kind-slow"' not in listed.html


def test_rest_gives_what_the_page_shows(store: Store, project: Project) -> None:
    answer = Client(headers={"host": "localhost"}).get("/api/v1/accuracy")
    assert answer.status_code == 200
    assert json.loads(answer.content) == json.loads(CARDS.dump_json(load_card()))


def test_texts_of_users_are_shown_and_do_nothing(
    store: Store, project: Project, open_page: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = Failure("<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "en", True, 0.9, "<b>why</b>")
    card = load_card()
    kinds = (replace(card.kinds[0], failures=(failure,), known=("<i>irony</i>",)), *card.kinds[1:])
    monkeypatch.setattr(accuracy_views, "load_card", lambda: replace(card, kinds=kinds))
    page = open_page(ADDRESS)
    assert "<script>alert(1)</script>" in page.text
    for text in ("<script>alert", "<img src=x", "<b>why", "<i>irony"):
        assert text not in page.html


def test_the_sentence_needs_no_knowledge_of_measures() -> None:
    assert write_sentence(FIGURES) == (
        "Of 100 that fire, about 63 are right where one message in twenty is feedback (41 to 80); of 100 that there "
        "are, it finds 55 (44 to 66)."
    )
    assert "is not known" in write_sentence(replace(FIGURES, fired=0, precision_when_rare=None))


def test_a_score_that_was_right_as_often_as_it_says_lies_on_the_line() -> None:
    first, last = draw_dots((Bin(0.0, 0.1, 900, 0.25, 0.25), Bin(0.9, 1.0, 4, 0.95, 0.75)))
    assert first.left + first.top == 100
    assert (last.left, last.top) == (95.0, 25.0)
    assert first.radius > last.radius


def test_pools_without_an_alarm_are_left_out_and_the_worst_comes_first() -> None:
    pools = [Pool("few", 100, {"a": 1}), Pool("none", 50, {"a": 0}), Pool("many", 10, {"a": 5})]
    tier = replace(load_card().tiers[0], name="a")
    assert [row.name for row in list_pools(pools, [tier])] == ["many", "few"]


def test_the_card_is_read_as_it_was_written() -> None:
    card = load_card()
    assert CARDS.validate_json(write_card(card)) == card
    assert {kind.kind: kind.version for kind in card.kinds}.items() <= {
        each.kind: each.version for each in DETECTORS
    }.items()
