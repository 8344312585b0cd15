"""The twin as a Flask application of its own."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import redis
from flask import Flask, Response, abort

from bot.simulator.twin import partners
from bot.simulator.twin.africastalking import africastalking
from bot.simulator.twin.bank_registry import bank_registry
from bot.simulator.twin.content_api import content_api
from bot.simulator.twin.contents import Contents
from bot.simulator.twin.control import control
from bot.simulator.twin.desk import Answer, Desk, desk
from bot.simulator.twin.downlink import Downlink
from bot.simulator.twin.ears import Ears
from bot.simulator.twin.events import Events
from bot.simulator.twin.exchange import Exchange
from bot.simulator.twin.faults import Faults
from bot.simulator.twin.mailbox import Mailbox, mailbox
from bot.simulator.twin.meta import lookaside, meta
from bot.simulator.twin.meta_templates import Templates
from bot.simulator.twin.phones import Phones
from bot.simulator.twin.post import Postman
from bot.simulator.twin.sessions import Sessions
from bot.simulator.twin.tried import Tried
from bot.simulator.twin.twilio import twilio
from bot.simulator.twin.uplink import Uplink
from bot.simulator.wire import Accounts, Wire

LARGEST_CALL = 1024 * 1024


def build(
    settings: Any,  # noqa: ANN401 - any object with the settings' names
    *,
    clock: Callable[[], datetime],
    new_id: Callable[[], str],
    name_enquiry: Answer,
    seed: int = 1,
    client: redis.Redis | None = None,
    contents_file: Path | None = None,
    mail_port: int | None = None,
) -> Flask:
    """Return the twin. ``new_id`` gives 32 hexadecimal digits, never the same twice.

    Its mail company listens on ``mail_port`` of this machine; 0 is any that is free.
    """
    events = Events(client, clock)
    phones = Phones(events.tell)
    tried = Tried(events.tell)
    exchange = Exchange(
        wire=Wire(Accounts.of(settings)),
        phones=phones,
        faults=Faults(seed),
        postman=Postman(),
        clock=clock,
        new_id=new_id,
    )
    app = Flask("twin")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_CALL
    app.extensions["desk"] = Desk(
        exchange=exchange,
        uplink=Uplink(exchange),
        downlink=Downlink(exchange, tried),
        sessions=Sessions(exchange),
        contents=Contents(contents_file, new_id),
        templates=Templates(
            contents_file.with_name("meta_templates.json") if contents_file else None, new_id
        ),
        tried=tried,
        mailbox=Mailbox(exchange.faults, clock=clock, new_id=new_id),
        name_enquiry=name_enquiry,
        base_url=f"http://127.0.0.1:{settings.twin_port}",
    )
    for blueprint in (twilio, content_api, meta, africastalking, bank_registry, mailbox, control):
        app.register_blueprint(blueprint)
    partners.mount(app, settings, postman=exchange.postman, clock=clock, new_id=new_id, seed=seed)
    app.get("/media/<media>")(_media)
    app.get("/lookaside/<media>")(lookaside)
    app.get("/healthz")(_health)
    if mail_port is not None:
        app.extensions["desk"].mailbox.open(mail_port)
    if client is not None:
        ears = Ears(client, phones, tried)
        ears.start()
        app.extensions["ears"] = ears
    return app


def close(app: Flask) -> None:
    """Stop the twin's threads."""
    app.extensions["desk"].exchange.postman.close()
    app.extensions["desk"].mailbox.close()
    if "ears" in app.extensions:
        app.extensions["ears"].close()


def _media(media: str) -> Response:
    """Serve a picture from where the company keeps its files; the address is the key."""
    photo = desk().photos.get(media) or abort(404)
    return Response(photo.content, mimetype=photo.content_type)


def _health() -> str:
    return "ok"
