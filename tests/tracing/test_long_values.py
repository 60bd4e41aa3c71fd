"""Long lists are written into queries for a server; whatever stands in them stays what it was."""

from hypothesis import given
from hypothesis import strategies as st

from tracing.long_values import MOST_CHARACTERS, write_long_values
from tracing.store import Store

TEXTS = st.lists(st.text(max_size=20), max_size=5)
HOSTILE = ["'; DROP TABLE t --", "\\", "{ids:String}", "%(ids)s", "/* */", "--", "\0", "\n\t\r", '`"$x$', "déjà 💬"]
LONG = ["x" * MOST_CHARACTERS]


def ask(store: Store, values: dict[str, object]) -> tuple[object, ...]:
    query = "SELECT {ids:Array(String)}, {pairs:Array(Tuple(String, UInt64))}, {number:UInt64}"
    text, rest = write_long_values(query, values)
    assert set(rest) == {"number"}
    with store._lend() as lent:
        return tuple(lent.client.query(text, parameters=rest).result_rows[0])


@given(texts=TEXTS)
def test_texts_are_read_back_as_they_were(migrated_store: Store, texts: list[str]) -> None:
    ids = [*LONG, *HOSTILE, *texts]
    pairs = [(text, number) for number, text in enumerate(texts)]
    assert ask(migrated_store, {"ids": ids, "pairs": pairs, "number": 7}) == (ids, pairs, 7)


def test_short_values_travel_beside_the_query() -> None:
    values = {"ids": ["a"], "number": 1}
    assert write_long_values("SELECT {ids:Array(String)}", values) == ("SELECT {ids:Array(String)}", values)
