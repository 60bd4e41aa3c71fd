"""What an answer claims, and whether it stands in what the model was given."""

from feedback.claims.checking import Checked, check_answer
from feedback.claims.claim import Claim, ClaimKind
from feedback.claims.sources import MAX_CHARACTERS, Sources

__all__ = ["MAX_CHARACTERS", "Checked", "Claim", "ClaimKind", "Sources", "check_answer"]
