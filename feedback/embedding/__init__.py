"""What texts mean, as vectors: texts come in, one row for each goes out; texts that mean nearly the same lie close.

The network beside it is all-MiniLM-L6-v2 with eight-bit weights, made by `feedback.training.sentence_encoder`. It knows
English well and other languages little.
"""

from feedback.embedding.encoder import WIDTH, Encoder, load_encoder

__all__ = ["WIDTH", "Encoder", "load_encoder"]
