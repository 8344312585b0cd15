"""Groups: pages of the menu that gather stories of one kind, so that its first page stays short."""

from collections.abc import Sequence

from flows.story import Become, Choose, Flow

TOP = "top"
"""The option that leads back to the menu's first page."""


def group(title: str, stories: Sequence[type[Flow]]) -> type[Flow]:
    """Return a page of the menu that offers these stories; ``title`` names its words."""
    names = tuple(story.name for story in stories)

    class Group(Flow):
        """Offer stories of one kind, each under its own title."""

        name = title
        resumes = False
        steps = (
            Choose("pick", options=(*names, TOP)),
            *(Become(story) for story in names),
            Become("menu"),
        )
        paths = (
            ("open", "start", "pick"),
            *((story, "pick", story) for story in names),
            (TOP, "pick", "menu"),
        )

    return Group
