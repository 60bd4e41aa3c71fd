"""Which of two answers was better: comparisons that people, models and behaviour made come in, rankings go out."""
