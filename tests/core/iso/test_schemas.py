"""The vendored schemas are what their README says, and the two rebuilt ones lost nothing."""

import hashlib
import importlib
import re

import pytest
from lxml import etree

from core.iso.documents import SCHEMAS
from core.iso.statement import NOTICES, STATEMENTS
from tests.core.iso.rebuilt import Line, Types, types_in, types_of, written

README = (SCHEMAS / "README.md").read_text("utf-8")
USED = {
    *STATEMENTS, *NOTICES, "pacs.002.001.10", "pacs.004.001.09", "pacs.008.001.08",
    "pain.001.001.09",
}  # fmt: skip


def classes(kind: str):
    name = kind.replace(".", "_")
    return importlib.import_module(f"pyiso20022.{name[:4]}.{name}.{name}")


def test_each_schema_is_the_one_the_readme_names_and_each_is_used():
    sums = dict(re.findall(r"`([\w.]+\.xsd)` \|.*\| ([0-9a-f]{64}) \|", README))
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SCHEMAS.glob("*.xsd")
    }
    assert found == sums
    assert set(found) == {f"{kind}.xsd" for kind in USED}


def test_no_schema_asks_for_another():
    for path in SCHEMAS.glob("*.xsd"):
        root = etree.parse(path).getroot()
        assert not [one for one in root if etree.QName(one).localname in {"import", "include"}]


def evened(types: Types) -> Types:
    """Leave out what xsdata writes in its own way: the case of a type's name, kinds of period."""

    def line(one: Line) -> Line:
        kind = "gYear" if one.kind == "gYearMonth" else one.kind.lower()
        return Line(one.name, kind.lower(), one.least, one.most, one.facets)

    return {
        name.lower(): (shape, tuple(map(line, lines))) for name, (shape, lines) in types.items()
    }


@pytest.mark.parametrize("kind", ["pacs.008.001.08", "pain.001.001.09", "camt.053.001.08"])
def test_rebuilding_a_schema_from_its_classes_loses_nothing(kind):
    official = evened(types_in((SCHEMAS / f"{kind}.xsd").read_bytes()))
    rebuilt = evened(types_in(written(classes(kind))))
    assert len(official) > 100
    assert rebuilt == official == evened(types_of(classes(kind)))


@pytest.mark.parametrize("kind", ["pacs.002.001.10", "pacs.004.001.09"])
def test_the_rebuilt_schemas_are_what_their_classes_give(kind):
    assert (SCHEMAS / f"{kind}.xsd").read_bytes() == written(classes(kind))
