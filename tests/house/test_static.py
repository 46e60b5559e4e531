"""What the browser gets: nothing reserved for GOV.UK, nothing inline, nothing unescaped."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SERVED = [path for path in sorted((ROOT / "static").rglob("*")) if path.suffix in {".css", ".js"}]
CODE = [
    path
    for room in ("accounts", "records", "audit", "contactpoint")
    for path in sorted((ROOT / room).rglob("*.py"))
]
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""", re.I),
}
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|\{%\s*autoescape\s+off")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def scripts_that_would_run(text: str) -> list[str]:
    """The script elements that hold code themselves; blocks of JSON are data and never run."""
    return [
        attributes
        for attributes in SCRIPT.findall(text)
        if "src=" not in attributes and 'type="application/json"' not in attributes
    ]


def test_there_are_templates_and_styles_to_look_at():
    assert len(TEMPLATES) > 30
    assert len(SERVED) >= 5


def test_the_reserved_font_crest_and_crown_are_not_here():
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    assert not [name(f) for f in files if f.suffix in {".woff", ".woff2", ".ttf", ".otf"}]
    assert not [name(f) for f in files if re.search("crest|crown", f.name, re.IGNORECASE)]
    for path in SERVED:
        text = path.read_text("utf-8")
        assert "GDS Transport" not in text, name(path)
        assert "@font-face" not in text, name(path)


def test_style_sheets_and_scripts_ask_nobody_else_for_anything():
    for path in SERVED:
        text = path.read_text("utf-8")
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", text), name(path)
        assert "sourceMappingURL" not in text, name(path)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_nothing_the_content_policy_would_block(path):
    text = path.read_text("utf-8")
    found = [what for what, pattern in INLINE.items() if pattern.search(text)]
    assert not found
    assert not scripts_that_would_run(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_escapes_everything_and_compiles(path):
    assert not UNESCAPED.search(path.read_text("utf-8"))
    assert get_template(str(path.relative_to(ROOT / "templates")))


def test_no_code_calls_text_safe_by_itself():
    guilty = [name(path) for path in CODE if re.search(r"\bmark_safe\b", path.read_text("utf-8"))]
    assert not guilty


@pytest.mark.parametrize(
    "bad",
    [
        '<p class="x" style="color:red">',
        '<button onclick="go()">',
        "<style>p{}</style>",
        '<a href="javascript:go()">',
    ],
)
def test_the_guard_sees_what_it_is_there_for(bad):
    assert any(pattern.search(bad) for pattern in INLINE.values())
    assert scripts_that_would_run("<script>go()</script>")
    assert UNESCAPED.search("{{ name|safe }}")


@pytest.mark.parametrize("page", ["500.html", "503.html"])
def test_the_last_resort_pages_need_no_context_and_no_other_template(page):
    source = (ROOT / "templates" / page).read_text("utf-8")
    assert not re.search(r"\{%\s*(?:extends|include|url|static|load)", source)
    html = engines["django"].get_template(page).render()
    assert 'lang="en"' in html
    assert html.count("<h1") == 1
    for address in re.findall(r'href="/static/([^"]+)"', html):
        assert (ROOT / "static" / address).is_file()
