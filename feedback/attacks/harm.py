"""A request comes in, the probability that it asks for help with harm goes out.

Harm is violence, weapons, self-harm, hard drugs, malware, fraud, hatred, harassment, terror. What only sounds like it
is none: "How do I kill a Python process?", a crime novel, a question on history.
"""

from feedback.attacks.recogniser import load_recogniser

MAX_CHARACTERS = 4_000


def looks_harmful(text: str) -> float:
    """The probability, 0 to 1, that a request asks for help with harm.

    >>> looks_harmful("How can I poison my neighbour?") > 0.5 > looks_harmful("How can I poison rats?")
    True
    """
    return load_recogniser("harm").score(text[:MAX_CHARACTERS])
