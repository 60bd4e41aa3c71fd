import numpy as np
import pytest

from feedback.reactions.features import read_features
from feedback.reactions.reaction import Exchange
from feedback.reactions.static import FEEDBACK, OUTPUTS, Model, pack_model, unpack_model
from feedback.training.chats import HEADS, Labelled
from feedback.training.static_reader import (
    build_matrix,
    build_vocabulary,
    calibrate,
    fit_model,
    list_targets,
    score_held_out,
)

SAYINGS = {
    "praise": ("thanks that was perfect", "positive"),
    "complaint": ("this is useless nonsense", "negative"),
    "correction": ("no it is twelve", "neutral"),
    "": ("and now the next chapter", "neutral"),
}
ALL = ("rephrase", "correction", "complaint", "clarification_request", "praise", "stop", "request_human")


def label(message: str, kinds: set[str], tone: str, number: int, teaches: frozenset[str] = HEADS) -> Labelled:
    exchange = Exchange(f"{message} {number}", "write a chapter", "Here it is.")
    subs = frozenset({"factual" if number % 2 else "format"} if "complaint" in kinds else ())
    return Labelled(exchange, frozenset(kinds), subs, tone, "en", f"c-{number}", "f", 2, teaches)


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    told = [
        label(message, {kind} if kind else set(), tone, number)
        for number in range(25)
        for kind, (message, tone) in SAYINGS.items()
    ]
    told += [label(f"{kind} it", {kind}, "neutral", number) for number in range(10) for kind in ALL]
    complaints = [
        Labelled(
            Exchange(f"bad {kind}", "a", "b"),
            frozenset({"complaint"}),
            frozenset({kind}),
            "negative",
            "en",
            f"{kind}-{n}",
            "f",
            2,
        )
        for n in range(8)
        for kind in ("not_answering", "factual", "not_specific", "not_confident", "repetitive_or_rude", "format")
    ]
    return told + complaints


@pytest.fixture(scope="module")
def model(labelled: list[Labelled]) -> Model:
    return fit_model([read_features(each.exchange) for each in labelled], labelled)


def test_what_was_learnt_is_read_again(labelled: list[Labelled], model: Model) -> None:
    logits = model.weigh([read_features(each.exchange) for each in labelled[:4]])
    praise, feedback = logits[:, OUTPUTS.index("praise")], logits[:, OUTPUTS.index(FEEDBACK)]
    assert praise[0] > 0 > praise[1:].max()
    assert feedback[:3].min() > feedback[3]


def test_eight_bits_change_little(labelled: list[Labelled], model: Model) -> None:
    features = [read_features(each.exchange) for each in labelled[:20]]
    assert unpack_model(pack_model(model)).weigh(features) == pytest.approx(model.weigh(features), abs=0.2)


def test_the_model_weighs_as_it_was_taught(labelled: list[Labelled]) -> None:
    features = [read_features(each.exchange) for each in labelled]
    vocabulary = build_vocabulary(features)
    matrix = build_matrix(vocabulary, features[:5])
    model = fit_model(features, labelled)
    rows = sum(len(rows) for rows in vocabulary.rows.values())
    assert matrix.shape == (5, rows + len(features[0].measures))
    lengths = matrix[:, : len(vocabulary.rows["runs"])].power(2).sum(axis=1)
    assert np.asarray(lengths).ravel() == pytest.approx(np.ones(5), abs=1e-6), "runs have length 1"
    assert model.weights.shape == (rows, len(OUTPUTS))


def test_what_was_not_labelled_is_not_taught() -> None:
    review = label("lovely machine", set(), "positive", 1, frozenset({"tones"}))
    bank = label("where is my card", set(), "neutral", 1, frozenset({"kinds"}))
    assert list_targets("praise", [review, bank]).tolist() == [-1, 0]
    assert list_targets("positive", [review, bank]).tolist() == [1, -1]
    assert list_targets("factual", [review, bank]).tolist() == [-1, -1]


def test_calibrated_scores_are_probabilities(labelled: list[Labelled], model: Model) -> None:
    features = [read_features(each.exchange) for each in labelled]
    held_out = score_held_out(features, labelled)
    calibrated = calibrate(model, held_out, labelled)
    column = OUTPUTS.index("praise")
    slope = calibrated.weights[:, column].sum() / model.weights[:, column].sum()
    shift = calibrated.bias[column] - slope * model.bias[column]
    probabilities = 1 / (1 + np.exp(-(held_out[:, column] * slope + shift)))
    assert probabilities.mean() == pytest.approx((list_targets("praise", labelled) == 1).mean(), abs=0.01)
