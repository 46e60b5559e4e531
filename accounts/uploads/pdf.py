"""PDF: parsed by pypdf, without a password, and without anything that acts by itself."""

from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from accounts.uploads.refusal import FileRefused, damaged

MAX_OBJECTS = 50_000
MAX_NESTING = 40
# What a page of a policy never needs: scripts, programs, embedded files, forms sent elsewhere.
_ACTIVE = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/RichMedia",
        "/SubmitForm",
        "/ImportData",
        "/XFA",
    }
)


def judge_pdf(content: bytes) -> None:
    """Raises `FileRefused`."""
    if b"%%EOF" not in content[-1024:]:
        raise damaged("PDF")
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise FileRefused("encrypted", "The PDF needs a password. Save it without one")
        active = _is_active(reader)
        pages = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise damaged("PDF") from problem
    if active:
        raise FileRefused(
            "active", "The PDF holds a script or another file. Print it to a new PDF, upload that"
        )
    if not pages:
        raise damaged("PDF")


def _is_active(reader: PdfReader) -> bool:
    """Whether any object, reachable or not, holds something that acts."""
    numbers = {n for table in reader.xref.values() for n in table} | set(reader.xref_objStm)
    if len(numbers) > MAX_OBJECTS:
        raise FileRefused("bomb", "The PDF has too many parts. Print it to a new PDF, upload that")
    return any(_acts(reader.get_object(IndirectObject(n, 0, reader)), 0) for n in numbers)


def _acts(value: Any, depth: int) -> bool:
    """One object with what is written inside it; references lead to objects asked on their own."""
    if depth > MAX_NESTING:
        raise ValueError("nested too deeply")
    if isinstance(value, DictionaryObject):
        named = {str(key) for key in value} | {str(value.raw_get(k)) for k in value if k in _TYPES}
        return bool(named & _ACTIVE) or any(_acts(value.raw_get(key), depth + 1) for key in value)
    if isinstance(value, ArrayObject):
        return any(_acts(list.__getitem__(value, n), depth + 1) for n in range(len(value)))
    return False


_TYPES = ("/S", "/Subtype", "/Type")
