"""Who may be learnt from: consent, licence and what is forgotten, and what the app says of its user."""

from typing import Any

import pytest

from feedback.datasets.definition import Definition
from feedback.datasets.gate import admit, list_identity, read_consent, refuse
from feedback.datasets.labels.pairs import select_pairs
from feedback.datasets.labels.praised import select_praised
from feedback.datasets.record import Drop, LabelledConversation, Reason, Record
from feedback.datasets.steps import Context
from tests.feedback.datasets.dialogue import Dialogue


def context(**options: Any) -> Context:
    return Context(Definition("trl-sft", **options))


def say(*words: Any, name: str = "training_consent") -> LabelledConversation:
    dialogue = Dialogue()
    for word in words:
        dialogue.ask("Where is it?", "In the post.", metadata={} if word is None else {name: word})
    return dialogue.finish()


@pytest.mark.parametrize("word", ["no", "NO", " false ", False, "denied", "refused", "withdrawn", "opted-out", 0, "nö"])
def test_a_refusal_keeps_the_conversation_out(word: Any) -> None:
    assert refuse(say(word), context()) is Reason.CONSENT_REFUSED
    assert refuse(say(word, name="tacit.training_consent"), context()) is Reason.CONSENT_REFUSED


@pytest.mark.parametrize("word", ["yes", "True", True, 1, "granted", "opt-in"])
def test_who_agreed_is_in_under_every_policy(word: Any) -> None:
    assert refuse(say(word), context(consent="only_given")) is None


@pytest.mark.parametrize("word", [None, "", "unknown", "not asked"])
def test_of_whom_nothing_is_known_is_in_unless_only_given_consent_counts(word: Any) -> None:
    assert refuse(say(word), context()) is None
    assert refuse(say(word), context(consent="only_given")) is Reason.CONSENT_UNKNOWN


def test_the_last_word_counts_and_of_two_at_once_the_refusal() -> None:
    assert read_consent(say("yes", "no", None).generations.values()) is False
    assert read_consent(say("no", "yes", "unknown").generations.values()) is True
    both = Dialogue().ask("?", "!", metadata={"training_consent": "yes", "tacit.training_consent": "no"}).finish()
    assert read_consent(both.generations.values()) is False


def test_who_is_forgotten_is_out_by_id_of_user_or_conversation() -> None:
    forgotten = Context(Definition("trl-sft"), is_forgotten=lambda user, _conversation: user == "u1")
    assert refuse(say("yes"), forgotten) is Reason.FORGOTTEN
    by_conversation = Context(Definition("trl-sft"), is_forgotten=lambda _user, conversation: conversation == "c1")
    assert refuse(say("yes"), by_conversation) is Reason.FORGOTTEN


def talk(*models: str) -> Dialogue:
    """A conversation whose answers are all praised, one by each model."""
    dialogue = Dialogue()
    for turn, model in enumerate(models):
        dialogue.ask(f"Question {turn}?", f"Answer {turn}.", response_model=model, provider="acme").thumb(turn, "up")
    return dialogue


def list_reasons(dialogue: Dialogue, *left_out: str, select: Any = select_praised) -> list[Reason | None]:
    labelled = dialogue.finish()
    admitted = admit(labelled, select(labelled), context(models_left_out=left_out))
    return [each.reason if isinstance(each, Drop) else None for each in admitted]


@pytest.mark.parametrize("pattern", ["gpt-5", "GPT-5", "gpt*", " gpt-5 "])
def test_rows_go_from_the_first_answer_of_a_model_left_out_on(pattern: str) -> None:
    assert list_reasons(talk("llama-4", "gpt-5", "llama-4"), pattern) == [None, Reason.LICENCE, Reason.LICENCE]


def test_a_name_without_a_star_is_the_whole_name_or_a_provider() -> None:
    assert list_reasons(talk("gpt-5-mini"), "gpt-5") == [None]
    assert list_reasons(talk("openai/gpt-5"), "gpt-5") == [Reason.LICENCE]
    assert list_reasons(talk("gpt-5"), "acme") == [Reason.LICENCE]


@pytest.mark.parametrize("attempt", [0, 1])
def test_a_pair_goes_when_either_side_is_of_a_model_left_out(attempt: int) -> None:
    dialogue = Dialogue().ask("Where?", "Here it is.", "There it is.").notice(0, "regeneration", attempt=0)
    assert list_reasons(dialogue, "gpt-5", select=select_pairs) == [None]
    dialogue.change_generation(0, attempt, request_model="gpt-5")
    assert list_reasons(dialogue, "gpt-5", select=select_pairs) == [Reason.LICENCE]


def test_a_row_knows_the_language_that_its_user_typed_not_that_of_the_template() -> None:
    typed = "Wie kann ich das wieder rückgängig machen?"
    dialogue = Dialogue().ask(typed, "Mit der Taste links.").thumb(0, "up")
    [row] = admit(dialogue.finish(), select_praised(dialogue.finish()), context())
    assert isinstance(row, Record)
    assert row.language == "de"


def test_the_app_tells_who_its_user_is() -> None:
    told = {
        "user_name": "Jane Roe",
        "user": {"email": "jane@mailbox.dk", "plan": "gold"},
        "name": "bot",
        "userPhone": 7,
    }
    labelled = Dialogue(user_id="cust-4711").ask("?", "!", metadata=told).finish()
    assert list_identity(labelled) == (("email", "jane@mailbox.dk"), ("name", "Jane Roe"), ("user", "cust-4711"))


@pytest.mark.parametrize(("user_id", "known"), [("u-4", ()), ("admin", ()), ("Jane Roe", (("name", "Jane Roe"),))])
def test_an_id_that_says_nothing_is_not_looked_for(user_id: str, known: Any) -> None:
    assert list_identity(Dialogue(user_id=user_id).ask("?", "!").finish()) == known
