"""The doctor's look at the data keys: too old, half rotated, wrapped by what is not here."""

import base64

import pytest
from sqlalchemy import Engine

from bot import doctor
from bot.settings import Settings

STRANGER = base64.b64encode(b"a field key that wrapped nothing").decode()


def finding(settings: Settings) -> doctor.Finding:
    return doctor._look("data keys", lambda: doctor._field_keys(settings))


def older(engine: Engine, days: int) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update data_keys set active_from = now() - make_interval(days => %s)", (days,)
        )


def test_a_fresh_key_is_well(settings, bank_admin_engine) -> None:
    older(bank_admin_engine, 30)
    found = finding(settings)
    assert found.well and "data key 1 seals since" in found.says


def test_a_key_is_changed_once_a_year(settings, bank_admin_engine) -> None:
    older(bank_admin_engine, 400)
    found = finding(settings)
    assert not found.well and "400 days" in found.says and "keys rotate" in found.fix


def test_a_rotation_that_was_not_finished_is_seen(settings, bank_admin_engine) -> None:
    with bank_admin_engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into data_keys (number, wrapped_by, wrapped, active_from)"
            " select 2, wrapped_by, wrapped, now() - interval '1 hour' from data_keys"
            " where number = 1"
        )
    assert finding(settings).well, "it may be at work"
    older(bank_admin_engine, 1)
    found = finding(settings)
    assert not found.well and "data key 1 still opens" in found.says


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"field_keys": (base64.b64decode(STRANGER),)}, "cannot be unwrapped"),
        (
            {"field_key_vault": "http://127.0.0.1:9/transit/w", "field_key_vault_token": "t"},
            "not wrapped by vault:w yet",
        ),
    ],
)
def test_what_cannot_be_read_is_said(settings, change, says) -> None:
    found = finding(settings.model_copy(update=change))
    assert not found.well and says in found.says and found.fix
