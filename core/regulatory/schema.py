"""Whether a report is as goAML takes it: by our own schema, and the authority's where we have it.

Ours is narrower than theirs and comes with the house. An authority's file is not ours to hand out;
whoever has it names it in ``GOAML_SCHEMA``, and nothing is prepared any more that it refuses. Each
authority has its own lists of codes, so that may be a folder with a file for each country.
"""

from functools import cache
from pathlib import Path

import xmlschema

from core.errors import DeskRefusal

OURS = Path(__file__).with_name("schemas") / "goaml.xsd"


class ReportUnfit(DeskRefusal):
    """The report is not as the authority takes it. Facts: ``where`` and ``why``."""

    code = "report_unfit"


def of(given: Path | None, country: str) -> Path | None:
    """Return the schema of a country's authority, where we have it.

    ``given`` is that of all of them, or a folder in which a country's is called ``KE.xsd``.
    """
    if given is None or not given.is_dir():
        return given
    own = given / f"{country}.xsd"
    return own if own.exists() else None


def check(content: bytes, theirs: Path | None = None) -> None:
    """Let a report pass that fits.

    :raises ReportUnfit: if it does not, at the first place where it does not
    """
    for schema in (OURS, theirs):
        if schema is None:
            continue
        error = next(iter(_compiled(schema).iter_errors(content.decode())), None)
        if error is not None:
            raise ReportUnfit(where=str(error.path or ""), why=str(error.reason or "")[:200])


@cache
def _compiled(schema: Path) -> xmlschema.XMLSchema11:
    # Only files: what a schema includes is never fetched from anywhere.
    return xmlschema.XMLSchema11(str(schema), allow="local")
