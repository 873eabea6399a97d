"""Two pages of the site in Chromium: axe, no errors, nothing too wide, nothing from the network, and what plays plays.

`make check-site` looks at all of them.
"""

import pytest
from playwright.sync_api import expect

from tests.site.check import in_a_browser
from tests.site.markdown import to_html
from tests.site.pages import ROOT, write

PAGES = (("index", "dark", 390), ("01_setup", "light", 1280))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    write(folder, ("01_setup",))
    return folder


@pytest.mark.parametrize("name, theme, width", PAGES)
def test_a_browser_finds_nothing_wrong(chromium, site, name, theme, width):
    assert in_a_browser(chromium, site / f"{name}.html", theme, width) == []


def test_what_nobody_could_read_is_found(chromium, site, tmp_path):
    page = tmp_path / "install.html"
    grey = '<p style="color:#bbb;background:#fff">grey</p><script>fetch("https://example.org")</script></main>'
    page.write_text((site / "install.html").read_text().replace("</main>", grey))
    found = "\n".join(in_a_browser(chromium, page))
    assert "color-contrast" in found and "asks https://example.org" in found


def test_search_theme_and_quiz(chromium, site):
    page = chromium.new_page()
    page.goto((site / "01_setup.html").as_uri())
    page.get_by_role("searchbox").fill("casablanca")
    expect(page.locator("#found a")).to_have_count(1)
    expect(page.locator("#told")).to_have_text("1 found")
    page.keyboard.press("Enter")
    assert page.url.endswith("#gossip")
    page.get_by_role("button", name="Switch to dark colours").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 28)"
    option = page.locator(".quiz button").first
    option.click()
    expect(option.locator("+ p")).to_be_visible()
    page.close()


# As wide, as large and as airy as a code host sets it.
HOST = """<style>body { width: 830px; margin: 0; font: 16px/1.5 sans-serif } p, pre, table { margin: 0 0 16px }
h1, h2 { margin: 24px 0 16px } img { max-width: 100% } pre { padding: 16px; font: 13.6px/1.45 monospace }
table { border-collapse: collapse } th, td { padding: 6px 13px }</style>"""


def test_the_readme_fits_three_screens_and_shows_a_picture_and_the_command_on_the_first(chromium, tmp_path):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    readme = to_html((ROOT / "README.md").read_text()).replace('src="notebooks', f'src="{ROOT.as_uri()}/notebooks')
    (tmp_path / "readme.html").write_text(HOST + readme)
    page.goto((tmp_path / "readme.html").as_uri())
    assert page.evaluate("document.body.scrollHeight") <= 3 * 900
    assert page.evaluate("document.querySelector('img').naturalWidth") > 0
    assert page.evaluate("document.querySelector('pre').getBoundingClientRect().bottom") < 900
    assert page.locator("pre").first.inner_text().startswith("make lab")
    page.close()
