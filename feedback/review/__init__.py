"""Reviews: what people are asked about conversations, which are chosen, and what follows from what they say.

Pure: the store and Django's tables are `feedback.reviewing`'s.
"""
