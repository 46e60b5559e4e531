"""PNG and JPEG: whole, of a size a screen can show, and nothing after their end."""

import warnings
from io import BytesIO

from PIL import Image

from accounts.uploads.refusal import FileRefused, damaged

MAX_PIXELS = 50_000_000
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END = b"\xff\xd9"


def judge_png(content: bytes) -> None:
    """Raises `FileRefused`."""
    _judge("PNG", content, _PNG_END)


def judge_jpeg(content: bytes) -> None:
    """Raises `FileRefused`."""
    _judge("JPEG", content, _JPEG_END)


def _judge(format_: str, content: bytes, end: bytes) -> None:
    if not content.endswith(end):
        raise damaged(format_)  # cut off, or with something behind it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[format_]) as picture:
                too_large = picture.width * picture.height > MAX_PIXELS
                if not too_large:
                    picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        too_large = True
    except (OSError, SyntaxError, ValueError) as problem:
        raise damaged(format_) from problem
    if too_large:
        raise FileRefused("bomb", "The picture has too many pixels. Save a smaller one")
