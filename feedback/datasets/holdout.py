"""Who is held out: a project's secret, a share and a user come in, whether data is made of theirs goes out.

The same users are held out every time, a larger share holds all that a smaller one held, and without the secret nobody
can tell who they are. Of people without an id each conversation is taken for itself.
"""

from dataclasses import dataclass
from hashlib import sha256

LARGEST_SHARE = 0.5
FULL = 2**64


@dataclass(frozen=True, slots=True)
class Holdout:
    """`share` of the users, 0 to 0.5, of whose conversations no data is made; 0 holds nobody out."""

    share: float = 0.0
    secret: str = ""

    @property
    def is_on(self) -> bool:
        return self.share > 0

    @property
    def below(self) -> int:
        """Places under it are held out."""
        return round(self.share * FULL)

    def holds(self, user_id: str, conversation_id: str = "") -> bool:
        return self.is_on and self.find_place(user_id, conversation_id) < self.below

    def find_place(self, user_id: str, conversation_id: str = "") -> int:
        """Where the digest puts a user, or a conversation without one: a number under 2^64, each as likely.

        `feedback/sql/loop_weeks.sql` says the same for the engine.
        """
        told = f"user {user_id}" if user_id else f"conversation {conversation_id}"
        return int.from_bytes(sha256(f"{self.secret} {told}".encode()).digest()[:8], "little")
