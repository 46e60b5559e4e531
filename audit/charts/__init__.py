"""Charts drawn on the server as plain SVG: readable without scripts, in grey, in print, aloud.

Imports nothing of ours. Every chart has a title that states the finding and a description; whoever
shows one puts the table of the same numbers beneath it (`templates/components/figure.html`).
"""

from audit.charts.bars import bar_chart
from audit.charts.dots import Dot, dot_plot
from audit.charts.lines import Series, line_chart, small_multiples
from audit.charts.strip import Moment, day_strip
from audit.charts.svg import joined
from audit.charts.tiles import Tile, tile_map

__all__ = [
    "Dot",
    "Moment",
    "Series",
    "Tile",
    "bar_chart",
    "day_strip",
    "dot_plot",
    "joined",
    "line_chart",
    "small_multiples",
    "tile_map",
]
