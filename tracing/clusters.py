"""Statements for a cluster of ClickHouse servers, made of those for one server: text in, texts out, in their order.

Each table of the schema becomes two. `turns_local` stands on every server and is `Replicated`; `turns` is `Distributed`
over all of them, and what reads or inserts goes there, by the same names as ever. Which server has a row is told by a
hash of what the row is about. All versions of a row lie on one server, so `FINAL` finds the latest: what is hashed is
part of the sorting key. docs/decisions/0114-one-schema-for-a-server-and-a-cluster.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LOCAL = "_local"
ABOUT = ("conversation_id", "TraceId", "trace_id")
"""What rows are spread by, where it is in their sorting key; else the first column after the project."""

WHOLE = frozenset({"project_retention", "kept_days"})
"""Small tables that stand whole on every server, to be asked by what is inserted there."""

SETTINGS: Mapping[str, object] = {
    "distributed_product_mode": "global",  # a query within a query is asked of all servers, and its answer told to all
    "distributed_foreground_insert": 1,  # committed means written on the servers that keep it
    "distributed_ddl_task_timeout": 600,  # seconds; mutations wait for all copies
    "allow_nondeterministic_mutations": 1,  # to name what is to go by a query, which all copies answer alike
    "optimize_skip_unused_shards": 1,  # one conversation, or one trace, is asked of one server
    "load_balancing": "in_order",  # one copy is read as long as it answers: what was written there is there
    "skip_unavailable_shards": 0,  # rather an error than half of the rows
}
"""What a client of a cluster asks for beside the settings of any client."""

COMMENTS = re.compile(r"\A(?:\s*--[^\n]*(?:\n|\Z)|\s+)+")
CREATE_TABLE = re.compile(
    r"CREATE TABLE IF NOT EXISTS (?P<table>\w+)(?P<columns>.*?)\sENGINE = (?P<engine>\w+)(?P<rest>.*)", re.DOTALL
)
ORDER_BY = re.compile(r"\sORDER BY \(?(?P<columns>[\w, ]+)\)?")
CREATE_VIEW = re.compile(
    r"CREATE MATERIALIZED VIEW IF NOT EXISTS (?P<view>\w+) TO (?P<target>\w+)(?P<query>.*)", re.DOTALL
)
MODIFY_QUERY = re.compile(r"ALTER TABLE (?P<view>\w+) MODIFY QUERY(?P<query>.*)", re.DOTALL)
CHANGE_TABLE = re.compile(
    r"(?P<verb>ALTER TABLE|TRUNCATE TABLE|OPTIMIZE TABLE|DELETE FROM) (?P<table>\w+|\{table:Identifier\})(?P<rest>.*)",
    re.DOTALL,
)
OF_COLUMNS = re.compile(r"\s*(?:ADD|MODIFY|DROP|RENAME|ALTER|COMMENT) COLUMN\b")
IDENTIFIER = "{table:Identifier}"


class StatementNotSpreadError(ValueError):
    """A statement of the schema that nothing here knows how to bring to all servers."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The servers that keep the tables together, by the name that their configuration gives them."""

    name: str

    def spread(self, statement: str, parameters: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
        """What to send in the place of a statement that changes tables, and with which parameters.

        Raises StatementNotSpreadError where a statement makes or changes something in a way that is not known here.
        """
        bare = COMMENTS.sub("", statement)
        if not bare:
            return []
        if bare.startswith(("INSERT", "SELECT")):
            return [(statement, parameters)]
        if made := CREATE_TABLE.fullmatch(bare):
            return [(text, parameters) for text in self.create_table(**made.groupdict())]
        if made := CREATE_VIEW.fullmatch(bare):
            return [(self.create_view(**made.groupdict()), parameters)]
        if changed := MODIFY_QUERY.fullmatch(bare):
            text = f"ALTER TABLE {changed['view']} {self.everywhere} MODIFY QUERY{read_local(changed['query'])}"
            return [(text, parameters)]
        if changed := CHANGE_TABLE.fullmatch(bare):
            return self.change_table(**changed.groupdict(), parameters=parameters)
        if bare.startswith("CREATE OR REPLACE TABLE"):
            return [(re.sub(r"(?<=TABLE )\w+", rf"\g<0> {self.everywhere}", bare, count=1), parameters)]
        raise StatementNotSpreadError(f"No way is known to run this on a cluster: {bare[:80]}")

    @property
    def everywhere(self) -> str:
        return f"ON CLUSTER {self.name}"

    def create_table(self, table: str, columns: str, engine: str, rest: str) -> list[str]:
        if table in WHOLE:
            return [f"CREATE TABLE IF NOT EXISTS {table} {self.everywhere}{columns} ENGINE = {engine}{rest}"]
        local = f"{table}{LOCAL}"
        spread_by = ", ".join(choose_spread(rest))
        return [
            f"CREATE TABLE IF NOT EXISTS {local} {self.everywhere}{columns} ENGINE = Replicated{engine}{rest}",
            f"CREATE TABLE IF NOT EXISTS {table} {self.everywhere} AS {local} "
            f"ENGINE = Distributed({self.name}, currentDatabase(), {local}, cityHash64({spread_by}))",
        ]

    def create_view(self, view: str, target: str, query: str) -> str:
        """A view that fills a table as rows come in to another: on each server for itself."""
        return f"CREATE MATERIALIZED VIEW IF NOT EXISTS {view} {self.everywhere} TO {target}{LOCAL}{read_local(query)}"

    def change_table(
        self, verb: str, table: str, rest: str, parameters: Mapping[str, object]
    ) -> list[tuple[str, Mapping[str, object]]]:
        """The same for the tables of the servers, and, where it is about columns, for the one over them."""
        if table in WHOLE:
            return [(f"{verb} {table} {self.everywhere}{rest}", parameters)]
        if table == IDENTIFIER:
            local, bound = table, {**parameters, "table": f"{parameters['table']}{LOCAL}"}
        else:
            local, bound = f"{table}{LOCAL}", dict(parameters)
        changed: list[tuple[str, Mapping[str, object]]] = [(f"{verb} {local} {self.everywhere}{rest}", bound)]
        if verb == "ALTER TABLE" and OF_COLUMNS.match(rest):
            changed.append((f"{verb} {table} {self.everywhere}{rest}", parameters))
        return changed


def choose_spread(definition: str) -> list[str]:
    """The columns whose hash tells where a row lies, by the sorting key in what follows a table's engine."""
    found = ORDER_BY.search(definition)
    if found is None:
        raise StatementNotSpreadError(f"A table without a sorting key cannot be spread: {definition[:80]}")
    key = [column.strip() for column in found["columns"].split(",")]
    about = next((column for column in ABOUT if column in key), None) or (key[1] if len(key) > 1 else key[0])
    return [key[0], about] if key[0] == "project_id" else [about]


def read_local(query: str) -> str:
    """A view's query over the rows of its own server."""
    return re.sub(r"\bFROM (\w+)", rf"FROM \1{LOCAL}", query)
