"""WhatsApp, carried by Twilio."""

from channels.layout import clip, numbered
from channels.message import Channel, Fate, Outgoing, Pace, SendFailed, Sent
from channels.twilio_api import connect
from channels.twilio_content import Content, menu_content, notice_content
from channels.twilio_hook import PROVIDER, TwilioDoor
from channels.twilio_messages import TwilioMessages
from channels.twilio_shelf import ContentShelf
from channels.twilio_typing import TwilioTyping
from channels.whatsapp import ContentBook

LONGEST_BODY = 1600


class TwilioWhatsApp(TwilioDoor):
    """A WhatsApp number at Twilio: hears, answers with buttons and lists, speaks by template."""

    channel: Channel = "whatsapp"

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        number: str,
        contents: ContentBook,
        status_callback: str = "",
        api_base: str = "",
        rate: float = 10.0,
    ) -> None:
        super().__init__(auth_token=auth_token)
        self.number = number.removeprefix("whatsapp:")
        self.key = f"{PROVIDER}:whatsapp:{self.number}"
        self.rate, self.pace = rate, Pace()
        self._callback = {"StatusCallback": status_callback} if status_callback else {}
        account = {"account_sid": account_sid, "auth_token": auth_token, "api_base": api_base}
        self._messages = TwilioMessages(**account)
        self._shelf = ContentShelf(connect(**account), contents)
        self._typing = TwilioTyping(**account)

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to Twilio: as buttons, a list, a file or text; else by template.

        :raises SendFailed: if it was not taken; to go by ``OTHER_CHANNEL`` when the window is
            closed and there is no template for it, or none that WhatsApp accepts
        """
        if not message.in_window:
            return self._send_notice(message)
        if message.media:
            # Twilio fetches the file at once. Of its words WhatsApp may show none beside a PDF.
            body = clip(message.reply.text, LONGEST_BODY)
            return Sent(self._create(message.to, Body=body, MediaUrl=message.media))
        content = menu_content(message.reply)
        if content is None:
            body = clip(numbered(message.reply), LONGEST_BODY)
            return Sent(self._create(message.to, Body=body))
        return Sent(self._send_content(message.to, content))

    def mark(self, message_id: str) -> None:
        """Mark a message as read, and show for at most 25 seconds that an answer is written.

        :raises SendFailed: if Twilio did not take it
        """
        self._typing.show(message_id)

    def _send_notice(self, message: Outgoing) -> Sent:
        if message.notice is None:
            raise SendFailed("63016", fate=Fate.OTHER_CHANNEL)
        try:
            return Sent(self._send_content(message.to, notice_content(message.notice)))
        except SendFailed as error:
            if error.fate not in {Fate.ALARM, Fate.TEMPLATE}:
                raise
            # A template refused or not approved yet: the words must reach the customer anyhow.
            raise SendFailed(error.code, fate=Fate.OTHER_CHANNEL) from None

    def _send_content(self, to: str, content: Content) -> str:
        def deliver(sid: str) -> str:
            return self._create(to, ContentSid=sid, ContentVariables=content.variables)

        return self._shelf.send(content, deliver)

    def _create(self, to: str, **said: str) -> str:
        return self._messages.create(
            {"To": f"whatsapp:{to}", "From": f"whatsapp:{self.number}", **said, **self._callback}
        )
