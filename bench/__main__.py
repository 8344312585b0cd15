"""``make bench``: every measurement in one table, also written to ``bench/results.json``."""

from bench import posting, turns, whatsapp
from bench.rows import publish
from bench.stage import stage


def main() -> None:
    """Measure one thing after the other, on servers of their own."""
    with stage() as at:
        rows = posting.run(at.settings.database_admin_url)
    for module in (turns, whatsapp):
        with stage() as at:
            rows += module.run(at)
    publish(rows)


if __name__ == "__main__":
    main()
