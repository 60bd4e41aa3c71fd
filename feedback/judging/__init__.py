"""An optional judge: a language model rates a sample of answers by what the user wrote next, within a budget.

It is asked over any OpenAI-compatible endpoint; what it says is kept as feedback of a model, beside what people said.
"""
