"""The one family of errors a customer may hear about."""

from typing import ClassVar


class Refusal(Exception):
    """The bank will not do it, for a reason the customer can be told.

    A refusal is defined beside the function that raises it, carries a stable ``code`` and the
    facts its words need, and is worded once per language in ``templates/<language>/refusals.j2``.
    Facts are strings a customer may read; amounts are written as ``str(Money)``, and the words
    format them.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: str) -> None:
        super().__init__(self.code)
        self.facts = facts


class DeskRefusal(Refusal):
    """A refusal that only staff and clients of the API hear, never a customer.

    It is worded at the desk (``templates/console/words.html``) and has no words in a conversation.
    """
