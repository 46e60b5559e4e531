"""Vendors GOV.UK Frontend without what is reserved for GOV.UK: its font, crest and crown.

Run by hand: `npm pack govuk-frontend@VERSION`, unpack, then
`python static/vendor/govuk/update.py path/to/package/dist`. No other code belongs here.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LICENCE = """GOV.UK Frontend {version}, vendored by update.py (changed: font faces and crest
removed, Arial instead of the reserved font, source-map comments removed).
https://github.com/alphagov/govuk-frontend

The MIT License (MIT)

Copyright (c) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def without_font(css: str) -> str:
    """The style sheet without the two font faces, the notice of their owners, and the family."""
    css = re.sub(r"/\*!.*?\*/\s*(?=@font-face)", "", css, flags=re.DOTALL)
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    return css.replace("GDS Transport,arial,sans-serif", "arial,sans-serif")


def without_crest(css: str) -> str:
    """The style sheet without the one image it asks for, the royal crest in the footer."""
    return re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", css)


def without_source_map(text: str) -> str:
    """The text without its `sourceMappingURL` comment, CSS or JavaScript."""
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
    return re.sub(r"//# sourceMappingURL=\S*", "", text).rstrip() + "\n"


def main(dist: Path) -> None:
    """Writes the style sheet, the script, VERSION and LICENCE.txt next to this file."""
    source = dist / "govuk"
    css = (source / "govuk-frontend.min.css").read_text("utf-8")
    css = without_source_map(without_crest(without_font(css)))
    version = re.search(r'--govuk-frontend-version:"([^"]+)"', css)
    if version is None or re.search("GDS Transport|@font-face|url\\(", css):
        raise SystemExit("The style sheet's shape has changed: look at it, then mend this script.")
    script = without_source_map((source / "govuk-frontend.min.js").read_text("utf-8"))
    (HERE / "govuk-frontend.min.css").write_text(css, "utf-8")
    (HERE / "govuk-frontend.min.js").write_text(script, "utf-8")
    (HERE / "VERSION").write_text(version[1] + "\n", "utf-8")
    (HERE / "LICENCE.txt").write_text(LICENCE.format(version=version[1]), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(f"usage: {Path(__file__).name} path/to/package/dist")
    main(Path(sys.argv[1]))
