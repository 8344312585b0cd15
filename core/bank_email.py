"""The counter for the customer's own e-mail address."""

from core.crm import own_email
from core.names import masked_email
from core.standing import Standing


class EmailCounter(Standing):
    """What is asked at the counter about an e-mail address."""

    def email(self) -> str:
        """Return the address the customer has shown to be theirs, masked; empty for none."""
        return masked_email(own_email.verified(self._unit, self._me) or "")

    def send_email_code(self, text: str) -> dict[str, str]:
        """Mail a code to an address the customer says is theirs.

        The answer has the ``email`` as it is kept, and masked (``to``).

        :raises NotAnEmail: if it is none
        :raises TooManyCodes: if too many were asked for
        """
        to = own_email.send_code(self._unit, self._me, text, **self._here)
        return {"email": to, "to": masked_email(to)}

    def keep_email(self, address: str) -> None:
        """Make an address the customer's, whose code was typed just now.

        :raises EmailTaken: if another customer has shown that it is theirs
        """
        own_email.keep(self._unit, self._me, address, **self._here)

    def remove_email(self) -> None:
        """Take the customer's address off the record."""
        own_email.remove(self._unit, self._me)
