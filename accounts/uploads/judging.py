"""What a file is, by its first bytes and its whole structure; its name and claimed type are never
asked.

A file that could be two things at once (a picture that is also an archive) is refused as neither.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.core.files.base import File

from accounts.uploads.documents import judge_docx, judge_odt, looks_like_odt
from accounts.uploads.pdf import judge_pdf
from accounts.uploads.pictures import judge_jpeg, judge_png
from accounts.uploads.refusal import FileRefused

MAX_BYTES = 10 * 1024 * 1024


class FileType(StrEnum):
    """What we keep; the value is the ending of the name under which it is handed out."""

    PDF = "pdf"
    ODT = "odt"
    DOCX = "docx"
    PNG = "png"
    JPEG = "jpg"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileType.PDF: "application/pdf",
    FileType.ODT: "application/vnd.oasis.opendocument.text",
    FileType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileType.PNG: "image/png",
    FileType.JPEG: "image/jpeg",
}


@dataclass(frozen=True)
class Upload:
    """A file that passed: its bytes and what they are."""

    type: FileType
    content: bytes

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the content."""
        return hashlib.sha256(self.content).digest()


def judge(file: File[bytes]) -> Upload:
    """Reads the file and says what it is. Raises `FileRefused` with words for the person."""
    if not file.size:
        raise FileRefused("empty", "The file is empty. Choose another file")
    if file.size > MAX_BYTES:
        raise FileRefused("too-large", "The file must be smaller than 10 MB")
    content = file.read(MAX_BYTES + 1)
    kind = type_of(content)
    _refuse_two_faced(kind, content)
    _JUDGES[kind](content)
    return Upload(kind, content)


def type_of(content: bytes) -> FileType:
    """By the first bytes alone. Raises `FileRefused` for anything else."""
    if content.startswith((b"%PDF-1.", b"%PDF-2.")):
        return FileType.PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if content.startswith(b"PK\x03\x04"):
        return FileType.ODT if looks_like_odt(content) else FileType.DOCX
    raise FileRefused("unknown-type", "The file must be a PDF, ODT, DOCX, PNG or JPEG")


_END_OF_ARCHIVE = b"PK\x05\x06"
_SCRIPT = re.compile(
    rb"<\s*(script|html|svg|\?php|!doctype\s+html)|\A(MZ|\x7fELF|#!)", re.IGNORECASE
)
_PDF_WINDOW = 1024  # readers look for a PDF's beginning this far into a file


def _refuse_two_faced(kind: FileType, content: bytes) -> None:
    """A PDF or picture that an unzipper, another reader or a browser would take for something
    else.
    """
    archive = kind in {FileType.ODT, FileType.DOCX}
    hidden = not archive and _END_OF_ARCHIVE in content
    hidden |= kind is not FileType.PDF and b"%PDF-" in content[:_PDF_WINDOW]
    hidden |= _SCRIPT.search(content[:_PDF_WINDOW]) is not None
    if hidden:
        raise FileRefused(
            "two-faced", "The file holds another file inside it. Save it again and upload that"
        )


_JUDGES: dict[FileType, Callable[[bytes], None]] = {
    FileType.PDF: judge_pdf,
    FileType.ODT: judge_odt,
    FileType.DOCX: judge_docx,
    FileType.PNG: judge_png,
    FileType.JPEG: judge_jpeg,
}
