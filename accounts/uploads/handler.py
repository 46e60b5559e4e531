"""Refuses a request whose body is larger than any file we take, before it fills a disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from accounts.uploads.judging import MAX_BYTES

ROOM_FOR_FIELDS = 1024 * 1024


class Bounded(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: looks at the declared length, then passes everything on."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        if content_length > MAX_BYTES + ROOM_FOR_FIELDS:
            raise RequestDataTooBig("The body is larger than any file we take.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
