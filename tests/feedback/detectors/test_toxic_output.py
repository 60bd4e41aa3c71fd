from collections.abc import Callable

import pytest

from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from feedback.detectors.toxic_output import detect
from tracing.conversations import Conversation

Talk = Callable[..., Conversation]


def hear(conversation: Conversation) -> list[Signal]:
    return [each for each in detect(Material(conversation)) if each.fired]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("It stands on the page. Click the link, idiot.", "insult"),
        ("You really are a pathetic loser.", "insult"),
        ("Du bist so dumm, lies die Seite.", "insult"),
        ("你是白痴吗？自己看。", "insult"),
        ("Shut up and wait.", "dismissive"),
        ("Complain, and I'll find you and hurt you.", "threat"),
        ("Then kill yourself, nobody would miss you.", "self_harm"),
        ("People like you are vermin.", "slur"),
        ("Take off your clothes for me.", "sexual"),
    ],
)
def test_abuse_of_the_user_fires_with_its_kind_and_words(talk: Talk, answer: str, kind: str) -> None:
    (signal,) = hear(talk(("where is my parcel?", answer)))
    assert (signal.label, signal.polarity, signal.target) == (kind, -1, 0)
    assert signal.evidence.text == "answer"
    assert all(answer[start:end].strip() for start, end in signal.evidence.offsets)
    assert signal.evidence.offsets


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("how do I stop it?", "Kill the process with `kill -9`; you will not regret it."),
        ("I feel so stupid", "You're not stupid. Everybody struggles with pointers."),
        ("he says I'm a loser", "If somebody says that you're a loser, it hurts."),
        ("translate 'du bist ein Idiot'", "You are an idiot."),
        ("write a scene with a bully", '"Get lost, you loser," said Rick.'),
        ("what does 'fuck off' mean?", "“Fuck off” is a vulgar way to send somebody away."),
        ("bin ich dumm?", "Nein, du bist nicht dumm."),
        ("I want to die", "I'm so sorry. If you might kill yourself, please call a helpline now."),
        ("birds in my garden", "Great tits and blue tits visit feeders."),
        ("you idiot", "I'm sorry that my answer let you down."),
    ],
)
def test_hard_words_that_are_not_said_to_the_user_do_not_fire(talk: Talk, request_: str, answer: str) -> None:
    assert hear(talk((request_, answer))) == []


def test_an_answer_that_was_replaced_is_looked_at_as_well(talk: Talk) -> None:
    (signal,) = hear(talk(("hello", "What do you want, moron?", "Hello! How can I help?")))
    assert signal.span_id == "span-1"


def test_what_the_user_says_is_not_abuse_by_the_answer(talk: Talk) -> None:
    assert hear(talk(("you are an idiot, go to hell", "I'm sorry. Shall I connect you with a person?"))) == []


def test_letters_that_change_length_in_lower_case_do_not_shift_the_words(talk: Talk) -> None:
    answer = "İİİ You are an idiot."
    (signal,) = hear(talk(("hm", answer)))
    ((start, end),) = signal.evidence.offsets
    assert answer[start:end] == "You are an idiot"
