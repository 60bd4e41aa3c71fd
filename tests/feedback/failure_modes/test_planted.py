"""Failures planted in made-up turns are told apart, held together, named, and found in their slice."""

import random
from dataclasses import replace
from functools import cache

import pytest

from benchmarks.failure_modes import find_holders
from benchmarks.planted_failures import TOPICS, Planted, make_failing, make_good, start
from feedback.embedding import load_encoder
from feedback.failure_modes.cases import Case, embed_cases
from feedback.failure_modes.catalogue import Assignment, Catalogue, assign_turns
from feedback.failure_modes.descriptions import Description, describe_modes

PLANTED = ("refund, dead link", "refund, old price", "anywhere, refuses")


@cache
def plant() -> tuple[Planted, list[Case]]:
    """Two failures in one topic, one over four topics and in one slice, and some that are like no other."""
    draw, planted = start(11), Planted()
    planted.add([told(each, "v1", draw) for each in make_failing("refund", "dead link", 16, draw)], "refund, dead link")
    planted.add([told(each, "v1", draw) for each in make_failing("refund", "old price", 16, draw)], "refund, old price")
    for topic in ("recipe", "sql", "visa", "booking"):
        failing = make_failing(topic, "refuses", 6, draw)
        planted.add([told(each, "v2", draw) for each in failing], "anywhere, refuses")
    well = [
        told(each, draw.choice(("v1", "v1", "v1", "v2")), draw)
        for topic in TOPICS
        for each in make_good(topic, 15, draw)
    ]
    return planted, well


def told(case: Case, version: str, draw: random.Random) -> Case:
    return replace(case, slices={"prompt version": version, "model": draw.choice(("large", "small"))})


@cache
def find() -> tuple[Assignment, list[Description]]:
    planted, well = plant()
    embed = load_encoder().embed
    vectors, of_well = embed_cases(planted.cases, embed), embed_cases(well, embed)
    found = assign_turns(Catalogue(), vectors, [each.kind for each in planted.cases], of_well)
    return found, describe_modes(found.numbers, planted.cases, vectors, well, of_well)


def describe(truth: str) -> Description:
    number = find_holders(plant()[0], find()[0].numbers)[truth]
    return next(each for each in find()[1] if each.number == number)


def test_failures_of_one_topic_are_told_apart_and_one_over_many_topics_is_held_together() -> None:
    holders = find_holders(plant()[0], find()[0].numbers)
    assert set(holders) == set(PLANTED)
    assert len(set(holders.values()) - {0}) == len(PLANTED)


@pytest.mark.parametrize(("truth", "word"), [("refund, dead link", "link"), ("refund, old price", "price")])
def test_a_mode_is_named_by_its_failure_and_not_by_its_topic(truth: str, word: str) -> None:
    title = describe(truth).title
    assert word in title
    assert "refund" not in title


@pytest.mark.parametrize("truth", PLANTED)
def test_a_planted_failure_claims_lift(truth: str) -> None:
    assert describe(truth).lift.is_claimed


def test_only_the_slice_that_it_was_planted_in_is_named() -> None:
    assert [(each.name, each.value) for each in describe("anywhere, refuses").slices] == [("prompt version", "v2")]
    assert not any(each.name == "model" for mode in find()[1] for each in mode.slices)
