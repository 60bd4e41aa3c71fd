"""Runs tests over a cluster of two ClickHouse servers in one process: `pytest -p tests.two_servers …`.

The engine's own `Distributed` tables ask both, but both are this process, and have the same tables: each is told to
know only the rows whose hash is its own. What a cluster does otherwise is real: which of the two is asked, queries
within queries, what is merged from both, inserts that are split. Not so: copies (`Replicated…`), and statements
`ON CLUSTER`, which want a Keeper; from statements of both kinds these words are taken out.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracing import clusters, store
from tracing.clusters import Cluster, choose_spread

NAME = "two"
SERVER = "<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>"
CONFIGURATION = f"""<clickhouse>
    <tcp_port>9000</tcp_port>
    <remote_servers><{NAME}>{SERVER}{SERVER}</{NAME}></remote_servers>
</clickhouse>
"""
"""A server is asked within the process where its address and port are those of the process itself."""


class OfThisProcess(Cluster):
    """The cluster's statements without what wants a Keeper."""

    __slots__ = ()

    def spread(self, statement: str, parameters: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
        spread = super().spread(statement, parameters)
        return [
            (re.sub(r" ENGINE = Replicated", " ENGINE = ", text.replace(f" {self.everywhere}", "", 1)), bound)
            for text, bound in spread
        ]


def list_hashes() -> dict[str, str]:
    """For each table of a server the hash that tells which of the two has a row."""
    statements = [
        text for path in sorted(store.SCHEMA_DIRECTORY.glob("*.sql")) for text in path.read_text().split(";\n")
    ]
    made = [clusters.CREATE_TABLE.fullmatch(clusters.COMMENTS.sub("", text)) for text in statements]
    keys = {each["table"]: choose_spread(each["rest"]) for each in made if each and each["table"] not in clusters.WHOLE}
    keys["schema_migrations"] = ["name"]
    return {table: f"cityHash64({', '.join(key)})" for table, key in keys.items()}


def divide(options: dict[str, Any]) -> None:
    """Have each of the two know its own rows alone; what is asked of neither is asked of all."""
    conditions = {
        f"default.{table}{clusters.LOCAL}": f"shardNum() = 0 OR {key} % 2 + 1 = shardNum()"
        for table, key in list_hashes().items()
    }
    told = ", ".join(f"'{table}': '{condition}'" for table, condition in conditions.items())
    options["settings"]["additional_table_filters"] = f"{{{told}}}"


def make(self: store.Store, dsn: str, *, memory_limit: int = 2_000_000_000, cluster: str = "") -> None:
    if not dsn.startswith(store.EMBEDDED_PREFIX):  # one server of its own, that something moves from
        MAKE(self, dsn, cluster=cluster)
        return
    MAKE(self, dsn, memory_limit=memory_limit, cluster=NAME)
    self.cluster = OfThisProcess(NAME)
    file = Path(os.environ["TACIT_DATA_DIR"]) / "two_servers.xml"
    file.write_text(CONFIGURATION)
    self._options["chdb_options"]["config-file"] = str(file)
    divide(self._options)


MAKE = store.Store.__init__
store.Store.__init__ = make
