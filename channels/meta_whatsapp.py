"""WhatsApp, carried by Meta's own Cloud API."""

from channels import meta_content
from channels.message import Channel, Fate, Notice, Outgoing, Pace, SendFailed, Sent
from channels.meta_api import EXISTS, MetaApi
from channels.meta_hook import PROVIDER
from channels.whatsapp import ContentBook
from channels.wire import clean

PAIR_SECONDS = 6.0
"""Meta takes one message in this time from a number to one person, beyond what it lends."""
PAIR_BURST = 20
"""How many may go at once: Meta lends 45, and another process of ours may be sending too."""
MARK_SECONDS = 2.0
"""How long a mark may take: it is worth nothing once the answer is there."""


class MetaWhatsApp:
    """A WhatsApp number at Meta: answers with buttons and lists, and speaks first by template."""

    channel: Channel = "whatsapp"
    provider = PROVIDER

    def __init__(
        self,
        *,
        number: str,
        api: MetaApi,
        templates: ContentBook,
        account: str = "",
        rate: float = 80.0,
        burst: int = PAIR_BURST,
    ) -> None:
        """Speak from a number, which Meta knows by its id.

        ``account`` is the id of the business account, where templates are declared; without one
        they must have been declared by hand.
        """
        self.number = number
        self.key = f"{PROVIDER}:whatsapp:{number}"
        self.rate = rate
        self.pace = Pace(PAIR_SECONDS, burst)
        self._api, self._templates, self._account = api, templates, account

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to Meta: as buttons, a list, a file or text; else by template.

        :raises SendFailed: if it was not taken; to go by ``OTHER_CHANNEL`` when the window is
            closed and there is no template for it, or none that WhatsApp accepts
        """
        if message.in_window:
            return self._post(message, meta_content.content(message))
        if message.notice is None:
            raise SendFailed("131047", fate=Fate.OTHER_CHANNEL)
        try:
            self._declare(message.notice)
            return self._post(message, meta_content.template(message.notice))
        except SendFailed as error:
            if error.fate not in {Fate.ALARM, Fate.TEMPLATE}:
                raise
            # A template refused or not approved yet: the words must reach the customer anyhow.
            raise SendFailed(error.code, fate=Fate.OTHER_CHANNEL) from None

    def mark(self, message_id: str) -> None:
        """Mark a message as read, and show for at most 25 seconds that an answer is written.

        :raises SendFailed: if Meta did not take it
        """
        said = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
            "typing_indicator": {"type": "text"},
        }
        self._api.post(f"{self.number}/messages", said, within=MARK_SECONDS)

    def _post(self, message: Outgoing, said: dict[str, object]) -> Sent:
        # Somebody without a number is written to by their id, under another name.
        whom = (
            {"to": message.to.removeprefix("+")}
            if message.to.startswith("+")
            else {"recipient": message.to}
        )
        answer = self._api.post(
            f"{self.number}/messages",
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                **whom,
                **said,
                "biz_opaque_callback_data": message.id,
            },
        )
        return Sent(_id(answer))

    def _declare(self, notice: Notice) -> None:
        """Submit the template of a notice for approval, the first time it is needed.

        Until it is approved Meta knows none of that name, and the words go another way.
        """
        if not self._account:
            return
        wanted = meta_content.declaration(notice)
        key = f"notice-{wanted['name']}"
        if self._templates.find(key) is not None:
            return
        try:
            made = self._api.post(f"{self._account}/message_templates", wanted)
        except SendFailed as error:
            if error.code != EXISTS:
                raise
            made = {}
        self._templates.keep(key, clean(str(made.get("id") or wanted["name"]), 128))


def _id(answer: dict[str, object]) -> str:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    ident = first.get("id") if isinstance(first, dict) else None
    if not isinstance(ident, str) or not ident:
        raise SendFailed("no_message_id", fate=Fate.RETRY)
    return ident
