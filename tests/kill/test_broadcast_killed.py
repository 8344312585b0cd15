"""A process dies while a broadcast is sent: everybody is owed their message once."""

from datetime import timedelta
from uuid import UUID

from core.access import approvals
from core.approvals.catalog import KINDS
from core.crm import broadcasts, consents
from core.crm.broadcasts import Choice, Plan
from tests.support import crashes
from tests.support.crashes import KILLED
from tests.support.desk import hired
from tests.support.outbox_rows import add_customer

WORDS = {"en": "{name}, hello.", "sw": "{name}, habari.", "fr": "{name}, bonjour."}


def test_everybody_is_owed_their_message_once_wherever_it_dies(house, clock):
    approvals.register(KINDS)
    with house.unit() as unit:
        for n in range(1, 6):
            one = UUID(int=(0x7 << 76) + n)
            add_customer(unit, one, phone=f"+2547990{n:05d}")
            consents.give(unit, one, purpose="marketing", channel="sms")
        made = broadcasts.request(
            unit, hired(unit, "operations"),
            Plan("Hello", WORDS, Choice(), unit.now + timedelta(days=1)), reason="spring",
        )  # fmt: skip
        approvals.approve(unit, hired(unit, "compliance"), made.approval_id)

    def stands():
        with house.unit() as unit:
            one = broadcasts.get(unit, made.id)
            rows = unit.value("select count(*) from outbox where priority = 9")
            # What was owed has left meanwhile, so that there is room for more.
            unit.run("update outbox set status = 'sent', finished_at = %(now)s", now=unit.now)
            return one.state, one.owed, one.waiting, rows

    for _ in range(2):
        ended = crashes.exit_code(
            house.settings, "send broadcasts", now=clock.now, at="broadcast.owed"
        )
        assert ended == KILLED
        assert stands() == ("sending", 0, 5, 0)
    for _ in range(5):
        crashes.do(house, "send broadcasts")
        state, owed, waiting, rows = stands()
        assert owed + waiting == 5
        assert rows == owed
    assert (state, owed) == ("done", 5)
