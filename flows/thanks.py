"""Thanks: a kind word is answered with one."""

from flows.story import End, Flow


class Thanks(Flow):
    """Answer thanks; whoever said it in the middle of a story is asked again what stood."""

    name = "thanks"
    for_strangers = True

    steps = (End("answered"),)

    paths = (("open", "start", "answered"),)
