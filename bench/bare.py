"""The peer of a turn: a bare Flask view that does a turn's eight statements in raw psycopg.

The same rows are written, durably, in one transaction: the inbox row, the conversation read under
its lock, the visitor, the conversation moved, the inbox answered, two messages and the interaction.
It understands nothing, words nothing and checks nothing. Ours writes those rows in fewer round
trips, by a function and a statement that do several things; the peer keeps its eight, as somebody
would write them down.
"""

import os
from uuid import uuid4

import psycopg_pool
from flask import Flask, Response, request

STATEMENTS = (
    """insert into bare_inbox (provider, provider_id, received_at)
       values ('bare', %(id)s, now())""",
    "select * from bare_conversations where address = %(address)s for update",
    "select address, conversation from bare_visitors where address = %(address)s",
    """update bare_conversations set turn = turn + 1, slots = '{"a": "b"}'
       where address = %(address)s""",
    """update bare_inbox set reply = '{"text": "hello"}'
       where provider = 'bare' and provider_id = %(id)s""",
    """insert into bare_messages (id, address, content, at)
       values (gen_random_uuid(), %(address)s, 'in', now())""",
    """insert into bare_messages (id, address, content, at)
       values (gen_random_uuid(), %(address)s, 'out', now())""",
    """insert into bare_interactions (id, address, notes, at)
       values (gen_random_uuid(), %(address)s, 'x', now())""",
)

SCHEMA = """
create table if not exists bare_inbox (
    provider text, provider_id text, received_at timestamptz, reply jsonb,
    primary key (provider, provider_id));
create table if not exists bare_conversations (
    address text primary key, turn int not null default 0, slots jsonb) with (fillfactor = 60);
create table if not exists bare_visitors (address text primary key, conversation uuid);
create table if not exists bare_messages (
    id uuid primary key, address text, content text, at timestamptz);
create index if not exists bare_messages_at on bare_messages (address, at desc);
create table if not exists bare_interactions (
    id uuid primary key, address text, notes text, at timestamptz);
create index if not exists bare_interactions_at on bare_interactions (address, at desc);
"""


def create_app() -> Flask:
    """Return the bare view's application, on the database named by BARE_DATABASE_URL."""
    app = Flask(__name__)
    pool = psycopg_pool.ConnectionPool(
        os.environ["BARE_DATABASE_URL"], min_size=4, max_size=16, open=True
    )

    @app.post("/bare")
    def bare() -> Response:
        facts = {"id": str(uuid4()), "address": request.form["phoneNumber"]}
        with pool.connection() as connection:
            for statement in STATEMENTS:
                connection.execute(statement, facts)
        return Response("CON hello", mimetype="text/plain")

    @app.post("/nothing")
    def nothing() -> Response:
        return Response(f"CON {request.form['phoneNumber']}", mimetype="text/plain")

    return app
