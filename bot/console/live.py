"""What keeps the desk's pages live: a stream of topics, and the counts beside the places.

Only topics are sent. A page that shows one fetches what changed, so that each sees what they may.
"""

import re
from collections.abc import Iterator

import redis
from flask import Response, abort, current_app, render_template, request

from bot import streams
from bot.console import shell
from bot.console.shell import console
from bot.guard import actor, guard
from bot.house import UI_DESK
from core.access import sessions
from core.access.actors import Actor

MOST_TOPICS = 8
OPERATIONS = ("positions", "payouts", "orders", "breaks", "receipts", "disputes")
COMPLIANCE = {
    "alerts": "aml.read",
    "reviews": "payments.review",
    "hits": "screening.review",
    "kyc": "kyc.review",
    "rules": "rules.request",
    "reports": "reports.make",
    "confidential": "compliance.read",
}
"""The topics of compliance, and the permission each takes."""
_PAGES = "|".join((*OPERATIONS, *COMPLIANCE))
_TOPIC = re.compile(rf"(queue|approvals|{_PAGES}|(case|presence):[0-9a-f-]{{36}})")
_NEEDS = {
    **dict.fromkeys(OPERATIONS, "operations.read"),
    "disputes": "disputes.read",
    **COMPLIANCE,
    "queue": "cases.read",
    "case": "cases.read",
    "presence": "cases.read",
    "approvals": "approvals.read",
}


@console.get("/live")
@guard(None)
def live() -> Response:
    """Stream which of the page's topics changed, from ``Last-Event-ID`` or ``from`` on."""
    cursor = streams.cursor()
    if cursor is None:
        abort(400)
    who = actor()
    wanted = allowed(who, request.args.get("topics", "").split())
    house = shell.house()

    def still() -> bool:
        if who.session is None:
            return False
        with house.unit() as unit:
            return sessions.is_live(unit, who.session)

    def frames(client: redis.Redis) -> Iterator[str]:
        return streams.follow(
            client, UI_DESK, cursor, lambda at, entries: frame(at, entries, wanted), still=still
        )

    return streams.serve(current_app.extensions["seats"], house.settings.redis_url, frames)


@console.get("/counts")
@guard(None)
def counts() -> Response:
    """Return how much waits for whoever asks, for the places of the navigation."""
    who = actor()
    with shell.house().unit() as unit:
        facts = shell.tally(unit, who)
    return Response(render_template("console/parts/counts.html", **facts))


def allowed(who: Actor, topics: list[str]) -> frozenset[str]:
    """Return which of the topics that are asked for somebody may hear of."""
    known = [topic for topic in topics[:MOST_TOPICS] if _TOPIC.fullmatch(topic)]
    return frozenset(topic for topic in known if who.may(_NEEDS[topic.split(":")[0]]))


def frame(cursor: str, entries: list[streams.Fields], wanted: frozenset[str]) -> str:
    """Return one frame: the topics that changed, once each, or only how far the stream has come."""
    changed = dict.fromkeys(fields[b"topic"].decode() for fields in entries)
    topics = " ".join(topic for topic in changed if topic in wanted)
    return f"id: {cursor}\n" + (f"event: changed\ndata: {topics}\n\n" if topics else ": quiet\n\n")
