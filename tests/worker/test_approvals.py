"""What nobody decided in time ends by itself, one by one; and where the log ends is published."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.access import approval_store, approvals, audit_anchor
from core.access.actors import SYSTEM
from core.access.approvals import Kind
from tests.support import without_redis
from tests.support.town import Clock
from worker.anchoring import publish_audit_anchor
from worker.approvals import sweep


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def house(servers, clean_database, clock, pepper, tmp_path):
    known = dict(approvals._KINDS)
    with without_redis.opened(
        servers, clean_database, clock, data_dir=tmp_path, pepper=pepper
    ) as house:
        yield house
    approvals._KINDS.clear()
    approvals.register(known.values())


def undone_unless_broken(unit, asked):
    if asked.facts["breaks"] == "yes":
        raise LookupError


def ask(house, breaks="no"):
    kind = Kind(
        name="freeze", make="freezes.request", approve="freezes.approve", mfa=True,
        expires=timedelta(hours=1), effect=lambda *_: {}, undo=undone_unless_broken,
    )  # fmt: skip
    approvals.register([kind])
    with house.unit() as unit:
        asked = approvals.request(
            unit, SYSTEM, "freeze", facts={"breaks": breaks}, customer=uuid4(), reason="a rule"
        )
    return asked.id


def statuses(house):
    with house.unit() as unit:
        return [one.status for one in reversed(approval_store.page(unit))]


def test_what_is_due_ends_and_one_that_breaks_keeps_no_other_waiting(house, clock):
    ask(house), ask(house, breaks="yes"), ask(house)
    assert sweep(house) == 0
    clock.pass_(hours=1)
    ask(house)
    assert sweep(house) == 2
    assert statuses(house) == ["expired", "pending", "expired", "pending"]
    assert sweep(house) == 0


def test_the_end_of_the_log_is_published_once(house):
    assert publish_audit_anchor(house) is None
    for seq in (1, 2):
        ask(house)
        assert publish_audit_anchor(house).seq == seq
        assert publish_audit_anchor(house) is None
    file = audit_anchor.place(house.settings.data_dir)
    assert [anchor.seq for _, anchor in audit_anchor.kept(file)] == [1, 2]
