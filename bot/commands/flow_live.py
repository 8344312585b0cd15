"""``flask --app bot flow``: conversations that are live while the stories change."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click

from bot import house as houses
from bot import replay as replays
from bot.commands.desk import as_json, at_work, open_desk, table
from core.crm import funnel, recorded
from core.crm.funnel import NOBODY, Crowd
from flows import lock as locks
from flows.catalog import CATALOG, STORIES
from flows.versions import Catalog, Place, stand

STANDING = UUID(int=1)
"""Stands for the id of an effect, where only matters that there is one."""

LIVE = ("flow", "version", "state", "aside", "count", "becomes")
STEPS = (
    "flow", "version", "channel", "language", "step", "reached", "went_on", "seconds", "left",
)  # fmt: skip
WEEK = timedelta(days=7)


@click.command("live")
@as_json
def live(*, as_json: bool) -> None:
    """Tell where live conversations stand, and what becomes of each in the stories as they are now.

    Run it with the code that is about to be published, on the database that is live.
    """
    found: Counter[tuple[object, ...]] = Counter()
    with open_desk() as desk:
        after: UUID | None = NOBODY
        while after is not None:
            with desk.unit() as unit:
                page = funnel.live(unit, after=after)
            for crowd in page.crowds:
                becomes = fate(CATALOG, crowd)
                found[crowd.flow, crowd.version, crowd.state, crowd.aside, becomes] += crowd.count
            after = page.last
    rows = [
        dict(zip(("flow", "version", "state", "aside", "becomes"), key, strict=True))
        | {"count": count}
        for key, count in sorted(found.items(), key=lambda item: tuple(map(str, item[0])))
    ]
    if rows or as_json:
        table(rows, LIVE, as_json=as_json)
    else:
        click.echo("no conversation is live")


def fate(catalog: Catalog, crowd: Crowd) -> str:
    """Return in words what becomes of a crowd in these stories."""
    standing = stand(
        catalog,
        Place(
            crowd.flow,
            crowd.version,
            crowd.state,
            trail=[(state, {}) for state in crowd.passed],
            effect_id=STANDING if crowd.effect else None,
        ),
    )
    place, asked = standing.place, "" if standing.hears else ", asked anew"
    return {
        "current": "goes on",
        "finishes": f"finishes on {place.version}",
        "moves": f"moves to {place.version}: {place.state}{asked}",
        "anew": "starts anew",
        "retired": "told no more: the menu",
        "newer": "newer than this code: waits for a newer process",
    }[standing.fate]


@click.command("funnel")
@click.option("--flow", type=click.Choice(sorted(STORIES)), help="Only this story.")
@click.option("--since", type=click.DateTime(), help="From when; a week ago by default.")
@click.option("--until", type=click.DateTime(), help="Until when; now by default.")
@as_json
def show_funnel(
    *, flow: str | None, since: datetime | None, until: datetime | None, as_json: bool
) -> None:
    """Tell how far customers came, by version, channel, language and step.

    ``seconds`` is the median of those who went on; ``left`` tells why the others did not. Times
    without a zone are UTC.
    """
    with open_desk() as desk, desk.unit() as unit:
        found = funnel.steps(
            unit,
            since=_utc(since) or unit.now - WEEK,
            until=_utc(until) or unit.now,
            flow=flow,
        )
    rows = [{name: getattr(step, name) for name in STEPS} for step in found]
    if not as_json:
        for row, step in zip(rows, found, strict=True):
            row["left"] = ", ".join(f"{n} {why}" for why, n in step.left.items())
    if rows or as_json:
        table(rows, STEPS, as_json=as_json)
    else:
        click.echo("nobody was there")


@click.command("replay")
@click.option("--last", type=click.IntRange(1, 2000), default=100, show_default=True)
@click.option("--flow", type=click.Choice(sorted(STORIES)), help="Only runs through this story.")
@click.option("--to", type=int, help="Its version to walk on; the newest by default.")
@click.pass_context
def replay(context: click.Context, *, last: int, flow: str | None, to: int | None) -> None:
    """Walk recorded conversations on the stories as they are now, and tell what differs; exit 1.

    Nothing of it is kept and no message leaves. See ``bot/replay.py`` for what is compared.
    """
    target = CATALOG
    if to is not None:
        if flow is None:
            raise click.UsageError("--to needs --flow")
        found = replays.at_version(flow, to)
        if found is None:
            raise click.UsageError(f"version {to} of {flow} is not kept")
        target = found
    differences: Counter[replays.Difference] = Counter()
    with at_work() as settings:
        house = houses.build(settings, name="wekeza-replay", pool=2)
        with house.unit() as unit:
            runs = recorded.runs(unit, flow=flow, last=last)
        differences.update(filter(None, (replays.compare(house, run, target) for run in runs)))
        house.engine.dispose()
        house.redis.close()
    for difference, count in differences.most_common():
        click.echo(
            f"{count} x at {difference.at}\n  was: {difference.was}\n  now: {difference.now}"
        )
    click.echo(f"{len(runs)} conversations walked again, {differences.total()} differ")
    context.exit(1 if differences else 0)


@click.command("lock")
@click.option("--unaffected", type=click.Choice(sorted(STORIES)), help="A story that changed.")
@click.option("--because", help="Why no live conversation could notice its change.")
@click.pass_context
def lock(context: click.Context, *, unaffected: str | None, because: str | None) -> None:
    """Write down new versions of stories, or changes that nobody live notices.

    Exit 1 when something is still to be said.
    """
    if bool(unaffected) != bool(because):
        raise click.UsageError("--unaffected and --because go together")
    reasons = {unaffected: because} if unaffected and because else {}
    now = locks.locked(CATALOG, locks.read(), unaffected=reasons)
    locks.write(now)
    findings = locks.findings(CATALOG, now)
    for finding in findings or ["every story is as it is written down"]:
        click.echo(finding)
    context.exit(1 if findings else 0)


def commands() -> Iterator[click.Command]:
    """Yield the commands of this file, for the group they belong to."""
    yield from (live, show_funnel, replay, lock)


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
