"""A story that goes otherwise, or that cannot be read, says so with its file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stories import kept
from tests.stories.heard import Ear
from tests.stories.kept import ToldOtherwise
from tests.stories.play import NotLikeThat, tell
from tests.stories.script import NotAStory, Story, read
from tests.stories.stage import Telling

Begin = Callable[[Story, str, str], Telling]


def test_something_else_that_is_said_is_noticed(
    write: Callable[[str], Path], begin: Begin, ear: Ear
) -> None:
    story = read(write("# Hello.\ngreets\nbank: home\nasks balance\nbank: balance.pin\n"))
    with pytest.raises(NotLikeThat, match=r"some\.txt:4: .*\n.*balance\.pin\n.*balance\.shown"):
        tell(begin(story, "en", "sms"), ear)


def test_other_words_are_noticed_with_the_difference(
    write: Callable[[str], Path], begin: Begin, ear: Ear
) -> None:
    story = read(write("asks balance\nbank: shown\n"))
    path = kept.place(story, "en", "sms", folder=story.path.parent)
    found = tell(begin(story, "en", "sms"), ear)
    kept.keep(path, found)
    kept.compare(path, found)
    path.write_text(found.text.replace("KES 12,400", "KES 12,399"), encoding="utf-8")
    with pytest.raises(ToldOtherwise, match=r"(?s)-> KES 12,399\.00.*\+> KES 12,400\.00.*--retell"):
        kept.compare(path, found)


def test_words_that_are_not_kept_yet_are_asked_for(
    write: Callable[[str], Path], begin: Begin, ear: Ear
) -> None:
    story = read(write("asks balance\n"))
    path = kept.place(story, "sw", "ussd", folder=story.path.parent)
    with pytest.raises(ToldOtherwise, match="not kept yet"):
        kept.compare(path, tell(begin(story, "sw", "ussd"), ear))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello", r"some\.txt:1: 'Hello' is nothing a customer does"),
        ("greets\n\ngreets the bank", r"some\.txt:3: 'greets the bank' is nothing"),
        ("writes", r"some\.txt:1: 'writes' is nothing"),
        ("@ nobody\ngreets", r"some\.txt:1: nobody is called 'nobody'"),
        ("greets\nbank: hoem", r"some\.txt:2: the bank never says 'hoem'"),
        ("bank: home", r"some\.txt:1: .* answered to the line before"),
        ("only: telex. It is old.\ngreets", r"some\.txt:1: 'telex' is no channel"),
        ("only: ussd\ngreets", r"some\.txt:1: .*reason"),
        ("# Nothing.", r"some\.txt:1: nobody does anything"),
    ],
)
def test_a_line_that_means_nothing_is_told(
    text: str, why: str, write: Callable[[str], Path]
) -> None:
    with pytest.raises(NotAStory, match=why):
        read(write(text))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("picks lottery", r"some\.txt:2: picks lottery: offered is: send_money, balance"),
        ("writes {pet}", r"some\.txt:2: .*no value is called 'pet'"),
        ("waits long", r"some\.txt:2: .*minutes or hours"),
        ("says hurrah", r"some\.txt:2: .*said anywhere is: menu, back"),
        ("dials again", r"some\.txt:2: .*only a USSD code is dialled"),
        ("taps the old yes", r"some\.txt:2: .*no earlier prompt"),
        ("* the bank burns down", r"some\.txt:2: .*never happens"),
    ],
)
def test_what_cannot_be_done_is_told(
    line: str, why: str, write: Callable[[str], Path], begin: Begin, ear: Ear
) -> None:
    with pytest.raises(NotAStory, match=why):
        tell(begin(read(write(f"greets\n{line}\n")), "en", "sms"), ear)


def test_every_story_is_told_in_every_language_and_on_every_channel(
    write: Callable[[str], Path],
) -> None:
    story = read(write("greets\n"))
    languages, channels = zip(*story.tellings, strict=True)
    assert sorted(languages) == ["en", "fr", "sw"]
    assert sorted(channels) == ["sms", "ussd", "whatsapp"]
    assert len({*story.tellings, *story.others}) == 9
