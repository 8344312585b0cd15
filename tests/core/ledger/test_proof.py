"""A proof stands by itself, and proves nothing once a part of it is changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger import leaf, proof
from core.ledger.leaf import BadLeaf
from core.ledger.proof import BadProof, Proof, check
from tests.core.ledger.sealed import KEY, Sealed, fill
from tests.support import alone

servers = alone.servers  # whose transactions nobody else keeps open


@pytest.fixture(scope="module")
def sealed(servers, worker_name):
    name = f"proven_{worker_name}"
    servers.create(name)
    with servers.app(name) as engine, servers.admin(name) as admin:
        book = Sealed(engine, admin)
        fill(book)
        yield book
    servers.drop(name)


@pytest.fixture(scope="module")
def proofs(sealed):
    with sealed.unit() as unit:
        return [proof.proof(unit, one) for one in sealed.paid]


def test_every_payment_is_proven_without_a_database(sealed, proofs):
    for one, paid in zip(proofs, sealed.paid, strict=True):
        told = Proof.from_json(json.loads(json.dumps(one.as_json())))
        row = check(told, trusted=KEY.public)
        assert row.id == paid
        assert row.facts["note"] == "chai, “mandazi” 100%"
        assert sorted(entry["amount"] for entry in row.entries) == [-100, 100]


def test_rows_of_every_kind_have_a_proof(sealed):
    with sealed.unit() as unit:
        for kind, table in leaf.TABLES.items():
            key = {"posting": "transaction_id", "account": "account_id"}.get(kind, "id")
            row_id = unit.value(f"select {key} from {table} order by xid limit 1")
            row = check(proof.proof(unit, row_id), trusted=KEY.public)
            assert (row.id, row.kind) == (row_id, kind)


def test_what_is_not_sealed_has_no_proof(sealed, new_id):
    (waiting,) = sealed.pay()
    sealed.paid.remove(waiting)
    with sealed.unit() as unit:
        assert proof.proof(unit, waiting) is None
        assert proof.proof(unit, new_id()) is None


def test_the_short_form_finds_its_row_and_no_other(sealed, proofs):
    with sealed.unit() as unit:
        for one, paid in zip(proofs, sealed.paid, strict=True):
            assert len(one.short) < 40
            assert proof.look_up(unit, one.short.lower()) == paid
        block, index, code = proofs[0].short.split("-")
        for wrong in (
            f"9{block}-{index}-{code}",
            f"{block}-999-{code}",
            f"{block}-{index}-{code[1:]}A",
            "x",
            "",
        ):
            assert proof.look_up(unit, wrong) is None


def test_a_key_that_is_not_the_banks_proves_nothing(proofs):
    with pytest.raises(BadProof, match="not trusted"):
        check(proofs[0], trusted=bytes(32))


@given(data=st.data())
def test_a_proof_that_was_changed_proves_nothing(proofs, data):
    document = json.loads(json.dumps(data.draw(st.sampled_from(proofs)).as_json()))
    part = data.draw(
        st.sampled_from(["leaf", "index", "path", "header", "signature", "public_key"])
    )
    value = document[part]
    if part == "path":
        at = data.draw(st.integers(0, len(value)))
        document[part] = data.draw(
            st.sampled_from([[*value[:at], "00" * 32, *value[at:]], value[:at] + value[at + 1 :]])
        )
    elif part == "index":
        document[part] = data.draw(st.integers(-5, 50))
    else:
        at = data.draw(st.integers(0, len(value) - 1))
        document[part] = (
            value[:at] + data.draw(st.sampled_from("0123456789abcdefAB{")) + value[at + 1 :]
        )
    if document[part] != value:
        with pytest.raises(BadProof):
            check(Proof.from_json(document), trusted=KEY.public)


@given(
    st.one_of(st.none(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text()))
)
def test_rubbish_is_no_proof(document):
    with pytest.raises(BadProof):
        Proof.from_json(document)


@given(st.binary(max_size=300))
def test_rubbish_is_no_leaf(data):
    with pytest.raises(BadLeaf):
        leaf.read(data)


@given(data=st.data())
def test_a_leaf_that_is_cut_short_is_no_leaf_or_has_lost_entries(proofs, data):
    whole = proofs[0].leaf
    short = whole[: data.draw(st.integers(0, len(whole) - 1))]
    try:
        row = leaf.read(short)
    except BadLeaf:
        return
    assert len(row.entries) < 2
