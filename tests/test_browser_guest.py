"""Guest 944 in a real browser: tick three films, and the list, its reasons and its sums answer."""

import re

from tests.test_browser import SHOW_CELL, browser, lab, open_notebook, widget_cell_index  # noqa: F401

ROWS = """widget => [...widget.querySelectorAll('tbody tr')].map(row => ({
    film: row.children[1].textContent, score: row.children[2].textContent, reasons: row.children[4].textContent}))"""


def test_ticking_three_films_changes_list_and_reasons_and_the_numbers_add_up(open_notebook):  # noqa: F811
    notebook = open_notebook("08_recommendation")
    notebook.page.evaluate(SHOW_CELL, widget_cell_index("08_recommendation"))
    widget = notebook.page.locator(".jp-OutputArea-output .widget-vbox").first
    widget.scroll_into_view_if_needed()
    widget.locator("tbody tr").first.wait_for()
    notebook.screenshot("guest_before")
    seen = [widget.evaluate(ROWS)]
    for words, film in (
        ("psycho", "Psycho (1960)"),
        ("FARGO", "Fargo (1996)"),
        ("the princess bride", "Princess Bride"),
    ):
        widget.locator("input[type=text]").first.fill(words)
        box = widget.locator(".widget-checkbox", has_text=film).first
        box.wait_for()
        box.locator("input").check()
        notebook.page.wait_for_function(
            f"([widget, before]) => JSON.stringify(({ROWS})(widget)) !== JSON.stringify(before)",
            arg=[widget.element_handle(), seen[-1]],
        )
        rows = widget.evaluate(ROWS)
        assert [row["reasons"] for row in rows] != [row["reasons"] for row in seen[-1]]
        assert film not in [row["film"] for row in rows] and len(rows) == 10
        for row in rows:
            shares = re.findall(r"(?:^|([-+]) )(\d+\.\d{3})(?= )", row["reasons"])
            assert round(sum(float(sign + number) for sign, number in shares), 3) == float(row["score"]), row
        assert widget.locator(".jupyter-widget-tag", has_text=film).count() == 1
        seen.append(rows)
    notebook.screenshot("guest_after")
    assert len({tuple(row["film"] for row in rows) for rows in seen}) > 2  # the list itself moved, not only the reasons
    assert notebook.complaints == []
