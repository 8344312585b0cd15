"""A consumer of the feed: the book as files of JSON lines, for a warehouse to load."""

import os

from bot.house import House
from core.ledger.feed import Event


def keep(house: House, name: str, events: tuple[Event, ...]) -> None:
    """Write the rows to a file named after the first one's position, under ``DATA_DIR/feed``.

    Rows that are delivered again replace the same file, so each stands in one file only. Folder and
    files are readable to their owner alone.
    """
    folder = house.settings.data_dir / "feed" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{events[0].height:012}-{events[0].index:06}.ndjson"
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    with draft.open("w", encoding="utf-8") as out:
        out.writelines(event.line + "\n" for event in events)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
