"""A reward model on MiniLM, finetuned: lessons and the answers of an exam come in, a score for each answer goes out.

    python -c 'import finetune; finetune.main()' MINILM IN OUT

It runs in an environment of its own that has torch and transformers, so it imports nothing of Tacit. `IN` is JSON:
`arms` (lessons by name), `exam` (answers with their likeness to the request) and `options`; `OUT` has scores by arm.

The score of an answer is w · v + c · likeness, where v is the mean of an inner layer's states over the answer, and the
likeness the cosine of the vectors that MiniLM gives request and answer. First w and c are learnt to their optimum, then
they and the layer together (Kumar et al. 2022, arXiv 2202.10054); the layers below stay as they are. A lesson on one
answer has the logistic loss, good and bad ones with the same weight in sum; one on two that of Bradley and Terry.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

BATCH = 16
READ_AT_ONCE = 32
LIKENESS_SCALE = 10.0
WARM_UP_STEPS = 10


class Texts:
    """Every answer once, as the frozen layers read it."""

    def __init__(self, encoder: Any, tokenizer: Any, texts: list[str], longest: int) -> None:
        self.at = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        self.states: list[Any] = [None] * len(self.at)
        told = tokenizer(list(self.at), truncation=True, max_length=longest)["input_ids"]
        order = sorted(range(len(told)), key=lambda place: (len(told[place]), place))
        with torch.no_grad():
            for start in range(0, len(order), READ_AT_ONCE):
                places = order[start : start + READ_AT_ONCE]
                ids, mask = pad([torch.tensor(told[place]) for place in places])
                states = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
                for place, row in zip(places, states, strict=True):
                    self.states[place] = row[: len(told[place])].clone()

    def read(self, sides: list[dict[str, Any]]) -> list[tuple[Any, float]]:
        return [(self.states[self.at[side["text"]]], side["likeness"]) for side in sides]


class Judge(nn.Module):
    """The layer that learns, and what it is read by."""

    def __init__(self, layer: Any, width: int) -> None:
        super().__init__()
        self.layer = layer
        self.head = nn.Linear(width + 1, 1)

    def look(self, answers: list[tuple[Any, float]]) -> Any:
        """What the head sees of each answer."""
        states, mask = pad([held for held, _ in answers])
        hidden = (1.0 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        states = self.layer(states, hidden)
        states = states[0] if isinstance(states, tuple) else states
        vectors = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        likeness = torch.tensor([[LIKENESS_SCALE * likeness] for _, likeness in answers])
        return torch.cat([vectors, likeness], 1)

    def forward(self, answers: list[tuple[Any, float]]) -> Any:
        return self.head(self.look(answers))[:, 0]


def pad(rows: list[Any]) -> tuple[Any, Any]:
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), mask


def weigh(lessons: list[dict[str, Any]]) -> Any:
    """Good and bad answers count the same in sum."""
    good = sum(each["is_good"] for each in lessons)
    by_label = {True: 1 / (2 * max(good, 1)), False: 1 / (2 * max(len(lessons) - good, 1))}
    return torch.tensor([len(lessons) * by_label[each["is_good"]] for each in lessons])


def measure_losses(scores: Any, worse: Any, truth: Any, weights: Any) -> Any:
    if worse is not None:
        return functional.softplus(worse - scores)
    return weights * functional.binary_cross_entropy_with_logits(scores, truth, reduction="none")


def probe(judge: Judge, lessons: list[dict[str, Any]], texts: Texts, decay: float) -> None:
    """Learns the head alone."""
    better = look_at_all(judge, texts.read([each["answer"] for each in lessons]))
    is_pair = lessons[0]["loser"] is not None
    worse = look_at_all(judge, texts.read([each["loser"] for each in lessons])) if is_pair else None
    truth, weights = torch.tensor([float(each["is_good"]) for each in lessons]), weigh(lessons)
    optimizer = torch.optim.LBFGS(judge.head.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def step() -> Any:
        optimizer.zero_grad()
        lost = None if worse is None else judge.head(worse)[:, 0]
        told = measure_losses(judge.head(better)[:, 0], lost, truth, weights).mean()
        loss = told + decay / len(lessons) * judge.head.weight.square().sum() / 2
        loss.backward()
        return loss

    optimizer.step(step)


def look_at_all(judge: Judge, answers: list[tuple[Any, float]]) -> Any:
    with torch.no_grad():
        pieces = [answers[start : start + READ_AT_ONCE] for start in range(0, len(answers), READ_AT_ONCE)]
        return torch.cat([judge.look(piece) for piece in pieces])


def finetune(judge: Judge, lessons: list[dict[str, Any]], texts: Texts, options: dict[str, Any]) -> None:
    """Learns head and layer together, ever slower."""
    groups = [
        {"params": judge.layer.parameters(), "lr": options["rate"]},
        {"params": judge.head.parameters(), "lr": options["head_rate"]},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = options["draws"] // BATCH
    weights, order = weigh(lessons), list[int]()
    for step in range(steps):
        for group, rate in zip(optimizer.param_groups, (options["rate"], options["head_rate"]), strict=True):
            group["lr"] = rate * min((step + 1) / WARM_UP_STEPS, (steps - step) / steps)
        while len(order) < BATCH:
            order += torch.randperm(len(lessons)).tolist()
        places, order = order[:BATCH], order[BATCH:]
        batch = [lessons[place] for place in places]
        worse = judge(texts.read([each["loser"] for each in batch])) if batch[0]["loser"] is not None else None
        truth = torch.tensor([float(each["is_good"]) for each in batch])
        scores = judge(texts.read([each["answer"] for each in batch]))
        optimizer.zero_grad()
        measure_losses(scores, worse, truth, weights[places]).mean().backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()


def main() -> None:
    minilm, given, out = sys.argv[1:]
    torch.set_num_threads(1)
    told = json.loads(Path(given).read_text(encoding="utf-8"))
    options = told["options"]
    encoder = AutoModel.from_pretrained(minilm, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(minilm, local_files_only=True)
    layer = encoder.encoder.layer[options["layer"] - 1]
    encoder.encoder.layer = encoder.encoder.layer[: options["layer"] - 1]
    lessons = [each for held in told["arms"].values() for each in held]
    sides = [*told["exam"], *(side for each in lessons for side in (each["answer"], each["loser"]) if side)]
    texts = Texts(encoder, tokenizer, [side["text"] for side in sides], options["longest"])
    exam = texts.read(told["exam"])
    shipped = {name: value.clone() for name, value in layer.state_dict().items()}
    scores: dict[str, Any] = {}
    for name, held in told["arms"].items():
        torch.manual_seed(options["seed"])
        layer.load_state_dict(shipped)
        judge = Judge(layer, encoder.config.hidden_size)
        probe(judge, held, texts, options["decay"])
        finetune(judge, held, texts, options)
        with torch.no_grad():
            scores[name] = judge.head(look_at_all(judge, exam))[:, 0].tolist()
    Path(out).write_text(json.dumps(scores), encoding="utf-8")
