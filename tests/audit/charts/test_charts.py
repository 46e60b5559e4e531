"""Charts are read by eye, in grey, aloud and at 320 pixels: words never cover each other."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.utils.safestring import SafeString
from playwright.sync_api import Page

from audit.charts import (
    Dot,
    Moment,
    Series,
    Tile,
    bar_chart,
    day_strip,
    dot_plot,
    line_chart,
    small_multiples,
    tile_map,
)
from audit.charts.scales import figure, scale
from audit.charts.tiles import shade

STYLE = Path("static/css/contactpoint.css").read_text(encoding="utf-8")
WEEKS = [f"{n} Nov" for n in range(1, 14)]
RISING = tuple(float(n * n) for n in range(13))
PICTURES: dict[str, SafeString] = {
    "lines": line_chart(
        "Searches rose",
        "Four lines.",
        WEEKS,
        [
            Series("Searches", RISING),
            Series("Openings", tuple(n * 0.98 for n in RISING)),
            Series("Refusals", (3.0, None, 4.0, *RISING[3:])),
            Series("Overrides", tuple(0.0 for _ in RISING)),
        ],
    ),
    "multiples": small_multiples(
        "All steady",
        "Seven small lines.",
        WEEKS,
        [Series(f"Measure {n}", RISING) for n in range(7)],
    ),
    "bars": bar_chart(
        "Leeds searched most", "Bars.", [("Leeds", 1_234.0), ("York", None), ("Nowhere", 0.0)]
    ),
    "dots": dot_plot(
        "Between one and nine",
        "Dots.",
        [Dot("Leeds", 8.0, 5.0, 11.0), Dot("York", 3.0, is_own=True), Dot("Hidden", None)],
        middle=5.0,
    ),
    "tiles": tile_map(
        "Leeds had most",
        "Tiles.",
        [
            Tile("Leeds", "LEE", 0, 0, 90.0),
            Tile("York", "YOR", 1, 0, 3.0),
            Tile("Bath", "BAT", 1, 1, None),
        ],
    ),
}
CHANGES = {
    "lines": (">Searches<", ">Searched<"),
    "multiples": (">Measure 1<", ">Measure 8<"),
    "bars": (">1,234<", ">1,235<"),
    "dots": ('r="5"', 'r="4"'),
    "tiles": ("shade-5", "shade-4"),
}
BOXES = """() => {
  const picture = document.querySelector('svg').getBoundingClientRect();
  const texts = [...document.querySelectorAll('svg text')].map(each => {
    const box = each.getBoundingClientRect();
    return {words: each.textContent, left: box.left, right: box.right, top: box.top,
            bottom: box.bottom};
  });
  return {left: picture.left, right: picture.right, top: picture.top, bottom: picture.bottom, texts,
          wide: document.documentElement.scrollWidth};
}"""


def show(page: Page, picture: SafeString, *, grey: bool = False) -> None:
    filtered = "html { filter: grayscale(1) }" if grey else ""
    page.set_content(
        f"<!doctype html><style>{STYLE}{filtered}</style>"
        f"<div class=cp-figure__picture>{picture}</div>",
        wait_until="load",
    )


def overlaps(one: dict[str, Any], other: dict[str, Any]) -> Any:
    slack = 2  # of line height: letters do not fill it
    return (
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] + slack < other["bottom"] - slack
        and other["top"] + slack < one["bottom"] - slack
    )


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("width", [320, 1_000])
def test_words_stay_inside_the_picture_and_apart(page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    show(page, PICTURES[name])
    seen = page.evaluate(BOXES)
    assert seen["texts"]
    assert seen["wide"] <= width
    for text in seen["texts"]:
        assert seen["left"] - 1 <= text["left"] <= text["right"] <= seen["right"] + 1, text
        assert seen["top"] - 1 <= text["top"] <= text["bottom"] <= seen["bottom"] + 3, text
    touching = [
        (one["words"], other["words"])
        for one, other in combinations(seen["texts"], 2)
        if overlaps(one, other)
    ]
    assert touching == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_looks_the_same_each_time_and_another_when_a_number_changes(
    page: Page, name: str
) -> None:
    show(page, PICTURES[name])
    first = page.locator("svg").screenshot()
    show(page, PICTURES[name])
    assert page.locator("svg").screenshot() == first
    old, new = CHANGES[name]
    assert old in PICTURES[name]
    show(page, SafeString(PICTURES[name].replace(old, new)))
    assert page.locator("svg").screenshot() != first


def test_lines_differ_without_their_colours(page: Page) -> None:
    show(page, PICTURES["lines"], grey=True)
    dashes = page.eval_on_selector_all(
        "path", "paths => paths.map(path => getComputedStyle(path).strokeDasharray)"
    )
    assert len(set(dashes)) == 4


def test_a_name_with_markup_in_it_stays_words() -> None:
    drawn = bar_chart("<b>", "<i>", [("<script>alert(1)</script>", 3.0)])
    assert "<script" not in drawn
    assert "<b>" not in drawn
    assert "&lt;script" in drawn


def test_a_line_without_a_number_for_each_label_is_refused() -> None:
    with pytest.raises(ValueError, match="one number a label"):
        line_chart("t", "d", ["a", "b"], [Series("s", (1.0,))])


@pytest.mark.parametrize(
    ("numbers", "steps"),
    [
        ([0, 3], (0, 1, 2, 3)),
        ([97], (0, 50, 100)),
        ([0.4], (0.0, 0.1, 0.2, 0.3, 0.4)),
        ([], (0, 1)),
        ([None, 12_345], (0, 5_000, 10_000, 15_000)),
    ],
)
def test_an_axis_has_steps_that_people_can_read(numbers, steps) -> None:
    assert scale(numbers, 0, 1).steps == pytest.approx(steps)


def test_numbers_are_written_as_people_write_them() -> None:
    assert [figure(n) for n in (12_345, 87.5, 0.4, 0, 0.25)] == [
        "12,345",
        "87.5",
        "0.4",
        "0",
        "0.25",
    ]


def test_shades_of_a_count_hold_at_least_one_each() -> None:
    drawn = tile_map("One", "One.", [Tile("Leeds", "LEE", 0, 0, 1.0)])
    assert "to 1<" in drawn
    assert "to 0.2<" not in drawn


def test_more_is_darker() -> None:
    assert [shade(n, 100) for n in (0, 19, 20, 59, 99, 100)] == [1, 1, 2, 3, 5, 5]


def test_a_day_is_drawn_from_midnight_to_midnight_and_what_stands_out_by_its_shape():
    noon = Moment(12 * 60, stands_out=True, tip="12:00 Opened a record")
    last = Moment(24 * 60 - 1, stands_out=False)
    drawn = str(day_strip("One of two", "A line for each day.", [("5 Nov 2026", [noon, last])]))
    assert "0:00" in drawn
    assert "24:00" in drawn
    assert '<rect class="cp-chart__own" x="360"' in drawn  # the middle of the line
    assert '<circle class="cp-chart__dot" cx="619.6"' in drawn
    assert drawn.index("<circle") < drawn.index("<rect")
