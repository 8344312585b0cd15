"""Log-ins that everybody knows open no house in production."""

import pytest

from bot import house as houses
from bot.settings import BadSettings
from core.access import staff
from core.access.actors import SYSTEM
from core.demo.staff import EMAILS, PASSWORD


def furnished(settings, bank_engine, clock, new_id):
    return houses.furnish(settings, bank_engine, clock=clock, ids=new_id)


def test_a_house_in_production_refuses_them(settings, house, bank_engine, clock, new_id):
    earnest = settings.model_copy(update={"environment": "production", "demo_mode": False})
    with pytest.raises(BadSettings, match="deactivate"):
        furnished(earnest, bank_engine, clock, new_id)
    with house.unit() as unit:
        for email in EMAILS:
            member = staff.by_email(unit, email)
            assert member is not None
            staff.deactivate(unit, SYSTEM, member.id)
    built = furnished(earnest, bank_engine, clock, new_id)
    assert not built.passwords._allowed, "nor is their password good enough for anybody"
    assert PASSWORD in house.passwords._allowed
