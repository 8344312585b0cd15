"""The United Nations Security Council's consolidated list, as the XML it is published as.

Read as a stream. The file may be anything: without document type, entities, network or depth.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import BinaryIO

from lxml import etree

from core.screening.countries import codes_of
from core.screening.entries import (
    LONGEST_TEXT,
    Entry,
    ListBroken,
    NameTold,
    Quality,
    Told,
    around,
    line,
    year,
)
from core.screening.party import EntryKind, Span

_QUALITIES: dict[str, Quality] = {"Low": "weak"}
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read_un(file: BinaryIO) -> Told:
    """Return the individuals and entities of the consolidated list.

    :raises ListBroken: from its entries, at the first that is none; or when it cannot be trusted
    """
    told = Told(iter(()))
    told.entries = _each(file, told)
    return told


def _each(file: BinaryIO, told: Told) -> Iterator[Entry]:
    events = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in events:
            if event == "start" and element.getparent() is None:
                _look(element, told)
            elif event == "end" and element.tag in _READ:
                yield _READ[element.tag](element)
                _forget(element)
    except etree.LxmlError as why:
        raise ListBroken(line=str(getattr(why, "lineno", 0)), why="not whole XML") from None


def _look(root: etree._Element, told: Told) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise ListBroken(line="1", why="it has a document type")
    if root.tag != "CONSOLIDATED_LIST":
        raise ListBroken(line="1", why="not the consolidated list")
    told.published = _date(root.get("dateGenerated", ""))


def _forget(element: etree._Element) -> None:
    """Let go of what was read, so that memory holds one entry at a time."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _individual(one: etree._Element) -> Entry:
    spans = [_born(each) for each in one.iterfind("INDIVIDUAL_DATE_OF_BIRTH")]
    spans += [_free(each) for each in _texts(one, "INDIVIDUAL_ALIAS/DATE_OF_BIRTH")]
    return _entry(
        one,
        "person",
        alias="INDIVIDUAL_ALIAS",
        born=tuple(sorted({span for span in spans if span})),
        countries=_texts(one, "NATIONALITY/VALUE"),
        places=[
            *_texts(one, "INDIVIDUAL_PLACE_OF_BIRTH/COUNTRY"),
            *_texts(one, "INDIVIDUAL_ADDRESS/COUNTRY"),
            *_texts(one, "INDIVIDUAL_ALIAS/COUNTRY_OF_BIRTH"),
        ],
    )


def _entity(one: etree._Element) -> Entry:
    countries = _texts(one, "ENTITY_ADDRESS/COUNTRY")
    return _entry(
        one, "organisation", alias="ENTITY_ALIAS", born=(), countries=countries, places=[]
    )


_READ: dict[str, Callable[[etree._Element], Entry]] = {
    "INDIVIDUAL": _individual,
    "ENTITY": _entity,
}


def _entry(
    one: etree._Element,
    kind: EntryKind,
    *,
    alias: str,
    born: tuple[Span, ...],
    countries: list[str],
    places: list[str],
) -> Entry:
    key, name = _text(one, "DATAID"), line(" ".join(_text(one, part) for part in _PARTS))
    if not key or not name:
        raise ListBroken(line=str(one.sourceline), why="an entry without a number or a name")
    original = _text(one, "NAME_ORIGINAL_SCRIPT")
    return Entry(
        key=key,
        kind=kind,
        names=(
            NameTold(name, "primary"),
            *([NameTold(original, "strong")] if original else []),
            *_aliases(one.iterfind(alias)),
        ),
        born=born,
        countries=codes_of(countries),
        places=codes_of(places),
        programme=_text(one, "UN_LIST_TYPE"),
        remarks="; ".join(
            told for told in (_text(one, "REFERENCE_NUMBER"), _text(one, "COMMENTS1")) if told
        )[:LONGEST_TEXT],
    )


def _aliases(found: Iterable[etree._Element]) -> Iterator[NameTold]:
    for one in found:
        quality = _QUALITIES.get(_text(one, "QUALITY"), "strong")
        for name in _text(one, "ALIAS_NAME").split("; "):
            if name:
                yield NameTold(name, quality)


def _born(told: etree._Element) -> Span | None:
    kind = _text(told, "TYPE_OF_DATE")
    if kind == "BETWEEN":
        first, last = _text(told, "FROM_YEAR"), _text(told, "TO_YEAR")
        if _is_year(first) and _is_year(last) and first <= last:
            return year(int(first))[0], year(int(last))[1]
        return None
    span = _free(_text(told, "DATE") or _text(told, "YEAR"))
    if span and kind == "APPROXIMATELY":
        return around(span[0].year)
    return span


def _free(told: str) -> Span | None:
    """Return a day or a year as it is written; None for what is neither."""
    day = _date(told)
    if day is not None:
        return day, day
    return year(int(told)) if _is_year(told) else None


def _is_year(told: str) -> bool:
    return told.isdecimal() and 1000 <= int(told) <= 9998


def _date(told: str) -> date | None:
    try:
        return date.fromisoformat(told[:10])
    except ValueError:
        return None


def _text(one: etree._Element, path: str) -> str:
    return line(one.findtext(path) or "")


def _texts(one: etree._Element, path: str) -> list[str]:
    return [line(each.text) for each in one.iterfind(path) if each.text]
