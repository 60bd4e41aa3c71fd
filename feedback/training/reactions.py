"""Learns to read reactions: the labelled chats come in, the weights in `feedback/reactions/` go out.

    python -m feedback.training.reactions [--write]

Prints what held-out chats and the chats for validation score; `--write` writes the weights. The chats stand beside this
module in `chats/` (written for Tacit, CC0).
"""

import argparse
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from feedback.reactions.features import read_features
from feedback.reactions.reaction import TONES
from feedback.reactions.static import OUTPUTS, WEIGHTS, Floats, pack_model, unpack_model
from feedback.training.chats import Labelled, list_files, load_chats
from feedback.training.static_reader import list_targets, train_static


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
    right = np.mean([TONES[tone] == each.tone for tone, each in zip(tones, labelled, strict=True)])
    return f"{name}, {len(labelled)} messages: tone right {right:.3f}; average precision: {', '.join(figures)}"


def learn_static(*, write: bool) -> None:
    labelled = load_chats(list_files(validation=False))
    validation = load_chats(list_files(validation=True))
    model, held_out = train_static(labelled)
    arrays = pack_model(model)
    print(describe_scores("static, held out", held_out, labelled))
    logits = unpack_model(arrays).weigh([read_features(each.exchange) for each in validation])
    print(describe_scores("static, validation", logits, validation))
    if write:
        write_arrays(arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns the weights of feedback.reactions.")
    parser.add_argument("--write", action="store_true", help="write the weights into feedback/reactions/")
    learn_static(write=parser.parse_args().write)


if __name__ == "__main__":
    main()
