"""What is erased for good: a user, a conversation or a time comes in; a receipt goes out, and nothing of theirs is left
in either database or in the files beneath, which is looked for there."""
