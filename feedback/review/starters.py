"""Queues that most projects begin with: for each question a name, what it is good for, and guidelines that reviewers
can go by as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from feedback.review.questions import Question
from feedback.review.queue import QueueDefinition


@dataclass(frozen=True, slots=True)
class Starter:
    """A queue that is made by one press."""

    name: str
    purpose: str
    """What the answers are good for, in a sentence or two."""
    definition: QueueDefinition


OUTCOME_GUIDELINES = """\
Judge the whole conversation as its user would have when they left.

- **Satisfied**: they got what they came for, also if they never said so.
- **Dissatisfied**: they did not, or only after trouble: the answer was wrong or missed the point, or they had to ask \
again.
- **Cannot tell**: nothing shows it, or it is neither.

Thanks by habit are no satisfaction, and a short conversation is no bad one. Anger at somebody else, or in a text that \
is quoted, translated or edited, says nothing of the answers. Judge what was asked and answered, not how you would \
have put it.
"""
REACTION_GUIDELINES = """\
Judge what the marked message says of the answer before it. Several may hold.

- **Complains**: says or shows that the answer failed, without giving the right thing.
- **Corrects**: says that the answer is wrong, and gives the right thing or what was really meant.
- **Asks again**: the same request in other words, narrower or louder, because the answer missed it.
- **Doubts**: asks to verify, cite or explain ("are you sure?").
- **Asks for a person**, and **praises**: thanks or approves of what was done.

None of these: the next step of the same task ("now for the other file", "make it shorter" where no length was asked \
for before); a plain answer to the assistant's own question; people who correct themselves or change their mind; anger \
at somebody else; quoted complaints; code and logs with "error" in them; "thanks in advance".
"""
ANSWER_GUIDELINES = """\
Judge the marked answer by what was asked, the documents it was given and the conversation before it. Several may hold.

- **Makes things up**: a figure, name, date or link that stands in none of these. What everybody knows is not made up.
- **Not as asked**: a length, language, format or word that the user asked for and did not get.
- **Refuses needlessly**: the request was harmless, and it could have been done.
- **Says it was done**: although a tool failed, or nothing was done.
- **Wrong language**: another than the user writes, without having been asked for.
- **Abusive**: insults or demeans somebody.
- **Something else**: wrong or useless for another reason; say in a note which.

An answer that you would have put otherwise is not wrong. If you know a better one, write it: it becomes data to learn \
from.
"""
FAILURE_MODE_GUIDELINES = """\
Say which of the listed failures this conversation is a case of. Read the titles by their sense, not to the letter.

- If several fit, take the one that would have to be mended first.
- **None of these**: it failed in another way, or did not fail at all; say in a note how.
- **Cannot tell**: too little is known.
"""
STARTERS: Final[Mapping[Question, Starter]] = {
    Question.OUTCOME: Starter(
        "Were users satisfied?",
        "Checks and mends how likely a user was dissatisfied, the share of dissatisfied users, and labels of datasets.",
        QueueDefinition(Question.OUTCOME, guidelines=OUTCOME_GUIDELINES),
    ),
    Question.REACTION: Starter(
        "What do users say of answers?",
        "Tells how many complaints, corrections and repeated requests are heard, and how many of them rightly; "
        "thresholds can follow.",
        QueueDefinition(Question.REACTION, guidelines=REACTION_GUIDELINES),
    ),
    Question.ANSWER: Starter(
        "What is wrong with answers?",
        "Finds faults that no user mentions. Better answers that reviewers write become pairs and examples to finetune "
        "with.",
        QueueDefinition(Question.ANSWER, guidelines=ANSWER_GUIDELINES),
    ),
    Question.FAILURE_MODE: Starter(
        "What went wrong?",
        "Shows which conversations belong to which failure mode, so that their borders and names get better and their "
        "cases can be tested.",
        QueueDefinition(Question.FAILURE_MODE, guidelines=FAILURE_MODE_GUIDELINES),
    ),
}
