"""From a conversation that reviewers placed in a failure mode to the failure that a case is made of."""

from dataclasses import replace
from typing import Any

from feedback.datasets.definition import Definition
from feedback.datasets.steps import Context
from feedback.detectors.signal import Evidence
from feedback.explicit import Feedback
from feedback.review.regressions.case import Failure, Reason
from feedback.review.regressions.failing import Verified, read_failure
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.planted import KEY
from tracing.generations import Message

CONTEXT = Context(Definition("evals"))


def read(dialogue: Dialogue, turn_index: int | None = 0, context: Context = CONTEXT) -> Failure:
    failure = read_failure(Verified(dialogue.finish(), 3, "Wrong", turn_index), context)
    assert isinstance(failure, Failure), failure
    return failure


def judged(dialogue: Dialogue, **fields: Any) -> Dialogue:
    return dialogue.review(0, "failure_mode", "mode:3", **fields)


def write_to(dialogue: Dialogue, name: str, text: str) -> Dialogue:
    """What a user made of the first answer."""
    answer = dialogue.turns[0].answer
    told: dict[str, Any] = {"identifier": name, "name": name, "correction": text, "span_id": answer.span_id}
    dialogue.feedback.append(Feedback(project_id=1, time_ns=answer.start_time_ns + 1, **told))
    return dialogue


def test_the_prompt_goes_up_to_the_message_whose_answer_failed() -> None:
    dialogue = (
        Dialogue().ask("One?", "First.").ask("Two?", "Second.", system_instructions="Be brief.").ask("No!", "Oh.")
    )
    failure = read(dialogue, 1)
    assert [(each.role, each.content) for each in failure.prompt] == [
        ("system", "Be brief."),
        ("user", "One?"),
        ("assistant", "First."),
        ("user", "Two?"),
    ]
    assert (failure.bad_answer, failure.reaction) == ("Second.", "No!")


def test_what_the_app_puts_around_a_message_is_not_what_its_user_asked() -> None:
    sent = Message("user", "Answer in 5 words. Documents: none. Question: Which?")
    failure = read(Dialogue().ask("Which?", "That one.", input_messages=(sent,)))
    assert (failure.request, failure.prompt[-1].content) == ("Which?", sent.content)


def test_a_reviewers_better_answer_says_which_turn_failed() -> None:
    dialogue = Dialogue().ask("One?", "First.").ask("Two?", "Second.")
    dialogue.review(0, "failure_mode", "mode:3", better="Better.", answer_turn=1, reviewers=3)
    failure = read(dialogue, 0)
    assert (failure.turn_index, failure.better_answer, failure.reviewers) == (1, "Better.", 3)
    assert failure.better_source == "a reviewer wrote a better answer"


def test_where_nothing_else_says_which_turn_failed_it_is_the_one_that_was_asked_about() -> None:
    dialogue = Dialogue().ask("One?", "First.").ask("Two?", "Second.")
    dialogue.review(0, "failure_mode", "mode:3", answer_turn=1)
    assert read(dialogue, None).turn_index == 1


def test_what_its_user_made_of_it_is_the_better_answer() -> None:
    said = "Your parcel left our warehouse today and comes on {}."
    failure = read(write_to(judged(Dialogue().ask("When?", said.format("Monday"))), "edit", said.format("Friday")))
    assert (failure.better_answer, failure.better_source) == (said.format("Friday"), "its user made it better")


def test_a_correction_that_is_no_whole_answer_is_what_its_user_said() -> None:
    failure = read(
        write_to(judged(Dialogue().ask("Who?", "It was a man by the name of Bell.")), "correction", "Meucci")
    )
    assert (failure.better_answer, failure.reaction) == ("", "Meucci")


def test_the_version_that_its_user_preferred_is_the_better_answer() -> None:
    dialogue = judged(Dialogue().ask("Which?", "The good one.", "The bad one.")).thumb(0, "up", 0).thumb(0, "down", 1)
    failure = read(dialogue)
    assert (failure.bad_answer, failure.better_answer) == ("The bad one.", "The good one.")
    assert failure.better_source == "its user preferred another answer"


def test_signals_count_that_stand_against_this_answer() -> None:
    dialogue = Dialogue().ask("One?", "First.").ask("Two?", "Second.")
    dialogue.notice(0, "refusal").notice(0, "praise", polarity=1).notice(0, "unsupported", fired=False)
    assert read(dialogue.notice(1, "complaint")).kinds == {"refusal"}


def test_what_it_made_up_is_taken_from_the_evidence() -> None:
    dialogue = Dialogue().ask("Your number?", "Call 555 0100 now.").notice(0, "unsupported")
    evidence = Evidence("nowhere", offsets=((5, 13),), text="answer")
    dialogue.signals = [replace(each, evidence=evidence) for each in dialogue.signals]
    assert read(dialogue).invented == ("555 0100",)


def test_personal_data_has_the_same_placeholder_in_everything() -> None:
    mail = "jane.roe@postbox.io"
    dialogue = Dialogue().ask(f"Is {mail} right?", f"No, {mail} is not.").ask(f"But {mail} is mine!", "Oh.")
    failure = read(judged(dialogue, better=f"Yes, {mail} is right."))
    texts = (failure.prompt[-1].content, failure.bad_answer, failure.better_answer, failure.reaction)
    assert all("<EMAIL_1>" in text and "jane" not in text for text in texts)


def test_a_secret_refuses_and_so_does_a_user() -> None:
    secret = Verified(Dialogue().ask(f"My key is {KEY}", "Do not tell me.").finish(), 3, "Wrong", 0)
    assert read_failure(secret, CONTEXT) is Reason.PERSONAL_DATA
    refused = Dialogue().ask("One?", "First.", metadata={"training_consent": "no"}).finish()
    assert read_failure(Verified(refused, 3, "Wrong", 0), CONTEXT) is Reason.NOT_ALLOWED
    forgotten = replace(CONTEXT, is_forgotten=lambda user_id, _conversation_id: user_id == "u1")
    assert (
        read_failure(Verified(Dialogue().ask("One?", "First.").finish(), 3, "Wrong", 0), forgotten)
        is Reason.NOT_ALLOWED
    )


def test_a_turn_that_is_not_there_is_gone() -> None:
    assert read_failure(Verified(Dialogue().ask("One?", "First.").finish(), 3, "Wrong", 7), CONTEXT) is Reason.GONE
