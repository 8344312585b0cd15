"""Older versions of stories, kept until the last conversation on them has ended.

A file such as ``send_money_1.py`` is the story as it was, with ``version = 1`` and its words under
``page = "past/send_money_1"``. ``flask --app bot flow live`` says when nobody stands there.
"""

from flows.story import Flow

KEPT: tuple[type[Flow], ...] = ()
