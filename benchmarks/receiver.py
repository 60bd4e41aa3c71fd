"""Tacit's receivers and pages over an embedded store, without the stages: what taking spans in costs by itself.

python benchmarks/receiver.py --data-dir DIRECTORY    as `tacit up`, but nothing reads what comes in
"""

import argparse
from contextlib import ExitStack
from pathlib import Path

from config.cli import set_up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    env = set_up(data_dir=parser.parse_args().data_dir)
    from config import databases, platform

    with ExitStack() as stack:
        stack.enter_context(databases.hold_data_directory())
        ports = platform.bind_ports(env)
        stack.enter_context(databases.open_databases(env))
        stopped = platform.catch_signals()
        platform.greet(stack.enter_context(platform.serve(env, ports)))
        platform.wait_until(stopped)


if __name__ == "__main__":
    main()
