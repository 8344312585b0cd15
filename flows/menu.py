"""The menu: everything that can be asked for, and the way in for strangers."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from flows.story import Become, Choose, Flow


def offer(customers: Sequence[type[Flow]], *, strangers: Sequence[type[Flow]]) -> type[Flow]:
    """Return the menu that offers these stories, each under its own title."""
    known = tuple(story.name for story in customers)
    unknown = tuple(story.name for story in strangers)

    class Menu(Flow):
        """Offer what the bank does; a stranger is offered to join."""

        name = "menu"
        for_strangers = True
        resumes = False
        steps = (
            Choose("home", options=known),
            Choose("stranger", options=unknown),
            *(Become(story) for story in dict.fromkeys(known + unknown)),
        )
        paths = (
            ("open", "start", "home", "known"),
            ("open", "start", "stranger"),
            *((story, "home", story) for story in known),
            *((story, "stranger", story) for story in unknown),
        )
        widest: ClassVar[Mapping[str, object]] = {"first_name": "Mwanaisha"}

        def facts(self) -> Mapping[str, object]:
            """Greet a customer by name, where the address has earned it."""
            greeted = self.bank.known and self.bank.trusted
            return {**self.slots, "first_name": self.bank.first_name if greeted else ""}

    return Menu
