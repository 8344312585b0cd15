"""The rails that settings name are there, and know who we are."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bot import rails
from bot.settings import Settings
from core.iso.initiation import initiation
from core.iso.messages import Initiation
from core.partners.rails.enquiry import AccountDirectory, AccountEnquiry
from core.partners.rails.instructions import payment
from tests.core.partners.rails.desk import order_to_pay

HERE = datetime(2026, 11, 24, 9, tzinfo=UTC)
BASE = "https://switch.example"


def settings(tmp_path, **facts) -> Settings:
    return Settings(
        _env_file=None, demo_mode=True, data_dir=tmp_path, database_url="x", redis_url="x",
        environment="development", **facts,
    )  # fmt: skip


def test_the_demo_has_all_rails_at_its_twin_and_asks_two_of_them(tmp_path):
    demo = settings(tmp_path, port=18300)
    found = {one.name: one for one in rails.connect(demo, clock=lambda: HERE)}
    assert set(found) == {"pesalink", "rtgs", "eft", "papss"}
    directory = rails.answerers(demo, found)[AccountEnquiry]
    assert isinstance(directory, AccountDirectory)
    told = directory.ask(AccountEnquiry("KE-68", "0110000000123"), seconds=1)
    assert told.trigger == "timed_out", "nobody is at the twin"


def test_a_file_of_ours_says_who_pays(tmp_path):
    (eft,) = [
        one for one in rails.connect(settings(tmp_path), clock=lambda: HERE) if one.name == "eft"
    ]
    paid = payment(order_to_pay("0110000000123"), us=eft._us, on=HERE.date())
    file = initiation(Initiation("F1", eft._us, (paid,), HERE))
    assert b"<BICFI>WEKZKENA</BICFI>" in file and b"<Id>1000200300</Id>" in file


@pytest.mark.parametrize(
    "wrong",
    [
        {"rail_bases": {"pesalink": BASE}, "bank_bic": "", "settlement_account": ""},
        {"rail_bases": {"wires": BASE}},
        {"rail_bases": {"rtgs": "switch.example"}},
        {"bank_bic": "WEKEZA"},
    ],
)
def test_rails_that_cannot_work_are_not_set_up(tmp_path, wrong):
    with pytest.raises(ValidationError):
        settings(tmp_path, **wrong)


def test_no_rails_are_no_fault(tmp_path):
    assert rails.connect(settings(tmp_path, rail_bases={}), clock=lambda: HERE) == []
