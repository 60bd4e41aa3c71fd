"""What is observed of each conversation that people led, and what days were like: the figures that drift is told by.

Two stages: `deriving` writes a row for each conversation, `counting` one for each day and segment.
"""
