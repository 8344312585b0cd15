"""A receipt on paper (A5): words and figures come ready, here they get their places."""

from dataclasses import dataclass
from datetime import datetime

import segno

from core.documents.paper import BRAND, FAINT, GREY, About, Paper, latin

A5 = (148.0, 210.0)  # millimetres, as all that follows
MARGIN = 14.0
ROW = 9.5
LABEL = 36.0
CODE = 30.0
"""The side of the square that a phone's camera reads; the white paper around is its quiet zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip(About):
    """A receipt in somebody's language, ready to be set.

    ``code`` is told four signs at a time; ``link`` is where the square leads, and where people who
    type the code begin.
    """

    amount: str
    lines: tuple[tuple[str, str], ...]
    check: str
    code: str
    link: str
    shown_link: str
    footer: str


def write(slip: Slip, *, made_at: datetime) -> bytes:
    """Return the receipt as a PDF."""
    paper = _Receipt(slip, made_at=made_at)
    paper.add_page()
    paper.tell()
    paper.let_check()
    return bytes(paper.output())


class _Receipt(Paper):
    """One page of A5."""

    def __init__(self, slip: Slip, *, made_at: datetime) -> None:
        super().__init__(A5, margin=MARGIN, about=slip, made_at=made_at)
        self._slip = slip
        self.set_auto_page_break(auto=False)

    def tell(self) -> None:
        """Set the head, the amount, and what there is to say about it."""
        self.letterhead(self._slip.bank, self._slip.title)
        self.ln(9)
        self.style(24, bold=True)
        self.set_text_color(*BRAND)
        self.line_of(self._slip.amount, height=13)
        self.ln(3)
        self.set_draw_color(FAINT)
        for label, value in self._slip.lines:
            self.style(9.5, ink=GREY)
            self.cell(LABEL, ROW, latin(label), border="T")
            self.style(10.5, bold=True)
            self.cell(0, ROW, latin(value), border="T", align="R")
            self.ln(ROW)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def let_check(self) -> None:
        """Set the square, the code, and how to check it; what was made and when, at the foot."""
        top = self.get_y() + 8
        self._square(self.l_margin, top)
        left = self.l_margin + CODE + 6
        self.set_left_margin(left)
        self.set_xy(left, top + 3)
        self.style(9, ink=GREY)
        self.multi_cell(0, 4.6, latin(self._slip.check), align="L")
        self.ln(2)
        self.set_x(left)
        self.style(12, bold=True)
        self.line_of(self._slip.code, height=6)
        self.style(9, ink=GREY)
        self.cell(0, 5, latin(self._slip.shown_link), link=self._slip.link)
        self.set_left_margin(MARGIN)
        self.set_xy(MARGIN, -MARGIN - 4)
        self.style(7.5, ink=GREY)
        self.line_of(self._slip.footer, height=4)

    def _square(self, x: float, y: float) -> None:
        """Draw the square of the link out of little ones, which no printer blurs."""
        made = segno.make(self._slip.link, error="m", micro=False)
        side = CODE / (made.symbol_size(border=0)[0])
        self.set_fill_color(0)
        for down, row in enumerate(made.matrix_iter(border=0)):
            for right, dark in enumerate(row):
                if dark:
                    self.rect(x + right * side, y + down * side, side, side, style="F")
