"""A reward model on MiniLM, finetuned: lessons and the answers of an exam come in, a score for each answer goes out.

    python -c 'import finetune; finetune.main()' MINILM IN OUT

It runs in an environment of its own that has torch and transformers, so it imports nothing of Tacit. `IN` is JSON:
`arms` (lessons by name), `exam` (answers with their likeness to the request) and `options`; `OUT` has scores by arm.

The score of an answer is w · v + c · likeness, where v is the mean of an inner layer's states over the answer, and the
likeness the cosine of the vectors that MiniLM gives request and answer. First w and c are learnt to their optimum, then
they and the layer together (Kumar et al. 2022, arXiv 2202.10054), as long as it helps on a fifth of the arm's own
lessons; the layers below stay as they are. A lesson on one answer has the logistic loss, good and bad ones with the
same weight in sum; one on two that of Bradley and Terry.
"""

import json
import sys
from collections.abc import Iterator
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
OWN_TEST = 5
LOOKS = 4
"""At itself while it is finetuned."""

Lessons = list[dict[str, Any]]


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


def pad(rows: list[Any]) -> tuple[Any, Any]:
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True)
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), mask


def probe(judge: Judge, lessons: Lessons, seen: tuple[Any, Any], decay: float) -> None:
    """Learns the head alone, to its optimum, from what it sees of the lessons."""
    better, worse = seen
    truth, weights = tell_truth(lessons), weigh(lessons)
    nn.init.zeros_(judge.head.weight)
    optimizer = torch.optim.LBFGS(judge.head.parameters(), max_iter=300, line_search_fn="strong_wolfe")

    def step() -> Any:
        optimizer.zero_grad()
        loss = decay / len(lessons) * judge.head.weight.square().sum() / 2
        loss = loss + measure_losses(judge, better, worse, truth, weights).mean()
        loss.backward()
        return loss

    optimizer.step(step)


def look_at_lessons(judge: Judge, lessons: Lessons, texts: Texts) -> tuple[Any, Any]:
    """What the head sees of the answers, and of those that lost."""
    better = look_at_all(judge, texts.read([each["answer"] for each in lessons]))
    losers = [each["loser"] for each in lessons if each["loser"]]
    return better, look_at_all(judge, texts.read(losers)) if losers else None


def measure_losses(judge: Judge, better: Any, worse: Any, truth: Any, weights: Any) -> Any:
    scores = judge.head(better)[:, 0]
    if worse is not None:
        return functional.softplus(judge.head(worse)[:, 0] - scores)
    return weights * functional.binary_cross_entropy_with_logits(scores, truth, reduction="none")


def tell_truth(lessons: Lessons) -> Any:
    return torch.tensor([float(each["is_good"]) for each in lessons])


def weigh(lessons: Lessons) -> Any:
    """Good and bad answers count the same in sum."""
    good = sum(each["is_good"] for each in lessons)
    by_label = {True: 1 / (2 * max(good, 1)), False: 1 / (2 * max(len(lessons) - good, 1))}
    return torch.tensor([len(lessons) * by_label[each["is_good"]] for each in lessons])


def finetune(judge: Judge, lessons: Lessons, texts: Texts, options: dict[str, Any]) -> Iterator[None]:
    """Learns head and layer together, ever slower; stops after every step."""
    rates = (options["rate"], options["head_rate"])
    optimizer = torch.optim.AdamW(
        [{"params": part.parameters()} for part in (judge.layer, judge.head)], weight_decay=0.01
    )
    steps = options["draws"] // BATCH
    truth, weights, order = tell_truth(lessons), weigh(lessons), list[int]()
    for step in range(steps):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min((step + 1) / WARM_UP_STEPS, (steps - step) / steps)
        while len(order) < BATCH:
            order += torch.randperm(len(lessons)).tolist()
        places, order = order[:BATCH], order[BATCH:]
        batch = [lessons[place] for place in places]
        better = judge.look(texts.read([each["answer"] for each in batch]))
        losers = [each["loser"] for each in batch if each["loser"]]
        worse = judge.look(texts.read(losers)) if losers else None
        optimizer.zero_grad()
        measure_losses(judge, better, worse, truth[places], weights[places]).mean().backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        yield


def learn(judge: Judge, lessons: Lessons, texts: Texts, options: dict[str, Any]) -> dict[str, Any]:
    """The state of the judge that does best on a fifth of its own lessons, which it does not learn from: so each arm
    finds for itself how strongly and how long it may learn."""
    order = torch.randperm(len(lessons)).tolist()
    held = [lessons[place] for place in order[: len(lessons) // OWN_TEST]]
    rest = [lessons[place] for place in order[len(lessons) // OWN_TEST :]]
    tried, seen = [], look_at_lessons(judge, rest, texts)
    for decay in options["decays"]:
        probe(judge, rest, seen, decay)
        tried.append((measure_own(judge, held, texts), copy_state(judge)))
    judge.load_state_dict(min(tried, key=lambda each: each[0])[1])
    every = max(1, options["draws"] // BATCH // LOOKS)
    for step, _ in enumerate(finetune(judge, rest, texts, options), 1):
        if step % every == 0:
            tried.append((measure_own(judge, held, texts), copy_state(judge)))
    return min(tried, key=lambda each: each[0])[1]


def measure_own(judge: Judge, held: Lessons, texts: Texts) -> float:
    with torch.no_grad():
        better, worse = look_at_lessons(judge, held, texts)
        return float(measure_losses(judge, better, worse, tell_truth(held), weigh(held)).mean())


def copy_state(judge: Judge) -> dict[str, Any]:
    return {name: value.clone() for name, value in judge.state_dict().items()}


def look_at_all(judge: Judge, answers: list[tuple[Any, float]]) -> Any:
    with torch.no_grad():
        pieces = [answers[start : start + READ_AT_ONCE] for start in range(0, len(answers), READ_AT_ONCE)]
        return torch.cat([judge.look(piece) for piece in pieces])


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
        judge.load_state_dict(learn(judge, held, texts, options))
        with torch.no_grad():
            scores[name] = judge.head(look_at_all(judge, exam))[:, 0].tolist()
    Path(out).write_text(json.dumps(scores), encoding="utf-8")
