"""What pytest must know of the stories in the process that runs them all: an option, a summary."""

import pytest

WALKED = "story"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the stories be told anew."""
    parser.addoption(
        "--retell", action="store_true", help="Tell every story anew and keep its words."
    )
    parser.addoption(
        "--whatsapp", choices=["meta"], help="Tell every story on WhatsApp over Meta's wire too."
    )


def pytest_terminal_summary(terminalreporter) -> None:
    """Print how much of the flows was walked, once all is told, by however many workers."""
    # Most runs tell no story: the flows are read only when one was told.
    from tests.stories.coverage import Coverage
    from tests.stories.heard import Way

    coverage = Coverage()
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == WALKED and report.when == "call":
                    language, channel, ways, said = told
                    coverage.note(language, channel, [Way(*way) for way in ways], said)
    if coverage.ways:
        terminalreporter.section("stories: what was walked")
        for line in coverage.table():
            terminalreporter.write_line(line)
