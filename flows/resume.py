"""Resume: a USSD session dropped in the middle of a story, and its customer dialled again."""

from collections.abc import Mapping
from typing import ClassVar

from flows.story import Become, Choose, End, Flow


class Resume(Flow):
    """Offer to go on or to start again. The hub has laid the story that was left aside."""

    name = "resume"
    for_strangers = True
    resumes = False

    steps = (
        Choose("offer", options=("continue", "restart")),
        End("resumed"),
        Become("menu"),
    )

    paths = (
        # when       at       go to
        ("open",     "start", "offer"),
        ("continue", "offer", "resumed"),
        ("restart",  "offer", "menu"),
    )  # fmt: skip

    widest: ClassVar[Mapping[str, object]] = {"title": "Changer le code PIN"}
