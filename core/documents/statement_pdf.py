"""A statement of account on paper (A4): its words come ready, here they get their places."""

from dataclasses import dataclass
from datetime import datetime

from core.documents.paper import FAINT, GREY, About, Paper, latin

MARGIN, BOTTOM = 15.0, 24.0  # millimetres
ROW = 5.6
WIDTHS = (30.0, 52.0, 32.0, 33.0, 33.0)
ALIGNS = ("L", "L", "L", "R", "R")
WORDS = 1
"""The column of words, which may be cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(About):
    """A statement in somebody's language, ready to be set.

    ``rows`` have a text for each of the five ``columns``; ``page`` has ``{page}`` and ``{pages}``
    in it.
    """

    about: tuple[tuple[str, str], ...]
    columns: tuple[str, str, str, str, str]
    rows: tuple[tuple[str, str, str, str, str], ...]
    nothing: str
    totals: tuple[tuple[str, str], ...]
    verification: str
    page: str


def write(sheet: Sheet, *, made_at: datetime) -> bytes:
    """Return the statement as a PDF."""
    paper = _Statement(sheet, made_at=made_at)
    paper.add_page()
    paper.tell_about()
    paper.list_rows()
    paper.tell_totals()
    return bytes(paper.output())


class _Statement(Paper):
    """A4, with the bank's head on every page, and the page's number and the proof at its foot."""

    def __init__(self, sheet: Sheet, *, made_at: datetime) -> None:
        super().__init__("A4", margin=MARGIN, about=sheet, made_at=made_at)
        self._sheet = sheet
        self._in_table = False
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.alias_nb_pages("{pages}")

    def header(self) -> None:
        """Set the bank's head, and the head of the table where it goes on."""
        self.letterhead(self._sheet.bank, self._sheet.title)
        self.ln(5)
        if self._in_table:
            self._head()

    def footer(self) -> None:
        """Set the verification line and the page's number."""
        self.set_y(-BOTTOM + 6)
        self.style(7.5, ink=GREY)
        self.line_of(self._sheet.verification, height=4)
        self.line_of(self._sheet.page.replace("{page}", str(self.page_no())), height=4)

    def tell_about(self) -> None:
        """Set whose statement it is, of what and when."""
        for label, value in self._sheet.about:
            self._pair(label, value)
        self.ln(4)

    def list_rows(self) -> None:
        """Set the table of movements, over as many pages as it takes."""
        self._head()
        self._in_table = True
        self.style(8.5)
        if not self._sheet.rows:
            self.line_of(self._sheet.nothing, height=8)
        for row in self._sheet.rows:
            if self.will_page_break(ROW):
                self.add_page()
                self.style(8.5)
            self._row(row)
        self._in_table = False

    def tell_totals(self) -> None:
        """Set the sums under the table; they stay together."""
        if self.will_page_break(ROW * (len(self._sheet.totals) + 1)):
            self.add_page()
        self.ln(2)
        for label, value in self._sheet.totals:
            self.style(9, ink=GREY)
            self.cell(sum(WIDTHS[:-1]), ROW, latin(label), align="R")
            self.style(9, bold=True)
            self.cell(WIDTHS[-1], ROW, latin(value), align="R")
            self.ln(ROW)

    def _head(self) -> None:
        self.style(8.5, bold=True)
        self.set_draw_color(FAINT)
        self._row(self._sheet.columns, border="B")

    def _row(self, texts: tuple[str, ...], *, border: str = "") -> None:
        for place, (text, width, align) in enumerate(zip(texts, WIDTHS, ALIGNS, strict=True)):
            told = self._fitting(text, width) if place == WORDS else latin(text)
            self.cell(width, ROW, told, align=align, border=border)
        self.ln(ROW)

    def _fitting(self, text: str, width: float) -> str:
        """Return as much of some words as fits; figures are never cut."""
        text = latin(text)
        while len(text) > 1 and self.get_string_width(text) > width - 2 * self.c_margin:
            text = f"{text[:-2].rstrip(' .')}."
        return text

    def _pair(self, label: str, value: str) -> None:
        self.style(9, ink=GREY)
        self.cell(50, ROW, latin(label))
        self.style(9, bold=True)
        self.line_of(value, height=ROW)
