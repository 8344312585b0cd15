"""Files that strangers send: told by their bytes, bounded, and written anew without what hides."""

import io
import struct
import zlib

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript

from core.kyc import cleaner, pictures
from core.kyc.pictures import PictureUnfit, clean

SECRET = b"-1.2921,36.8219 taken at home"


def picture(kind="JPEG", size=(640, 400), **options):
    made = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(made, format=kind, **options)
    return made.getvalue()


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # turned by a quarter
    return picture(exif=exif)


def pdf(pages=1, **about):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(300, 400)
    writer.add_metadata({"/Author": "Amina Otieno"})
    for what, value in about.items():
        getattr(writer, what)(*value)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def bomb(width=60_000, height=60_000):
    """A PNG of a few hundred bytes that opens to gigabytes."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_photo_comes_out_upright_and_says_no_more_than_it_shows():
    sent = with_exif()
    assert SECRET in sent
    kept = clean(sent)
    assert kept.content_type == "image/jpeg" and SECRET not in kept.content
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert opened.size == (400, 640)
        assert not opened.getexif()


def test_a_large_photo_is_made_smaller_and_a_png_stays_one():
    kept = clean(picture("PNG", (3000, 1200)))
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert (opened.format, opened.size) == ("PNG", (2400, 960))


def test_a_second_file_in_a_picture_does_not_come_along():
    for kind in ("JPEG", "PNG"):
        sent = picture(kind) + b"<script>alert(1)</script>PK\x03\x04 and an archive"
        kept = clean(sent)
        assert b"script" not in kept.content and b"PK\x03\x04" not in kept.content


def test_a_pdf_keeps_its_pages_alone():
    sent = pdf(
        2,
        add_open_action=(JavaScript("app.alert('boo')"),),
        add_attachment=("evil.exe", b"MZ evil"),
    )
    assert b"boo" in sent
    kept = clean(sent)
    assert (kept.content_type, kept.pages) == ("application/pdf", 2)
    read = PdfReader(io.BytesIO(kept.content))
    assert "/OpenAction" not in read.root_object and "/Names" not in read.root_object
    assert not read.attachments and "/Author" not in (read.metadata or {})
    assert b"boo" not in kept.content and b"MZ evil" not in kept.content


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "not_a_picture"),
        (b"MZ\x90\x00 a program", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"GIF89a" + b"\0" * 40, "not_a_picture"),
        (b"\xff\xd8\xff nothing behind it", "not_a_picture"),
        (b"%PDF-1.7 nothing behind it", "not_a_picture"),
        (b"\x89PNG\r\n\x1a\n<html>", "not_a_picture"),
    ],
)
def test_what_is_not_what_it_begins_as_is_refused(sent, reason):
    with pytest.raises(PictureUnfit) as refused:
        clean(sent)
    assert refused.value.facts == {"reason": reason}


def test_bombs_end_their_own_process_alone():
    for sent in (bomb(), pictures.LARGEST * b"\0" + b"\0", pdf(cleaner.MOST_PAGES + 1)):
        with pytest.raises(PictureUnfit) as refused:
            clean(b"\xff\xd8\xff" + sent if sent[:1] == b"\0" else sent)
        assert refused.value.facts == {"reason": "too_large"}


def test_a_picture_cut_off_in_the_middle_or_of_a_few_pixels_shows_nothing():
    with pytest.raises(PictureUnfit) as refused:
        clean(picture()[:-4000])
    assert refused.value.facts == {"reason": "not_a_picture"}
    with pytest.raises(PictureUnfit) as refused:
        clean(picture(size=(640, 40)))
    assert refused.value.facts == {"reason": "unreadable"}


def test_a_locked_pdf_is_not_opened():
    with pytest.raises(PictureUnfit):
        clean(pdf(encrypt=("secret",)))


def test_what_a_cleaner_that_never_ends_was_given_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS", 0.0)
    with pytest.raises(PictureUnfit) as refused:
        clean(picture())
    assert refused.value.facts == {"reason": "too_large"}
