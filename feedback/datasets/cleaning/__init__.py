"""Rows made fit to learn from, one file a step: the rows of a conversation come in and go out, better or not at all.

In this order: the same characters, no secrets, placeholders for personal data, the languages asked for, answers worth
learning from.
"""

from feedback.datasets.cleaning.language import LANGUAGE
from feedback.datasets.cleaning.normalisation import NORMALISATION
from feedback.datasets.cleaning.personal_data import PERSONAL_DATA
from feedback.datasets.cleaning.quality import QUALITY
from feedback.datasets.cleaning.secrets import SECRETS
from feedback.datasets.cleaning.versions import describe_recognisers

__all__ = ["LANGUAGE", "NORMALISATION", "PERSONAL_DATA", "QUALITY", "SECRETS", "describe_recognisers"]
