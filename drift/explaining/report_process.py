"""The door to evidently, in a process of its own: columns come in as JSON on standard input, a report as a page of HTML
goes out on standard output, with what it says of each column.

evidently takes seconds and 300 MB to load, both of which a process gives back; it opens no connection here, and could
not. Its own tests are not asked: what has drifted is what the alarm says, by its threshold, so both agree.

`python -m drift.explaining.report_process < order.json > report.json`
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

METHOD = "share of the alarm's evidence"
CLOSED = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg")
ANY = 0.01
"""Share of columns from which evidently says that the whole has drifted: one of them."""
NICENESS = 5
"""Somebody waits for it, and taking in comes first."""


def forbid_network() -> None:
    """Have every attempt to reach something fail."""

    def refuse(event: str, _arguments: object) -> None:
        if event in CLOSED:
            raise PermissionError(f"{event}: a report is made without a network")

    os.environ["DO_NOT_TRACK"] = "1"
    sys.addaudithook(refuse)


def make_report(columns: Sequence[Mapping[str, Any]], threshold: float) -> dict[str, Any]:
    """`html`, and `drifted`: the names of columns that it marks so."""
    import pandas
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    numbers = [column["name"] for column in columns if column["is_number"]]
    choices = [column["name"] for column in columns if not column["is_number"]]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=choices)

    def build(side: str) -> Dataset:
        frame = pandas.DataFrame(
            {
                column["name"]: pandas.Series(column[side], dtype=float if column["is_number"] else object)
                for column in columns
            }
        )
        return Dataset.from_pandas(frame, data_definition=definition)

    methods = {column["name"]: register(place, column["share"], threshold) for place, column in enumerate(columns)}
    preset = DataDriftPreset(columns=list(methods), per_column_method=methods, drift_share=ANY)
    report = Report([preset], include_tests=True).run(build("since"), build("before"))
    return {"html": report.get_html_str(as_iframe=False), "drifted": list_drifted(report.dict(), list(methods))}


def register(place: int, share: float, threshold: float) -> str:
    """A test of evidently's that says of one column what the alarm says; its name."""
    from evidently.legacy.calculations.stattests import StatTest, register_stattest
    from evidently.legacy.core import ColumnType

    def tell(_before: object, _since: object, _kind: object, bound: float) -> tuple[float, bool]:
        return share, share >= bound

    name = f"evidence_{place}"
    kinds = [ColumnType.Numerical, ColumnType.Categorical]
    function: Callable[..., tuple[float, bool]] = tell
    register_stattest(StatTest(name, METHOD, kinds, threshold), function)
    return name


def list_drifted(told: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Those whose test of evidently's failed, which is its word for drift."""
    failed = {test["name"] for test in told["tests"] if test["status"] == "FAIL"}
    return [name for name in names if f"Value Drift for column {name}" in failed]


def main() -> None:
    forbid_network()
    os.nice(NICENESS)
    order = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):
        made = make_report(order["columns"], order["threshold"])
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main()
