"""Draws a story from its definition, so that the drawing cannot differ from what runs."""

from flows.diagram.mermaid import mermaid
from flows.diagram.svg import svg

__all__ = ["mermaid", "svg"]
