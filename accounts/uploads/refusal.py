"""Why a file is not kept."""


class FileRefused(Exception):
    """`code` for tests and logs, the message for the person: what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def damaged(kind: str) -> FileRefused:
    """The file begins like one of its kind and is none."""
    return FileRefused(
        "damaged", f"The file is a damaged {kind}. Save it again from your program and upload that"
    )
