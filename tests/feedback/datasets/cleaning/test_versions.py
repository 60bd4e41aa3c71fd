"""A manifest says which recognisers were at work, and another one when they change."""

import json
from pathlib import Path

from feedback.datasets.cleaning import describe_recognisers
from feedback.datasets.cleaning.versions import FOLDERS, digest_files, digest_programs
from tests.feedback.datasets.cleaning.rows import context


def test_the_manifest_hears_what_is_looked_for_and_by_what() -> None:
    told = describe_recognisers(context())
    assert json.loads(json.dumps(told)) == told
    assert {"email", "phone", "name", "key"} <= set(told["kinds"])
    assert told["recognisers"] == digest_programs()


def test_a_changed_recogniser_has_another_digest(tmp_path: Path) -> None:
    programs = [path for folder in FOLDERS for path in folder.glob("*.py")]
    assert {"mail.py", "phones.py", "names.py", "personal_data.py"} <= {path.name for path in programs}
    copies = [tmp_path / f"{number}.py" for number in range(len(programs))]
    for path, copy in zip(programs, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    before = digest_files(copies)
    copies[0].write_text(copies[0].read_text() + "\n")
    assert digest_files(copies) != before
