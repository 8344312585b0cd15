"""SMS, carried by Twilio."""

from channels.gsm7 import lightest, segments
from channels.layout import LONGEST_SMS, clip, numbered
from channels.message import Channel, Outgoing, Pace, Sent
from channels.twilio_hook import PROVIDER, TwilioDoor
from channels.twilio_messages import TwilioMessages


class TwilioSms(TwilioDoor):
    """An SMS number at Twilio: hears, answers, and speaks first."""

    channel: Channel = "sms"

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        number: str,
        status_callback: str = "",
        api_base: str = "",
        rate: float = 1.0,
    ) -> None:
        super().__init__(auth_token=auth_token)
        self.number = number
        self.key = f"{PROVIDER}:sms:{number}"
        self.rate, self.pace = rate, Pace()
        self._callback = {"StatusCallback": status_callback} if status_callback else {}
        self._messages = TwilioMessages(
            account_sid=account_sid, auth_token=auth_token, api_base=api_base
        )

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to Twilio, in GSM-7 when it can be spelt so.

        :raises SendFailed: if it was not taken
        """
        body = clip(lightest(numbered(message.reply)), LONGEST_SMS)
        sent = self._messages.create(
            {"To": message.to, "From": self.number, "Body": body, **self._callback}
        )
        return Sent(sent, segments(body))
