"""OTLP comes in here: bodies are decoded into columns, committed, and only then acknowledged."""
