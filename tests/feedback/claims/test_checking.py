import pytest

from feedback.claims import checking
from feedback.claims.checking import Checked, CheckedAnswers, look_up
from feedback.claims.sources import Sources

ANSWER = "The Falcon costs 410 euros and comes on 3 May."


def give(*texts: str) -> Sources:
    sources = Sources()
    for text in texts:
        sources.add(text)
    return sources


def test_an_answer_is_looked_up_once_for_the_same_sources_and_again_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []

    def note(answer: str, sources: Sources, question: str) -> Checked:
        looked_up.append(question)
        return look_up(answer, sources, question)

    monkeypatch.setattr(checking, "look_up", note)
    answers = CheckedAnswers()
    rich, poor = "The Falcon costs 410 euros.", "The Falcon is a bicycle."
    for told, question in ((rich, "a"), (rich, "a"), (poor, "a"), (rich, "b"), (rich, "a")):
        checked = answers.check(ANSWER, give(told), question)
        assert checked == look_up(ANSWER, give(told), question)
    assert looked_up == ["a", "a", "b"]
    assert answers.check(ANSWER, give(rich), "a") != answers.check(ANSWER, give(poor), "a")


def test_texts_that_are_cut_elsewhere_are_other_sources() -> None:
    assert give("ab", "c").tell("d") != give("a", "bc").tell("d") != give("a", "b").tell("cd")
    assert give("a", "b", "a").tell() == give("a", "b").tell()


def test_what_was_not_asked_for_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "KEPT", 2)
    answers = CheckedAnswers()
    for number in range(4):
        answers.check(f"{ANSWER} {number}", give("The Falcon costs 410 euros."), "")
    assert len(answers._kept) == 2
