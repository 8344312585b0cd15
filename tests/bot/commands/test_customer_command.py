"""``flask --app bot customer export``: everything about one customer, and it is noted."""

import json
from pathlib import Path
from uuid import UUID, uuid4

from core.store.files import Files
from tests.support.keys import KEYS


def amina(engine) -> UUID:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "select id from customers where phone_index = %s",
            (KEYS.token("+254712000001", kind="address"),),
        ).scalar_one()
    return UUID(str(found))


def test_a_copy_is_printed_and_noted(demo, bank_admin_engine) -> None:
    who = amina(bank_admin_engine)
    printed = demo("customer", "export", str(who), "--why", "she wrote, case C-1")
    assert printed.exit_code == 0, printed.output
    held = json.loads(printed.output)
    assert held["person"][0]["phone_number"] == "+254712000001"
    assert held["wallets"] and held["transfers"]
    noted = json.loads(demo("audit", "list", "--json").output)[0]
    assert (noted["action"], noted["customer"]) == ("customer.copied", str(who))


def test_files_are_opened_into_a_folder(demo, bank_admin_engine, tmp_path: Path) -> None:
    who, media = amina(bank_admin_engine), uuid4()
    Files(tmp_path / "bank", "media", KEYS).write(media, b"a picture")
    with bank_admin_engine.begin() as connection:
        message = connection.exec_driver_sql(
            "insert into messages (customer_id, channel, provider, is_inbound, address, status,"
            " correlation, created_at) values (%s, 'whatsapp', 'twilio', true, 'a', 'received', %s,"
            " now()) returning id",
            (who, uuid4()),
        ).scalar_one()
        connection.exec_driver_sql(
            "insert into media (id, message_id, provider, url, content_type, state, path, bytes,"
            " due_at, created_at, kept_at) values (%s, %s, 'twilio', 'u', 'image/jpeg', 'kept',"
            " 'p', 9, now(), now(), now())",
            (media, message),
        )
    folder = tmp_path / "copy"
    printed = demo("customer", "export", str(who), "--why", "she wrote", "--files", str(folder))
    assert printed.exit_code == 0, printed.output
    assert (folder / str(media)).read_bytes() == b"a picture"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / str(media)).stat().st_mode & 0o077 == 0


def test_nobody_is_said(demo) -> None:
    printed = demo("customer", "export", str(uuid4()), "--why", "x")
    assert printed.exit_code == 2 and "there is no such customer" in printed.output
