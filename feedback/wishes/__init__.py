"""What was asked of an answer besides its matter: its language, its form, its length, its words.

Messages and instructions come in, wishes go out, with the words that say so. Everything here is pure.
"""
