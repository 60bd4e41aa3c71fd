"""What answers say of themselves: where one declines, where one says sorry for its own fault.

Answers come in, the words that say so go out. The phrases of each language are data beside the modules.
"""

from feedback.replies.apologies import Apology, find_apology
from feedback.replies.refusals import Refusal, find_refusal, quotes_refusal

__all__ = ["Apology", "Refusal", "find_apology", "find_refusal", "quotes_refusal"]
