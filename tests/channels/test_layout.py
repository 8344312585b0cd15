"""Any reply yields screens that fit and lose nothing."""
# ruff: noqa: RUF001 - typographic marks are what customers and templates write

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.gsm7 import encoding, only_gsm7, width
from channels.layout import (
    LONGEST_TEXT,
    MOST_SCREENS,
    clip,
    numbered,
    ussd_screen,
    ussd_screens,
)
from channels.message import Option, Reply

NAV = (Option("back", "Back"), Option("menu", "Menu"), Option("more", "More"))
MENU = Reply("Wekeza", (Option("balance", "Balance"), Option("send", "Send money")), NAV)


def statement(lines: int) -> str:
    return "\n".join(f"{day:02} Nov -{day},500.00 Neema M***i" for day in range(1, lines + 1))


def test_a_menu() -> None:
    assert ussd_screens(MENU) == ["CON Wekeza\n1. Balance\n2. Send money\n0. Back\n00. Menu"]


def test_the_end_shows_no_ways_out() -> None:
    assert ussd_screens(Reply("Asante.", nav=NAV, ends=True)) == ["END Asante."]


def test_options_go_on_counting_and_are_never_split() -> None:
    reply = Reply("Which wallet?", tuple(Option(str(n), f"Wallet {n}") for n in range(1, 31)), NAV)
    screens = ussd_screens(reply)
    assert len(screens) > 2
    lines = [line for screen in screens for line in screen[4:].split("\n")]
    for n in range(1, 31):
        assert lines.count(f"{n}. Wallet {n}") == 1
    for screen in screens[:-1]:
        assert screen.endswith("\n98. More\n0. Back\n00. Menu")
    assert "98. More" not in screens[-1]


def test_even_wide_options_are_never_split() -> None:
    wide = tuple(Option(str(n), f"Number {n}. " + "word " * 12 + "end") for n in range(1, 9))
    lines = "\n".join(s[4:] for s in ussd_screens(Reply("Which one?", wide))).split("\n")
    assert [line for line in lines if "word" in line] == [
        f"{n}. {option.label}" for n, option in enumerate(wide, 1)
    ]


def test_a_statement_breaks_between_its_lines() -> None:
    screens = ussd_screens(Reply(statement(12), nav=NAV))
    shown = [line for screen in screens for line in screen[4:].split("\n")]
    assert [line for line in shown if " Nov " in line] == statement(12).split("\n")


def test_long_text_breaks_after_a_sentence() -> None:
    text = "The first thing is said here and it takes its time to be said in full. " * 4
    first, *_ = ussd_screens(Reply(text, nav=NAV))
    assert first.split("\n")[0].endswith("in full.")


def test_a_long_reply_that_ends_goes_on_until_its_last_page() -> None:
    *pages, last = ussd_screens(Reply(statement(10), nav=NAV, ends=True))
    assert pages
    assert all(page.startswith("CON ") and page.endswith("\n98. More") for page in pages)
    assert last.startswith("END ")
    assert "0. Back" not in last


def test_extension_characters_count_twice() -> None:
    assert len(ussd_screens(Reply("x" * 156))) == 1
    assert len(ussd_screens(Reply("€" * 78))) == 1
    assert len(ussd_screens(Reply("€" * 79))) == 2


def test_words_alone_are_as_long_as_the_screen() -> None:
    assert len(ussd_screens(Reply("x" * 157))) == 2


def test_an_empty_reply_is_still_a_screen() -> None:
    assert ussd_screens(Reply("")) == ["CON ..."]
    assert ussd_screens(Reply(" \n ", ends=True)) == ["END ..."]


def test_there_is_a_limit_on_everything() -> None:
    many = tuple(Option(str(n), f"A label that is rather long {n}") for n in range(500))
    screens = ussd_screens(Reply("word " * 10_000, many, NAV))
    assert len(screens) == MOST_SCREENS
    assert "..." in "".join(screens)
    assert "98. More" not in screens[-1]
    assert "1. A label that is rather long 0" in "\n".join(screens)


