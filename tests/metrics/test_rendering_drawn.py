"""What tables print as HTML."""

from django.template import engines

from ops_dashboard.metrics.rendering import drawn
from ops_dashboard.metrics.rendering.changes import Change, Verdict
from ops_dashboard.metrics.rendering.heat import HeatCell, HeatMap
from ops_dashboard.metrics.rendering.marks import Bullet, Sparkline
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table

SLY = "<b>\"&'"
SAFE = "&lt;b&gt;&quot;&amp;&#x27;"


def test_a_row_begins_with_its_head_and_every_field_says_how_it_sorts() -> None:
    table = Table(
        (Column("Team"), Column("n", "number"), Column("", "bar")), ((Cell("A", order="a"), Cell("7", 7.5), Cell()),)
    )
    assert drawn.table_rows(table) == (
        '<tr><th scope="row" data-order="a">A</th><td class="number" data-order="7.5">7</td>'
        '<td class="bar-cell" data-order=""></td></tr>\n'
    )


def test_no_text_of_a_table_is_taken_for_markup() -> None:
    cell = Cell(SLY, order=SLY, href=SLY, quiet=SLY, spark=Sparkline((), (), None, SLY))
    html = drawn.table_rows(Table((Column("Team", "change"),), ((cell,),)))
    assert SLY not in html
    assert html.count(SAFE) == 5


def test_a_change_shows_its_shape_and_says_its_words() -> None:
    html = drawn.change(Change(Verdict.WORSE, "1.4 pts", "−1.4", rises=False, difference=-0.014), words=SLY)
    assert '<span class="change worse">' in html
    assert '<path d="M5 9L.5 1h9z"/>' in html
    assert f'<span aria-hidden="true">{SAFE}</span><span class="unseen">down 1.4 pts, worse</span>' in html


def test_a_bar_leaves_out_the_marks_it_has_not() -> None:
    plain = drawn.bullet(Bullet(12.5))
    assert 'class="bullet-bar" x="0" y="4" width="12.5"' in plain
    assert "interval" not in plain
    assert "target" not in plain
    whole = drawn.bullet(Bullet(100.0, target=80.0, low=70.25, high=90.5, misses=True))
    assert 'class="bullet-bar misses"' in whole
    assert 'class="bullet-interval" x="70.25" y="6.500" width="20.25"' in whole
    assert 'class="bullet-target" x="80"' in whole


def test_a_sparkline_has_its_runs_its_dots_and_its_end() -> None:
    html = drawn.sparkline(Sparkline(("2.5,3 4,5",), ((10.0, 2.5),), (93.5, 4.0), "from 1 to 2"))
    assert 'aria-label="from 1 to 2"><polyline points="2.5,3 4,5"/><circle cx="10" cy="2.5" r="1.500"/>' in html
    assert '<circle class="last" cx="93.5" cy="4" r="2"/></svg>' in html


def test_the_hours_of_a_heat_map_say_their_words() -> None:
    heat = HeatMap((("Mon", (HeatCell("w2", SLY),)),), (), "", "", "")
    assert drawn.heat_rows(heat) == (
        f'<tr><th scope="row">Mon</th><td class="shade-w2" title="{SAFE}">'
        f'<span class="unseen">{SAFE}</span></td></tr>\n'
    )


def test_a_template_prints_what_is_drawn_as_it_is() -> None:
    table = Table((Column("Team"),), ((Cell("A & B"),),))
    page = engines["django"].from_string("{% load components %}{% data_table table %}").render({"table": table})
    assert '<th scope="row" data-order="">A &amp; B</th>' in page
