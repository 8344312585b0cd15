"""SMS, carried by Twilio."""

from channels.gsm7 import lightest, segments
from channels.layout import LONGEST_SMS, clip, numbered
from channels.message import Channel, Fate, Outgoing, SendFailed, Sent
from channels.twilio_api import connect, told
from channels.twilio_hook import PROVIDER, TwilioDoor


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
        self.rate = rate
        self._status_callback = status_callback or None
        self._client = connect(account_sid=account_sid, auth_token=auth_token, api_base=api_base)

    def send(self, message: Outgoing) -> Sent:
        """Hand the message to Twilio, in GSM-7 when it can be spelt so.

        :raises SendFailed: if it was not taken
        """
        body = clip(lightest(numbered(message.reply)), LONGEST_SMS)
        with told():
            taken = self._client.messages.create(
                to=message.to,
                from_=self.number,
                body=body,
                status_callback=self._status_callback,
            )
        if not taken.sid:
            raise SendFailed("no_message_sid", fate=Fate.RETRY)
        return Sent(str(taken.sid), segments(body))
