"""Answers that come by another door: kept where whoever asked can find them.

Some partners answer a question only by calling us. The process that hears the call is not the one
that asked, so the answer is left under a key that only the two know. It is an answer to our own
question: the key holds what the partner told us when it took the question.
"""

from typing import Protocol


class Mailbox(Protocol):
    """Where answers wait for whoever asked. Never raises: an answer that is lost is asked again."""

    def leave(self, key: str, words: str) -> None:
        """Leave an answer; a later one under the same key takes its place."""

    def wait(self, key: str, *, seconds: float) -> str:
        """Return the answer under a key, waiting for it so long; empty when none has come.

        It stays there for a day, for whoever asks next.
        """
