"""What every paper of the bank has: its mark and colours, and the letters it is set in.

Letters are those of Latin-1 (ISO 8859-1), which every PDF reader has a font for: all our languages
are written with them, and names stand here masked, in plain ASCII. Anything else loses its mark or
becomes a question mark.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

FONT = "helvetica"
BRAND = (11, 107, 75)
INK, GREY, FAINT = 30, 95, 222
"""Shades of grey: of text, of what stands beside it, and of lines."""
MARK = 9.0
"""The side of the bank's mark, in millimetres."""
# The letter in the mark, as parts of its side.
_LETTER = ((0.26, 0.34), (0.38, 0.66), (0.5, 0.42), (0.62, 0.66), (0.74, 0.34))


Size = str | tuple[float, float]
"""A name such as ``A4``, or width and height in millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every paper says of itself: its language, whose it is, and what it is called."""

    language: str
    bank: str
    title: str


class Paper(FPDF):
    """A page of the bank's: its head on every one, and lines of text set in its letters."""

    def __init__(self, size: Size, *, margin: float, about: About, made_at: datetime) -> None:
        super().__init__(format=size)
        self.set_margin(margin)
        self.set_title(latin(about.title))
        self.set_author(latin(about.bank))
        self.set_lang(about.language)
        self.set_creation_date(made_at)

    def letterhead(self, bank: str, title: str) -> None:
        """Set mark and name of the bank, and what the paper is."""
        x, y = self.l_margin, self.t_margin
        self.set_fill_color(*BRAND)
        self.rect(x, y, MARK, MARK, style="F", round_corners=True, corner_radius=2.4)
        self.set_draw_color(255)
        self.set_line_width(0.8)
        self.polyline([(x + MARK * right, y + MARK * down) for right, down in _LETTER])
        self.set_line_width(0.2)
        self.set_xy(x + MARK + 2, y)
        self.style(15, bold=True)
        self.cell(h=MARK, text=latin(bank))
        self.style(10.5, ink=GREY)
        self.line_of(title, height=MARK, align="R")

    def line_of(self, text: str, *, height: float, align: str = "L") -> None:
        """Set one line from here to the right margin, and begin the next."""
        self.cell(0, height, latin(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def style(self, size: float, *, bold: bool = False, ink: int = INK) -> None:
        """Set in this size (points), weight and shade from now on."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        self.set_text_color(ink)


def latin(text: str) -> str:
    """Return a text in the letters there are: accents stay, other marks go."""
    if text.isascii():
        return text
    return "".join(_letter(one) for one in unicodedata.normalize("NFC", text))


def _letter(one: str) -> str:
    if ord(one) < 256:
        return one
    plain = "".join(part for part in unicodedata.normalize("NFKD", one) if ord(part) < 256)
    return plain or "?"
