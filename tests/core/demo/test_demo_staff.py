from core.access import mfa, staff
from core.access.actors import SYSTEM
from core.access.passwords import Passwords
from core.demo import staff as demo
from core.store.unit import open_unit
from tests.support.keys import KEYS


def test_everybody_of_the_contract_can_sign_in(bank_engine, now, new_id):
    with open_unit(
        bank_engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id())
    ) as unit:
        members = staff.listed(unit, SYSTEM)
        hashes = set(unit.column("select password_hash from staff"))
    roles = ["agent", "supervisor", "compliance", "operations", "auditor", "admin"]
    assert [(one.email, one.role) for one in members] == [
        *((f"{role}@wekeza.test", role) for role in roles),
        ("deputy@wekeza.test", "compliance"),
    ]
    assert {one.role for one in members if one.mfa_enrolled_at} == {
        "supervisor",
        "compliance",
        "admin",
    }
    assert all(one.joined and one.is_active for one in members)
    assert all(Passwords().verify(one, "wekeza-demo") for one in hashes)


def test_the_demos_second_factor_is_the_printed_one(bank_engine, now, new_id):
    with open_unit(
        bank_engine, keys=KEYS, now=now, new_id=new_id, correlation=str(new_id())
    ) as unit:
        admin = staff.by_email(unit, "admin@wekeza.test")
        shown = mfa.code_at(demo.MFA_SECRET, int(now.timestamp()))
        assert mfa.check(unit, staff=admin.id, code=shown)
    assert demo.MFA_SECRET in demo.log_ins()
