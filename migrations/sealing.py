"""Seals what a database held in clear before migration 0011, in batches of a thousand rows."""

import json
from collections.abc import Callable, Iterator
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection

from core.store import personal
from core.store.keyring import Keyring

BATCH = 1000
TABLES = {
    "customers": "updated_by",
    "addresses": "trust",
    "conversations": "session",
    "messages": "message_type",
    "inbox": "state",
    "outbox": "channel",
    "one_time_codes": "purpose",
    "transfers": "channel",
    "media": "provider",
}
"""What was clear, and of each table a column of text that no view and no trigger looks at."""

Row = tuple[Any, ...]


def filled(connection: Connection) -> bool:
    """Return whether there is anything to seal."""
    return any(
        connection.exec_driver_sql(f"select exists(select from {table})").scalar_one()
        for table in TABLES
    )


def seal_all(connection: Connection, keys: Keyring) -> None:
    """Seal every row of every table, and put tokens where addresses stood."""
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    driver.execute("create temp table clear_addresses (address text, token text) on commit drop")
    for select, update, sealed in _WORK:
        for rows in _batches(driver, select):
            with driver.cursor() as cursor:
                cursor.executemany(update, [sealed(keys, row) for row in rows])
    for table, column in _ADDRESSES:
        driver.execute(_TOKENS.format(sql.Identifier(table), sql.Identifier(column)))


def forget_clear(connection: Connection) -> None:
    """Write the tables anew: what was dropped and what was replaced still lies in their files."""
    for table, column in TABLES.items():
        # Giving a column the type it has, by way of an expression, copies the rows that are in
        # sight and no others. CLUSTER would copy what this very transaction has replaced.
        connection.exec_driver_sql(
            f"alter table {table} alter {column} type text using {column} || ''"
        )


def _batches(driver: psycopg.Connection[Any], select: LiteralString) -> Iterator[list[Row]]:
    with driver.cursor("sealing") as cursor:
        cursor.execute(select)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _contact(keys: Keyring, row: Row) -> Row:
    token = keys.token(row[0], kind="address")
    return row[0], token, keys.seal(row[0], field="contact_points.sealed", row=token)


def _customer(keys: Keyring, row: Row) -> Row:
    customer, first, last, email, phone, born, country, id_number = row
    who = personal.Personal(first, last, email, phone, born, country, id_number)
    return (*personal.seal(keys, customer, who).values(), customer)


def _conversation(keys: Keyring, row: Row) -> Row:
    conversation, slots, trail, stack, last_reply, outcome = row
    left = (outcome or {}).pop("expired", None)
    memory = {
        "slots": slots,
        "trail": trail,
        "stack": stack,
        "last_reply": last_reply,
        "outcome": outcome or None,
    }
    aside = [
        {
            "flow": laid["flow"],
            "version": laid.get("version", 1),
            "state": laid["state"],
            "effect": bool(laid["effect_id"]),
            "passed": [step[0] for step in laid["trail"]],
        }
        for laid in stack
    ]
    return (
        keys.seal_json(memory, field="conversations.memory", row=conversation),
        [step[0] for step in trail],
        Jsonb(aside) if aside else None,
        left,
        conversation,
    )


def _reply(keys: Keyring, row: Row) -> Row:
    provider, provider_id, reply = row
    told = f"{provider} {provider_id}"
    return keys.seal_json(reply, field="inbox.reply", row=told), provider, provider_id


def _words(field: str) -> Callable[[Keyring, Row], Row]:
    def sealed(keys: Keyring, row: Row) -> Row:
        return keys.seal(row[1], field=field, row=row[0]), row[0]

    return sealed


def _payload(keys: Keyring, row: Row) -> Row:
    message, payload = row
    language = payload.pop("language", None)
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    return keys.seal(text, field="outbox.payload", row=message), language, message


_WORK: tuple[tuple[LiteralString, LiteralString, Callable[[Keyring, Row], Row]], ...] = (
    (
        """
        select address from addresses union select address from conversations
        union select address from messages union select contact from outbox
        union select address from one_time_codes
        union select clear_phone_number from customers where clear_phone_number is not null
        """,
        """
        with kept as (
            select %s::text as address, %s::text as token, %s::bytea as sealed
        ), known as (
            insert into contact_points (token, sealed, created_at)
            select token, sealed, now() from kept
        )
        insert into clear_addresses select address, token from kept
        """,
        _contact,
    ),
    (
        """
        select id, clear_first_name, clear_last_name, clear_email, clear_phone_number,
            clear_date_of_birth, country, clear_id_number
        from customers
        """,
        """
        update customers set first_name = %s, last_name = %s, email = %s, phone_number = %s,
            date_of_birth = %s, id_number = %s, phone_index = %s, email_index = %s,
            id_number_index = %s, name_index = %s
        where id = %s
        """,
        _customer,
    ),
    (
        "select id, slots, trail, stack, last_reply, outcome from conversations",
        """
        update conversations set memory = %s, passed = %s, aside = %s, expired_flow = %s
        where id = %s
        """,
        _conversation,
    ),
    (
        "select provider, provider_id, clear_reply from inbox where clear_reply is not null",
        "update inbox set reply = %s where provider = %s and provider_id = %s",
        _reply,
    ),
    (
        "select id, clear_content from messages where clear_content is not null",
        "update messages set content = %s where id = %s",
        _words("messages.content"),
    ),
    (
        "select message_id, clear_payload from outbox",
        "update outbox set payload = %s, language = %s where message_id = %s",
        _payload,
    ),
    (
        "select id, clear_note from transfers where clear_note <> ''",
        "update transfers set note = %s where id = %s",
        _words("transfers.note"),
    ),
)
"""What is read, what is written for each row, and what is made of the one for the other."""

_ADDRESSES = (
    ("addresses", "address"),
    ("conversations", "address"),
    ("messages", "address"),
    ("outbox", "contact"),
    ("one_time_codes", "address"),
)
_TOKENS = sql.SQL("update {0} t set {1} = c.token from clear_addresses c where c.address = t.{1}")