def test_pages_are_clamped() -> None:
    screens = ussd_screens(Reply(statement(12), nav=NAV))
    assert ussd_screen(Reply(statement(12), nav=NAV), -3) == screens[0]
    assert ussd_screen(Reply(statement(12), nav=NAV), 1) == screens[1]
    assert ussd_screen(Reply(statement(12), nav=NAV), 99) == screens[-1]


def test_typographic_words_are_shown_in_gsm7() -> None:
    reply = Reply("Reçu — l’envoi", (Option("a", "Ça va"),), (Option("back", "Précédent"),))
    assert ussd_screens(reply) == ["CON Recu - l'envoi\n1. Ça va\n0. Précédent"]


def test_numbered_is_for_messages() -> None:
    assert numbered(MENU) == "Wekeza\n1. Balance\n2. Send money"
    assert numbered(Reply("Hello")) == "Hello"
    assert numbered(Reply("", MENU.options)) == "1. Balance\n2. Send money"


@pytest.mark.parametrize("size", [4, 10, 1600])
def test_a_cut_text_says_so(size: int) -> None:
    assert clip("x" * size, size) == "x" * size
    assert clip("x" * (size + 1), size) == "x" * (size - 3) + "..."


LABELS = st.text(min_size=1, max_size=60).filter(lambda t: 0 < width(only_gsm7(t)) <= 70)
OPTIONS = st.lists(LABELS, max_size=20).map(
    lambda labels: tuple(Option(f"k{n}", label) for n, label in enumerate(labels))
)
NAVS = st.lists(
    st.builds(Option, st.sampled_from(["back", "menu", "more", "other"]), st.text(max_size=60)),
    max_size=4,
).map(tuple)
ANY = st.one_of(st.text(max_size=500), st.text("abc .€\n{", max_size=900))


def told(text: str) -> str:
    return re.sub(r"\s", "", only_gsm7(text))


@settings(deadline=None)
@given(ANY, OPTIONS, NAVS, st.booleans())
def test_any_reply_fits_and_loses_nothing(
    text: str, options: tuple[Option, ...], nav: tuple[Option, ...], ends: bool
) -> None:
    reply = Reply(text, options, nav, ends=ends)
    screens = ussd_screens(reply)
    assert 1 <= len(screens) <= MOST_SCREENS
    for n, screen in enumerate(screens):
        last = n == len(screens) - 1
        assert width(screen) <= 160
        assert encoding(screen) == "GSM-7"
        assert screen.startswith("END " if ends and last else "CON ")
        assert screen[4:].strip()
        assert not screen[4:].startswith(("\n", " "))
    # Without ways out, every sign of the text and of each option stands on the pages, in order.
    bare = ussd_screens(Reply(text, options, ends=ends))
    pages = [screen[4:].removesuffix("\n98. More") for screen in bare[:-1]]
    shown = told("".join([*pages, bare[-1][4:]]))
    if width(only_gsm7(text)) <= LONGEST_TEXT and len(bare) < MOST_SCREENS:
        wanted = told(text) + "".join(f"{n}.{told(o.label)}" for n, o in enumerate(options, 1))
        assert shown == (wanted or "...")


@settings(deadline=None)
@given(st.lists(st.text("abcde.,", min_size=1, max_size=40), min_size=1, max_size=60))
def test_no_word_is_torn(words: list[str]) -> None:
    screens = ussd_screens(Reply(" ".join(words)[:LONGEST_TEXT]))
    pages = [screen[4:].removesuffix("\n98. More") for screen in screens[:-1]]
    shown = " ".join([*pages, screens[-1][4:]]).split()
    assert shown == " ".join(words)[:LONGEST_TEXT].split()


@settings(deadline=None)
@given(OPTIONS, NAVS)
def test_no_option_is_split(options: tuple[Option, ...], nav: tuple[Option, ...]) -> None:
    lines = "\n".join(s[4:] for s in ussd_screens(Reply("Pick one", options, nav))).split("\n")
    for n, option in enumerate(options, 1):
        assert f"{n}. {only_gsm7(' '.join(option.label.split()))}".strip() in lines


@settings(deadline=None)
@given(st.text(), st.integers(4, 50))
def test_clip_never_grows(text: str, longest: int) -> None:
    assert len(clip(text, longest)) <= longest
