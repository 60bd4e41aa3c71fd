"""What reviews measured of labels is fixed for a version as it begins."""

from datetime import UTC, datetime, timedelta

from feedback.flywheel import versions
from feedback.flywheel.datasets import create_dataset
from feedback.flywheel.measured import load_precisions
from feedback.flywheel.running import build_all
from feedback.models import DatasetVersion
from tests.feedback.flywheel.conftest import make_definition, tell_liked
from tests.feedback.reviewing.rows import hear, settle
from tests.pages.conftest import Teller
from tracing.store import Store


def now_us() -> int:
    return round(datetime.now(UTC).timestamp() * 1_000_000)


def review(store: Store, start: int, choice: str, age_s: int = 60) -> None:
    """Ten complaints that were heard, with what holds of them."""
    for number in range(start, start + 10):
        settle(store, f"r{number}", [choice], version=now_us() - age_s * 1_000_000)
        hear(store, f"r{number}", "complaint", 0.9)


def test_what_is_settled_while_a_version_waits_changes_nothing_of_it(teller: Teller) -> None:
    tell_liked(teller)
    review(teller.store, 0, "complaint")
    dataset = create_dataset(teller.project, "liked", make_definition(), "anna")
    version = versions.start_version(dataset, "anna", goes_on=False)
    build_all(teller.store)
    review(teller.store, 10, "none", age_s=30)
    hear(teller.store, "r0", "complaint", 0.1, version=2)
    versions.let_build(versions.refresh(version), "anna")
    build_all(teller.store)
    built = versions.refresh(version)
    assert built.state == DatasetVersion.State.BUILT
    assert built.manifest is not None
    told = built.manifest["reviewed_detectors"]["complaint"]
    assert (told["reviews"], told["right"]) == (10, 1)
    assert load_precisions(teller.store, 1, datetime.now(UTC))["complaint"].right < 0.5


def test_what_is_settled_later_than_it_was_asked_for_does_not_count(store: Store) -> None:
    review(store, 0, "complaint", age_s=60)
    review(store, 10, "none", age_s=10)
    earlier = load_precisions(store, 1, datetime.now(UTC) - timedelta(seconds=30))
    assert (earlier["complaint"].reviews, earlier["complaint"].right) == (10, 1)
    assert load_precisions(store, 1, datetime.now(UTC))["complaint"].right == 0.5
