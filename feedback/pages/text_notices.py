"""For how many hours a project keeps texts, and a page, come in; what that means there goes out, in a sentence."""

NEVER = {
    "comparisons": "which answer people chose still counts; what it said is not shown.",
    "contradictions": "answers cannot be compared by what they say, so none is found.",
    "datasets": "there is nothing to train on, and each build says how many rows it left out for that.",
    "drift": "that a prompt changed is seen, not what changed in it; topics and languages are not told.",
    "failure_modes": "failure modes group conversations by what was said, so no new one is found.",
    "judge": "the judge is asked nothing.",
    "review": "reviewers see what happened, not what was said.",
    "search": "no word is found. Everything else can be filtered by.",
}
"""By page, behind "Texts are never kept here:"."""
HOURS = {
    "comparisons": "which answer people chose counts for longer, without what it said.",
    "contradictions": "those that were found before stay, without what was said.",
    "datasets": "rows come from conversations of that time, and a version loses its files when it is so old.",
    "drift": "what changed in a prompt is shown for as long; that it changed stays.",
    "failure_modes": "modes are found and named while texts are there, and keep their names and numbers.",
    "judge": "it is asked about conversations of that time.",
    "review": "what was said is shown to reviewers for as long; their verdicts stay.",
    "search": "words are found in conversations of that time. Everything else can be filtered by.",
}
"""By page, behind "Texts are kept here for 24 hours:"."""


def tell_of_texts(hours: int | None, page: str) -> str:
    """
    >>> tell_of_texts(24, "judge")
    'Texts are kept here for 24 hours: it is asked about conversations of that time.'
    """
    if hours is None:
        return ""
    if not hours:
        return f"Texts are never kept here: {NEVER[page]}"
    return f"Texts are kept here for {hours:,} hour{'s' * (hours != 1)}: {HOURS[page]}"
