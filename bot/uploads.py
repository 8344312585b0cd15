"""Requests whose files stay in memory: what somebody uploads is never on the disk in clear."""

from io import BytesIO
from typing import IO

from flask import Request


class InMemory(Request):
    """A request that keeps its files in memory; `max_content_length` bounds how much that is."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - as werkzeug calls it
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()
