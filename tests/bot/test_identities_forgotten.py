"""The job that forgets who customers were passes over whoever is held, and nothing tells it."""

from structlog.testing import capture_logs

from core.access import audit
from core.access.actors import SYSTEM
from core.crm import erasure
from core.crm.customers import people
from core.ledger import book
from tests.core.aml.suspects import suspected
from tests.core.people import someone
from worker import retention


def left(house, *, is_suspected: bool, phone: str, names: tuple[str, str]):
    """Have somebody join, leave, and be forgotten."""
    with house.unit() as unit:
        one = someone(unit, phone, names=names)
        if is_suspected:
            suspected(unit, one)
        reason = book.Reason(by="test", why="they leave")
        book.close(unit, id=unit.new_id(), account=one.wallet, to=None, reason=reason)
        erasure.erase(unit, one.id)
    return one.id


def test_who_is_due_is_forgotten_and_noted_and_who_is_held_leaves_no_trace(house, clock):
    held = left(house, is_suspected=True, phone="+254712778801", names=("Amina", "Otieno"))
    due = left(house, is_suspected=False, phone="+254712778802", names=("Brian", "Kamau"))
    clock.pass_(hours=erasure.KEPT_FOR.total_seconds() / 3600 + 1)
    with capture_logs() as lines:
        assert retention.forget_identities(house) == 1
        assert retention.forget_identities(house) == 0
    assert lines == []
    with house.unit() as unit:
        found = people(unit, [held, due])
        noted = audit.page(unit, SYSTEM, action="customer.identity_erased")
        about_held = audit.page(unit, SYSTEM, customer=held)
    assert (found[held].first_name, found[due].first_name) == ("Amina", erasure.FIRST_NAME)
    assert [(one.subject_id, one.after) for one in noted] == [(str(due), {"identity": "erased"})]
    assert about_held == []
