"""ODT and DOCX: archives of a known shape, opened within limits, without macros or objects.

Every entry is unpacked and counted, since what an archive says of its own sizes can be a lie.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from accounts.uploads.refusal import FileRefused, damaged

MAX_ENTRIES = 2_000
MAX_UNPACKED = 60 * 1024 * 1024
CHUNK = 64 * 1024

_ODT = b"application/vnd.oasis.opendocument.text"
_DOCX = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# What a document of words never needs: macros, objects, programs, archives.
_ACTIVE_NAME = re.compile(
    r"vbaProject|(^|/)(Basic|Scripts|Object ?\d*|ObjectReplacements|activeX|embeddings)(/|$)"
    r"|\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jse|wsf|hta|jar|msi|lnk|sh|py|php|zip|7z|rar|bin)$",
    re.IGNORECASE,
)
_ACTIVE_XML = re.compile(
    rb"<!(DOCTYPE|ENTITY)|macroEnabled|relationships/(attachedTemplate|oleObject|vbaProject)"
    rb"|<script:event-listener|<office:scripts>\s*<",
    re.IGNORECASE,
)


def looks_like_odt(content: bytes) -> bool:
    """Its first entry is called `mimetype`: so the format demands."""
    return content[30:38] == b"mimetype"


def judge_odt(content: bytes) -> None:
    """Raises `FileRefused`."""
    with _opened(content) as archive:
        parts = _unpacked(archive)
        if parts.get("mimetype") != _ODT or "content.xml" not in parts:
            raise damaged("ODT")


def judge_docx(content: bytes) -> None:
    """Raises `FileRefused`."""
    with _opened(content) as archive:
        parts = _unpacked(archive)
        types = parts.get("[Content_Types].xml", b"")
        if _DOCX not in types or "word/document.xml" not in parts:
            raise FileRefused("unknown-type", "The file must be a PDF, ODT, DOCX, PNG or JPEG")


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive, if it begins where the file begins and ends where the file ends."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            end = content.rfind(b"PK\x05\x06")
            if end + 22 + len(archive.comment) != len(content) or archive.comment:
                raise damaged("document")
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        raise damaged("document") from problem


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """The parts by name, XML parts with their content. Raises `FileRefused`."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES or len(set(names)) != len(names):
        raise _bomb()
    parts: dict[str, bytes] = {}
    room = MAX_UNPACKED
    for entry in entries:
        _refuse_name(entry)
        content = _read(archive, entry, room)
        room -= len(content)
        if _ACTIVE_XML.search(_as_ascii(content)):
            raise _active()
        parts[entry.filename] = content
    return parts


def _refuse_name(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if name.startswith(("/", "\\")) or ".." in name or "\\" in name or entry.flag_bits & 0x1:
        raise damaged("document")
    if _ACTIVE_NAME.search(name):
        raise _active()


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    """The real content, never more than `room` bytes of it."""
    if entry.file_size > room:
        raise _bomb()
    pieces: list[bytes] = []
    with archive.open(entry) as part:
        while piece := part.read(CHUNK):
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                raise _bomb()
    return b"".join(pieces)


def _as_ascii(content: bytes) -> bytes:
    """XML may be UTF-16: without its zero bytes, the words we look for stand there plainly."""
    return content.replace(b"\0", b"") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else content


def _bomb() -> FileRefused:
    return FileRefused("bomb", "The document is too large when unpacked. Save it as a PDF instead")


def _active() -> FileRefused:
    return FileRefused(
        "active", "The document holds a macro or an object. Save it as a PDF and upload that"
    )
