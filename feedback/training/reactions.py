"""Learns to read reactions: the labelled chats come in, the weights in `feedback/reactions/` go out.

    python -m feedback.training.reactions [--transformer] [--write]

Both readers learn, then how to weigh them and when to fire, from chats that neither has learnt from: a tenth of them is
kept from the transformer, and those for validation from both. Prints what these score; `--write` writes the weights.
The transformer is finetuned with `--transformer` alone, which takes hours and the extra `train`; without it the shipped
one is weighed anew. The chats stand beside this module in `chats/` (written for Tacit, CC0), samples of public texts in
`pools/` (CC BY 4.0 and MIT, see there).
"""

import argparse
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from feedback.reactions.features import read_features
from feedback.reactions.reaction import TONES
from feedback.reactions.static import OUTPUTS, WEIGHTS, Floats, give_reading, pack_model, unpack_model
from feedback.reactions.transformer import NETWORK, load_transformer
from feedback.reactions.weighing import write_weighing
from feedback.training.chats import VALIDATION_NAMES, Labelled, list_files, load_chats
from feedback.training.lessons import is_held_out, is_pool
from feedback.training.pools import load_pools
from feedback.training.static_reader import list_targets, train_static
from feedback.training.weighing import (
    describe_readings,
    find_thresholds,
    fit_weighing,
    read_by_folds,
    write_thresholds,
)


def write_arrays(arrays: dict[str, npt.NDArray[np.generic]]) -> None:
    with WEIGHTS.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def describe_scores(name: str, logits: Floats, labelled: Sequence[Labelled]) -> str:
    """A line of average precisions, of each output that is no part of a whole, and how often the tone is right."""
    figures = []
    for column, output in enumerate(OUTPUTS):
        targets = list_targets(output, labelled)
        taught = targets >= 0
        if targets[taught].any():
            figures.append(f"{output} {average_precision_score(targets[taught], logits[taught, column]):.3f}")
    first = OUTPUTS.index(TONES[0])
    tones = logits[:, first : first + len(TONES)].argmax(axis=1)
    told = [TONES.index(each.tone) for each in labelled]
    taught = np.array(["tones" in each.teaches for each in labelled])
    right = np.mean((tones == told)[taught])
    return f"{name}, {len(labelled)} messages: tone right {right:.3f}; average precision: {', '.join(figures)}"


def learn_static(labelled: Sequence[Labelled], validation: Sequence[Labelled], *, write: bool) -> tuple[Floats, Floats]:
    """The log odds of the exchanges by models that were not shown them."""
    model, held_out = train_static(labelled)
    arrays = pack_model(model)
    print(describe_scores("static, held out", held_out, labelled))
    logits = unpack_model(arrays).weigh([read_features(each.exchange) for each in validation])
    print(describe_scores("static, validation", logits, validation))
    if write:
        write_arrays(arrays)
    return held_out, logits


def learn_transformer(labelled: Sequence[Labelled]) -> None:
    """Finetunes and writes the network."""
    # Needs torch, which nothing else does.
    from feedback.training.transformer_reader import export_network, train_network

    learnt = [each for each in labelled if not is_held_out(each)]
    export_network(train_network(learnt, [is_pool(each) for each in learnt]), NETWORK)


def learn_weighing(labelled: Sequence[Labelled], log_odds: Floats, *, write: bool) -> None:
    """From exchanges that neither reader has learnt from, with the log odds that the quick one gives them."""
    quick = list(map(give_reading, log_odds))
    logits = load_transformer().score([each.exchange for each in labelled])
    readings = read_by_folds(logits, quick, labelled)
    judged = [row for row, each in enumerate(labelled) if "kinds" in each.teaches]
    thresholds = find_thresholds([readings[row] for row in judged], [labelled[row] for row in judged])
    for name, group in group_by_use(labelled):
        print(describe_readings(name, [readings[row] for row in group], [labelled[row] for row in group], thresholds))
    if write:
        write_weighing(fit_weighing(logits, quick, labelled))
        write_thresholds(thresholds)


def group_by_use(labelled: Sequence[Labelled]) -> list[tuple[str, list[int]]]:
    """The places of the chats for validation, of those that were held out, and of both."""
    validation = [row for row, each in enumerate(labelled) if each.file in VALIDATION_NAMES]
    held_out = [row for row, each in enumerate(labelled) if each.file not in VALIDATION_NAMES and not is_pool(each)]
    return [("validation", validation), ("held out", held_out), ("both", [*held_out, *validation])]


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the weights of feedback.reactions.")
    parser.add_argument("--transformer", action="store_true", help="finetune and write the transformer as well")
    parser.add_argument("--write", action="store_true", help="write the weights into feedback/reactions/")
    options = parser.parse_args()
    labelled = load_chats(list_files(validation=False)) + load_pools()
    validation = load_chats(list_files(validation=True))
    held_out, of_validation = learn_static(labelled, validation, write=options.write)
    if options.transformer:
        learn_transformer(labelled)
    rows = [row for row, each in enumerate(labelled) if is_held_out(each)]
    unseen = [*(labelled[row] for row in rows), *validation]
    learn_weighing(unseen, np.concatenate([held_out[rows], of_validation]), write=options.write)


if __name__ == "__main__":
    main()
