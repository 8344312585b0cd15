"""Language: English, Swahili or French, from now on."""

from flows.story import Choose, End, Flow


class Language(Flow):
    """Choose the language the bank speaks on this address."""

    name = "language"
    for_strangers = True

    steps = (
        Choose("pick", options=("en", "sw", "fr")),
        End("done"),
    )

    paths = (
        # when  at       go to   if    unless first do
        ("open", "start", "pick"),
        ("en",   "pick",  "done", None, None, "keep"),
        ("sw",   "pick",  "done", None, None, "keep"),
        ("fr",   "pick",  "done", None, None, "keep"),
    )  # fmt: skip

    writes = frozenset({"keep"})

    def keep(self, language: str) -> None:
        """Speak this language from now on; what follows in this turn is in it already."""
        self.bank.set_language(language)
