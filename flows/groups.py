"""Groups: pages of the menu that gather stories of one kind, so that its first page stays short."""

from collections.abc import Sequence

from flows.story import Become, Choose, Flow, Path

TOP = "top"
"""The option that leads back to the menu's first page."""


def group(
    title: str, stories: Sequence[type[Flow]], *, for_agents: Sequence[type[Flow]] = ()
) -> type[Flow]:
    """Return a page of the menu that offers these stories; ``title`` names its words.

    Agents of the bank are offered theirs first, on a step of their own.
    """
    names = tuple(story.name for story in stories)
    agents = tuple(story.name for story in for_agents)
    pages = {"pick": (*names, TOP)}
    opening: tuple[Path, ...] = (("open", "start", "pick"),)
    if agents:
        pages["pick_agent"] = (*agents, *names, TOP)
        opening = (("open", "start", "pick_agent", "is_agent"), *opening)

    class Group(Flow):
        """Offer stories of one kind, each under its own title."""

        name = title
        resumes = False
        steps = (
            *(Choose(page, options=options) for page, options in pages.items()),
            *(Become(story) for story in (*names, *agents)),
            Become("menu"),
        )
        paths = (
            *opening,
            *(
                (option, page, "menu" if option == TOP else option)
                for page, options in pages.items()
                for option in options
            ),
        )

        @property
        def is_agent(self) -> bool:
            """Whether the customer is an agent of the bank."""
            return self.bank.is_agent

    return Group
