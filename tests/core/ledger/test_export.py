"""An exported book proves itself; a line that is changed, gone, added or moved is noticed."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ledger.export import BadExport, export, verify_export
from tests.core.ledger.sealed import KEY, Sealed, fill
from tests.support import alone

servers = alone.servers  # whose transactions nobody else keeps open


@pytest.fixture(scope="module")
def lines(servers, worker_name):
    name = f"exported_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine, servers.admin(name) as admin:
        book = Sealed(engine, admin)
        fill(book)
        with book.unit() as unit:
            yield list(export(unit))
            assert list(export(unit, since_block=4)) == []
            assert next(export(unit, since_block=2)) == book.anchors[1].line
    servers.drop(name)


def test_the_file_is_whole(lines):
    blocks, rows = verify_export(lines, trusted=KEY.public)
    assert (blocks, rows) == (3, len(lines) - 3)


def test_lines_are_json_that_says_what_was_posted(lines):
    postings = [row for row in map(json.loads, lines) if row.get("kind") == "posting"]
    assert {row["type"] for row in postings} == {"deposit", "transfer"}
    assert all(sum(entry["amount"] for entry in row["entries"]) == 0 for row in postings)


def test_another_key_is_not_believed(lines):
    with pytest.raises(BadExport, match="not trusted"):
        verify_export(lines, trusted=bytes(32))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_file_that_was_changed_is_refused(lines, data):
    changed = list(lines)
    at = data.draw(st.integers(0, len(lines) - 2))
    match data.draw(st.sampled_from(["drop", "twice", "swap", "edit", "cut"])):
        case "drop":
            del changed[at]
        case "twice":
            changed.insert(at, changed[at])
        case "swap":
            changed[at], changed[at + 1] = changed[at + 1], changed[at]
        case "edit":
            row = json.loads(changed[at])
            name = data.draw(st.sampled_from(sorted(row)))
            row[name] = 7
            changed[at] = json.dumps(row)
        case "cut":
            del changed[at + 1 :]
    starts = {n for n, line in enumerate(lines) if "header" in json.loads(line)}
    if changed == lines or (len(changed) in starts and changed == lines[: len(changed)]):
        return  # a book that ends with a block is whole; that it went on, an anchor tells
    if any(changed == lines[start:] for start in starts):
        return  # as is one that begins with a block
    with pytest.raises(BadExport):
        verify_export(changed, trusted=KEY.public)
