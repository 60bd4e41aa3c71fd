"""Lives through bad days and prints how each went.

    python -m tests.faults.report                      all of them
    python -m tests.faults.report --seconds 60 --only "ClickHouse away"

A real PostgreSQL and Redis, the real engine behind the tests' HTTP front, `tacit web`, two `tacit worker`s and
`tacit beat`. Ten
conversations of four spans are sent a second, each until it is acknowledged.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.bad_days import DAYS, live_through
from tests.faults.load import Load
from tests.faults.site import start_site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long what lasts lasts (default 5)")
    parser.add_argument("--rate", type=float, default=10.0, help="conversations a second (default 10)")
    parser.add_argument("--only", action="append", choices=list(DAYS), help="this day; again for more")
    parser.add_argument("--directory", type=Path, help="keep data and logs here")
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    options = parser.parse_args()
    is_good = True
    directory = options.directory or Path(tempfile.mkdtemp(prefix="tacit-faults-"))
    with start_site(directory, options.broker) as site:
        load = Load(site.url, options.rate)
        print("| what happens | sent | acknowledged | refused requests | lost | doubled | recovery |")
        print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
        for name in options.only or DAYS:
            day = live_through(site, name, load, options.seconds)
            is_good &= not (day.lost or day.differences)
            told = (name, day.sent, day.acknowledged, day.refused, day.lost, day.doubled)
            print("|", " | ".join(map(str, told)), f"| {day.recovery_seconds:.1f} s |", flush=True)
            if day.differences:
                print("counted wrongly:", day.differences, flush=True)
    if not is_good:
        sys.exit(1)


if __name__ == "__main__":
    main()
