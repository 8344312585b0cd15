"""What the people who look after the bank type to look after its staff."""

import json

import pytest

from tests.bot.commands.conftest import Command


def ended(result, *, well=True):
    assert (result.exit_code == 0) is well, result.output
    return result.output


def test_staff_are_created_listed_and_let_go(demo: Command):
    words = ("user", "create", "joan@bank.example", "--role", "agent", "--password-stdin")
    assert "created as agent" in ended(demo(*words, input="tembo-saba-9\n"))
    assert "email taken" in ended(demo(*words, input="tembo-saba-9\n"), well=False)
    rows = json.loads(ended(demo("user", "list", "--json")))
    assert rows[-1]["email"] == "joan@bank.example"
    assert (rows[-1]["name"], rows[-1]["joined"]) == ("Joan", True)
    assert len(rows) == 8
    ended(demo("user", "deactivate", "joan@bank.example"))
    assert json.loads(ended(demo("user", "list", "--json")))[-1]["is_active"] is False


@pytest.mark.parametrize(
    ("password", "said"), [("short", "too short"), ("joan-2026", "anybody would try")]
)
def test_a_weak_password_is_refused(demo: Command, password, said):
    words = ("user", "create", "joan@bank.example", "--role", "agent", "--password-stdin")
    assert said in ended(demo(*words, input=f"{password}\n"), well=False)


def test_an_invitation_leaves_by_mail(demo: Command, bank_engine):
    said = ended(
        demo("user", "create", "j@bank.example", "--role", "admin", "--name", "Jo", "--invite")
    )
    assert "invited as admin" in said
    with bank_engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from mails").scalar_one() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("unlock",), "unlocked"),
        (("reset-mfa",), "second factor is taken away"),
        (("end-sessions",), "0 sessions ended"),
    ],
)
def test_emergencies(demo: Command, words, said):
    assert said in ended(demo("user", *words, "admin@wekeza.test"))
    assert "nobody signs in" in ended(demo("user", *words, "x@wekeza.test"), well=False)
