import gzip
import json
from pathlib import Path

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS
from feedback.training.pools import POOLS, build_bank, build_reviews, load_pools


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))


def test_samples_teach_only_what_they_were_labelled_for() -> None:
    pools = load_pools()
    teaches = {each.file: set(each.teaches) for each in pools}
    tones = {"films": {"tones"}, "posts": {"tones"}, "reviews": {"tones"}}
    assert teaches == tones | {"bank": {"kinds"}, "plain": {"kinds", "tones"}, "self_repairs": {"kinds", "tones"}}
    assert {each.file for each in pools if each.kinds} == {"plain"}
    assert all(each.kinds <= {*KINDS} and each.complaint_kinds <= {*COMPLAINT_KINDS} for each in pools)
    for file in tones:
        assert {each.tone for each in pools if each.file == file} == {"negative", "neutral", "positive"}
    assert all(each.exchange.message and each.exchange.request and each.exchange.answer for each in pools)
    assert len({each.conversation for each in pools}) == len(pools)


def test_every_pool_is_named_in_the_readme_with_its_licence() -> None:
    readme = (POOLS / "README.md").read_text()
    for path in POOLS.glob("*.jsonl.gz"):
        assert f"| `{path.name.removesuffix('.jsonl.gz')}` |" in readme


def test_questions_stand_after_another_one_or_a_greeting(tmp_path: Path) -> None:
    write_rows(tmp_path / "benign_banking77_train.jsonl.gz", [{"text": f"question {n}"} for n in range(4)])
    rows = list(build_bank(tmp_path))
    assert sorted(row["message"] for row in rows) == [f"question {n}" for n in range(4)]
    assert sum(row["request"].startswith("question") for row in rows) == 2
    assert all(row["message"] != row["request"] for row in rows)


def test_only_clear_scores_make_a_tone(tmp_path: Path) -> None:
    scores = {"vile": -3.0, "so so": -0.7, "a box": 0.0, "lovely": 2.5}
    rows = [{"text": text, "score": score} for text, score in scores.items()]
    write_rows(tmp_path / "sentiment_intensity_amazonReviewSnippets.jsonl.gz", rows)
    tones = {row["message"]: row["tone"] for row in build_reviews(tmp_path)}
    assert tones == {"vile": "negative", "a box": "neutral", "lovely": "positive"}
