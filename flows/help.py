"""Help: what the bank can do here, and how it is reached."""

from flows.story import End, Flow


class Help(Flow):
    """Tell what can be asked. A customer in the middle of a story is helped there instead."""

    name = "help"
    for_strangers = True

    steps = (
        End("shown"),
        End("stranger"),
    )

    paths = (
        # when  at       go to       if
        ("open", "start", "shown",    "known"),
        ("open", "start", "stranger"),
    )  # fmt: skip
