"""Of machines planted among real dialogues next to none is taken for displeasure, and people's is found.

Small; `benchmarks/machines.py` does the same with more, by kind. The half that rules were made with is for
`make test-slow`: what holds of the other, which was held out, says more.
"""

from dataclasses import replace

import pytest

from benchmarks.machines import list_displeased
from feedback.derivation import derive_signals
from feedback.detectors.machines import ABOUT_USERS
from feedback.detectors.verdict import PEOPLE
from feedback.norms import forget_norms
from feedback.records import load_hearings
from tests.feedback.planted import (
    HALVES,
    NO_SIGN,
    Planted,
    Writer,
    lead_conversations,
    load_talks,
    plant_in_turns,
    survey,
)
from tests.pages.conftest import Teller
from tracing.conversations import Conversation
from tracing.generations import Generation
from tracing.models import Project
from tracing.records import write_generations
from tracing.store import Store

SEED = 5
MOST_WRONG = 0.01
LEAST_FOUND = 0.95
ASKED_AGAIN = {"regeneration", "early_termination"}


@pytest.fixture(scope="module", params=[pytest.param(HALVES[0], marks=pytest.mark.slow), HALVES[1]])
def half(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_what_programs_do_within_a_turn_is_not_displeasure_and_what_people_do_is_found(half: str) -> None:
    things = [each for each in plant_in_turns(Writer(SEED, load_talks()), half, 40) if each.kind != NO_SIGN]
    found = {True: [], False: []}  # type: dict[bool, list[bool]]
    for thing in things:
        kinds = ASKED_AGAIN | ({"rephrase"} if thing.way == "the message sent again" else set())
        found[thing.is_person].append(bool(list_displeased(thing, kinds)))
    assert sum(found[False]) <= MOST_WRONG * len(found[False])
    assert sum(found[True]) >= LEAST_FOUND * len(found[True])


def test_conversations_that_machines_lead_are_told_from_those_of_people(half: str) -> None:
    things = survey(lead_conversations(Writer(SEED, load_talks()), half, 1))
    machines = [each for each in things if not each.is_person and each.kind != NO_SIGN]
    people = [each for each in things if each.is_person]
    assert count_displeased(machines) <= MOST_WRONG * count_displeased(machines, as_people=True)
    assert count_displeased(people) >= LEAST_FOUND * count_displeased(people, as_people=True) > 0
    assert sum(bool(each.material.verdict.kind) for each in people) <= 0.005 * len(people)


def count_displeased(things: list[Planted], *, as_people: bool = False) -> int:
    if as_people:
        things = [replace(each, material=replace(each.material, verdict=PEOPLE)) for each in things]
    return sum(len(list_displeased(each, ABOUT_USERS)) for each in things)


@pytest.mark.slow
def test_the_store_says_the_same_of_whole_conversations(project: Project, store: Store) -> None:
    """Without what only spans say: names in traces are told to the store by other tests."""
    forget_norms()
    led = [
        each
        for each in lead_conversations(Writer(SEED, load_talks()), HALVES[0], 1)
        if not each.names and not each.metadata
    ]
    teller = Teller(project, store)
    with teller.together():
        for each in led:
            teller.write(replace(each.conversation, project_id=project.pk))
    write_generations(store, [call for each in led for call in list_calls(each.conversation, project.pk)], {}, 1)
    ids = [each.conversation.conversation_id for each in led]
    for first in range(0, len(ids), 300):
        derive_signals(store, [(project.pk, each) for each in ids[first : first + 300]])
    forget_norms()  # now it is known whom machines led, and so who of the others is named
    derive_signals(store, [(project.pk, each) for each in ids])
    hearings = load_hearings(store, project.pk, ids)
    expected = {each.material.conversation.conversation_id: each.material.verdict.kind for each in survey(led)}
    wrong = {
        key: (hearings[key].verdict.kind, kind) for key, kind in expected.items() if hearings[key].verdict.kind != kind
    }
    assert len(wrong) <= 0.01 * len(expected), wrong
    assert sum(map(bool, expected.values())) > 300


def list_calls(talk: Conversation, project_id: int) -> list[Generation]:
    return [
        Generation(
            project_id,
            answer.trace_id,
            answer.span_id,
            "",
            answer.start_time_ns,
            answer.duration_ns,
            "genai",
            conversation_id=talk.conversation_id,
            user_id=talk.user_id,
            service_name=talk.service_name,
        )
        for answer in talk.answers
    ]
