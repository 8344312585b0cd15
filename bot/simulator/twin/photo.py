"""A picture a phone sent, as the company keeps it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Photo:
    """Its bytes, and what they are."""

    content: bytes = field(repr=False)
    content_type: str
