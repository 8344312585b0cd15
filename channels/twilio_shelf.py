"""Twilio contents: created once, approved where they must be, and remembered by id."""

from collections.abc import Callable
from threading import Lock

from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList

from channels.message import Fate, SendFailed
from channels.twilio_api import told
from channels.twilio_content import Content
from channels.whatsapp import ContentBook

STALE = frozenset(("20404", "21655"))
"""Error codes that say a kept content is gone at the provider."""


class ContentShelf:
    """The contents of one account, each created the first time it is needed."""

    def __init__(self, client: Client, book: ContentBook) -> None:
        self._client = client
        self._book = book
        self._one_at_a_time = Lock()  # threads that send side by side must not create a shape twice

    def send(self, content: Content, deliver: Callable[[str], str]) -> str:
        """Return what ``deliver`` makes of the content's id; a content that is gone is made anew.

        :raises SendFailed: if Twilio took neither the content nor the message
        """
        try:
            return deliver(self._sid(content))
        except SendFailed as error:
            if error.code not in STALE:
                raise
        return deliver(self._sid(content, anew=True))

    def _sid(self, content: Content, *, anew: bool = False) -> str:
        with self._one_at_a_time:
            sid = None if anew else self._book.find(content.key)
            if sid is None:
                sid = self._create(content)
                self._book.keep(content.key, sid)
            asked = f"approval-{sid}"
            if content.approval and self._book.find(asked) is None:
                self._ask_approval(content, sid)
                self._book.keep(asked, content.approval)
            return sid

    def _create(self, content: Content) -> str:
        samples = {str(n): f"example {n}" for n in range(1, len(content.values) + 1)}
        request = ContentList.ContentCreateRequest(
            {
                "friendly_name": f"wekeza-{content.key}"[:64],
                "language": content.language,
                "variables": samples,
                "types": content.definition,
            }
        )
        with told():
            sid = self._client.content.v1.contents.create(request).sid
        if not sid:
            raise SendFailed("no_content_sid", fate=Fate.RETRY)
        return str(sid)

    def _ask_approval(self, content: Content, sid: str) -> None:
        request = ApprovalCreateList.ContentApprovalRequest(
            {"name": content.approval, "category": "UTILITY"}
        )
        try:
            with told():
                self._client.content.v1.contents(sid).approval_create.create(request)
        except SendFailed as error:
            if error.fate is not Fate.PERMANENT:
                raise
            # It is the template that is wrong, not this customer's number.
            raise SendFailed(error.code, fate=Fate.ALARM) from None
