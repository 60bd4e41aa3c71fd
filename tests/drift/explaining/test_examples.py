"""The conversations that tell of a change are found among many that do not, with their words."""

from datetime import timedelta

import numpy as np

from drift.explaining.examples import find_examples
from tests.drift.explaining.conftest import STARTED, Changing

THINGS = ("card", "phone", "router", "printer", "laptop", "camera", "speaker", "tablet", "watch", "lamp")
VERBS = ("charge", "reset", "return", "repair", "update", "clean", "mount", "sell", "insure", "register")
USUAL = [f"How do I {verb} the {thing}?" for verb in VERBS for thing in THINGS]
STRANGE = [f"My {thing} was stolen, whom do I tell?" for thing in THINGS]


def test_a_topic_that_came_is_told_by_its_conversations_and_words(changing: Changing) -> None:
    teller = changing.teller
    before = changing.observe(-5, USUAL, {})
    new = changing.observe(2, [*USUAL, *STRANGE], {})
    with teller.together():
        for name, text in zip([*before, *new], [*USUAL, *USUAL, *STRANGE], strict=True):
            teller.tell(name, [(text, "Look into the manual.")])
    found = find_examples(teller.store, changing.alarm(("topic_share", 0.6), ("question_distance", 0.4)))
    planted = set(new[-len(STRANGE) :])
    assert sum(each["conversation_id"] in planted for each in found["after"]) >= 9
    assert found["after"][0]["because"] == ["question_distance"]
    assert len(found["before"]) == 10
    assert {each["conversation_id"] for each in found["before"]} <= set(before)
    assert any("stolen" in word["text"] for word in found["terms"]["after"])
    assert not found["answer_terms"]
    assert found["compared"] == {"before": 100, "after": 110}


def test_refusals_that_came_are_told_whatever_they_are_about(changing: Changing) -> None:
    draw = np.random.default_rng(3)
    lengths = draw.normal(5, 1, 400).tolist()
    changing.observe(-5, USUAL * 2, {"refusals": [0] * 196 + [1] * 4, "output_length": lengths[:200]})
    new = changing.observe(2, USUAL * 2, {"refusals": [0] * 180 + [1] * 20, "output_length": lengths[200:]})
    found = find_examples(changing.store, changing.alarm(("refusals", 0.9), ("output_length", 0.02)))
    assert {each["conversation_id"] for each in found["after"]} <= set(new[180:])
    assert {tuple(each["because"]) for each in found["after"]} == {("refusals",)}
    assert 0.5 < found["auc"] < 0.6


def test_nearly_the_same_message_is_told_once_where_there_are_others(changing: Changing) -> None:
    changing.observe(-5, USUAL, {})
    changing.observe(2, [*USUAL, *["My card was stolen!"] * 20, *STRANGE], {})
    found = find_examples(changing.store, changing.alarm(("topic_share", 1.0)))
    numbers = [int(each["conversation_id"].removeprefix("c-")) for each in found["after"]]
    assert sum(200 <= number < 220 for number in numbers) <= 1


def test_what_is_not_known_of_most_conversations_is_told_where_it_is(changing: Changing) -> None:
    changing.observe(-5, USUAL, {"retrieval_score": [0.9, None] * 50})
    new = changing.observe(2, USUAL, {"retrieval_score": [0.9, None] * 40 + [0.2, None] * 10})
    found = find_examples(changing.store, changing.alarm(("retrieval_score", 1.0)))
    assert {each["conversation_id"] for each in found["after"]} == set(new[80::2])


def test_other_segments_other_days_and_other_projects_are_left_out(changing: Changing) -> None:
    changing.observe(-5, USUAL[:30], {})
    changing.observe(-29, USUAL[:7], {})
    changing.observe(1, USUAL[:40], {})
    changing.observe(8, USUAL[:9], {})
    alarm = changing.alarm(("topic_share", 1.0), gone_since=STARTED + timedelta(days=8))
    assert find_examples(changing.store, alarm)["compared"] == {"before": 30, "after": 40}
    alarm.segment = {**alarm.segment, "prompt_version": "4", "is_part": True}
    assert find_examples(changing.store, alarm)["compared"] == {"before": 0, "after": 0}
    alarm.segment = {**alarm.segment, "is_part": False}
    assert find_examples(changing.store, alarm)["compared"] == {"before": 30, "after": 40}
    alarm.project_id += 1
    assert find_examples(changing.store, alarm)["compared"] == {"before": 0, "after": 0}


def test_too_few_conversations_say_nothing(changing: Changing) -> None:
    changing.observe(-5, USUAL[:19], {"refusals": [0] * 19})
    changing.observe(1, USUAL[:40], {"refusals": [1] * 40})
    found = find_examples(changing.store, changing.alarm(("refusals", 1.0)))
    assert (found["before"], found["after"], found["auc"]) == ([], [], None)


def test_no_text_is_kept_but_words_of_several_people(changing: Changing) -> None:
    teller = changing.teller
    texts = [*USUAL, "My IBAN is DE00123456, zxqv zxqv", "zxqv again"]
    before, new = changing.observe(-5, USUAL, {}), changing.observe(2, texts, {})
    with teller.together():
        for name, text in zip([*before, *new], [*USUAL, *texts], strict=True):
            teller.tell(name, [(text, "Look into the manual.")])
    found = str(find_examples(teller.store, changing.alarm(("input_length", 1.0))))
    assert "zxqv" not in found
    assert "IBAN" not in found


def test_the_same_messages_before_and_since_cannot_be_told_apart(changing: Changing) -> None:
    changing.observe(-5, USUAL, {})
    changing.observe(2, USUAL, {})
    assert 0.4 < find_examples(changing.store, changing.alarm(("topic_share", 1.0)))["auc"] <= 0.5


def test_one_message_sent_by_everybody_is_no_trouble(changing: Changing) -> None:
    changing.observe(-5, ["Hello"] * 30, {"refusals": [0.0] * 30})
    new = changing.observe(2, ["Hello"] * 30, {"refusals": [0.0] * 20 + [1.0] * 10})
    found = find_examples(changing.store, changing.alarm(("refusals", 0.5), ("topic_share", 0.5)))
    assert len(found["after"]) == 10
    assert found["after"][0]["conversation_id"] in new[20:]
    assert found["auc"] > 0.6
