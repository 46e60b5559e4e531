"""A file is what its content says. What acts by itself, unfolds without end or is two things at
once is not kept.
"""

import contextlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from accounts.uploads import FileRefused, FileType, judge
from accounts.uploads.judging import MAX_BYTES

ODT_TYPE = "application/vnd.oasis.opendocument.text"
DOCX_TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def pdf(action: str | None = None, password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if action:
        key = "/JS" if action == "/JavaScript" else "/F"
        writer._root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject("/S"): NameObject(action), NameObject(key): TextStringObject("x")}
        )
    if password:
        writer.encrypt(password)
    return written(writer.write)


def written(write) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def picture(format_: str) -> bytes:
    return written(lambda out: Image.new("RGB", (20, 20), "teal").save(out, format_))


def archive(parts: dict[str, bytes | str], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(name, content, kind)
        made.comment = comment
    return out.getvalue()


def odt(**more: bytes | str) -> bytes:
    return archive({"mimetype": ODT_TYPE, "content.xml": "<office/>", **more})


def docx(more: dict[str, bytes | str] | None = None, types: str = DOCX_TYPES) -> bytes:
    parts = {"[Content_Types].xml": types, "word/document.xml": "<w:document/>"}
    return archive({**parts, **(more or {})})


def judged(content: bytes):
    return judge(SimpleUploadedFile("anything.exe", content, "application/x-msdownload"))


GOOD = {
    FileType.PDF: pdf(),
    FileType.PNG: picture("PNG"),
    FileType.JPEG: picture("JPEG"),
    FileType.ODT: odt(),
    FileType.DOCX: docx(),
}


@pytest.mark.parametrize("kind", FileType)
def test_a_file_is_what_its_content_says_whatever_its_name(kind):
    upload = judged(GOOD[kind])
    assert upload.type is kind
    assert upload.content == GOOD[kind]


def bomb() -> bytes:
    return docx({"word/media/a.xml": b"\0" * (61 * 1024 * 1024)})


def lying_bomb() -> bytes:
    """Says of itself that it unpacks to ten bytes."""
    content = bytearray(docx({"word/a.xml": b"\0" * (61 * 1024 * 1024)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        position = content.rfind(signature)
        content[position + offset : position + offset + 4] = struct.pack("<I", 10)
    return bytes(content)


def large_picture() -> bytes:
    """A tiny PNG whose header claims 60,000 by 60,000 pixels."""
    content = bytearray(picture("PNG"))
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


BAD = {
    "nothing": (b"", "empty"),
    "too much": (b"%PDF-1.7" + b"0" * MAX_BYTES, "too-large"),
    "a program": (b"MZ\x90\x00" + b"0" * 200, "unknown-type"),
    "a page of HTML": (b"<!doctype html><script>alert(1)</script>", "unknown-type"),
    "a picture as SVG": (b"<svg onload='alert(1)'/>", "unknown-type"),
    "a spreadsheet": (
        archive({"[Content_Types].xml": "x", "xl/workbook.xml": "x"}),
        "unknown-type",
    ),
    "any archive": (archive({"a.txt": "hello"}), "unknown-type"),
    "a PDF cut off": (pdf()[:-40], "damaged"),
    "a PDF in name only": (b"%PDF-1.7\nhello\n%%EOF", "damaged"),
    "a PDF with a password": (pdf(password="secret"), "encrypted"),
    "a PDF with a script": (pdf("/JavaScript"), "active"),
    "a PDF that starts a program": (pdf("/Launch"), "active"),
    "a PDF that is an archive too": (pdf() + archive({"a.txt": "x"}) + b"%%EOF", "two-faced"),
    "a PDF that begins with HTML": (
        pdf().replace(b"%PDF-1.3\n", b"%PDF-1.3\n<script>alert(1)</script>\n", 1),
        "two-faced",
    ),
    "a PNG cut off": (picture("PNG")[:-20], "damaged"),
    "a PNG with something behind": (picture("PNG") + b"more", "damaged"),
    "a PNG of too many pixels": (large_picture(), "bomb"),
    "a JPEG that is an archive too": (
        picture("JPEG")[:-2] + archive({"a.txt": "x"}) + b"\xff\xd9",
        "two-faced",
    ),
    "a document that unfolds": (bomb(), "bomb"),
    "a document that lies about its size": (lying_bomb(), "damaged"),
    "a document with a macro": (docx({"word/vbaProject.bin": "x"}), "active"),
    "a document with macros declared": (
        docx(types=DOCX_TYPES.replace("document.main", "document.macroEnabled.main") + DOCX_TYPES),
        "active",
    ),
    "a document with a foreign template": (
        docx({"word/_rels/settings.xml.rels": 'Type="http://x/relationships/attachedTemplate"'}),
        "active",
    ),
    "a document with an object": (docx({"word/embeddings/oleObject1.bin": "x"}), "active"),
    "a document with a program inside": (odt(**{"Pictures/run.exe": "x"}), "active"),
    "a document with Basic": (odt(**{"Basic/Standard/Module1.xml": "x"}), "active"),
    "a document that climbs out": (docx({"word/../../etc/passwd": "x"}), "damaged"),
    "a document with entities": (docx({"word/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>"}), "active"),
    "a document with entities in UTF-16": (
        docx({"word/a.xml": "<!DOCTYPE a>".encode("utf-16")}),
        "active",
    ),
    "a document with a comment": (
        archive({"mimetype": ODT_TYPE, "content.xml": "x"}, comment=b"x"),
        "damaged",
    ),
    "a document with something behind": (odt() + b"more", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_refused_with_what_to_do(what):
    content, code = BAD[what]
    with pytest.raises(FileRefused) as refusal:
        judged(content)
    assert refusal.value.code == code
    assert len(refusal.value.message) > 20


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 400), st.binary(min_size=1, max_size=6))
def test_a_damaged_file_is_judged_or_refused_but_never_breaks_anything(kind, position, noise):
    content = bytearray(GOOD[kind])
    position %= len(content)
    content[position : position + len(noise)] = noise
    with contextlib.suppress(FileRefused):
        assert judged(bytes(content)).type in FileType


def test_no_address_leads_to_the_private_storage(settings):
    root = Path(storages["evidence"].location)
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS)]
    assert not [folder for folder in served if folder in root.parents or folder == root]
    assert settings.MEDIA_ROOT == settings.MEDIA_URL.strip("/") == ""
