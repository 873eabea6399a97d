"""Do the pages hold? `python -m tests.site.check` asks of those in `build/site`: links, axe in both themes, no network.

`broken` needs no browser and takes a moment; `make html` runs it on what it has written.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.jupyterlab import CHROMIUM, FLAGS
from tests.site.pages import ROOT

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PLAYED = {"index": 3, "01_setup": 3, "04_lightgcn": 3, "10_peer_influence": 6}  # rounds of each picture


class _Page(HTMLParser):
    """What a page points to, and what in it can be pointed at."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets, self.loaded, self.ids, self.unnamed = [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a" and values.get("href"):
            self.targets.append(values["href"])
        elif tag in ("link", "script", "img", "iframe", "source"):
            self.loaded += [values[name] for name in ("src", "href") if values.get(name)]
        self.unnamed += tag == "img" and not values.get("alt")


def broken(folder: Path) -> list[str]:
    """What is wrong with the links of the pages, a sentence each: none where all is well."""
    pages = {path.name: _Page(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.html"))}
    wrong = []
    for name, page in pages.items():
        for target in page.targets:
            if re.match(r"https?://|mailto:", target):
                continue
            file, _, anchor = unquote(target).partition("#")
            if file and not (folder / file).is_file():
                wrong.append(f"{name} links to {target}, and there is no such file")
            elif anchor and anchor not in pages[file or name].ids:
                wrong.append(f"{name} links to {target}, and there is no such place on that page")
        wrong += [f"{name} loads {one[:60]} from elsewhere" for one in page.loaded if not one.startswith("data:")]
        wrong += [f"{name} has the id {one!r} twice" for one in sorted(set(page.ids)) if page.ids.count(one) > 1]
        if page.unnamed:
            wrong.append(f"{name} has {page.unnamed} pictures without an alternative text")
        if re.search(r"url\(['\"]?http|@import", (folder / name).read_text(encoding="utf-8")):
            wrong.append(f"{name} has a style that loads from elsewhere")
    return wrong


def in_a_browser(browser: Browser, path: Path, theme: str = "light", width: int = 1280) -> list[str]:
    """What a browser finds wrong with one page: errors, what axe says, what overflows, what it asks the network for."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda line: wrong.append(f"console: {line.text}") if line.type == "error" else None)
    page.on("request", lambda ask: None if ask.url.startswith(("file:", "data:")) else wrong.append(f"asks {ask.url}"))
    page.goto(path.as_uri())
    for found in Axe().run(page, options=AXE).response["violations"]:
        nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
        wrong.append(f"axe, {found['id']} ({len(found['nodes'])} times): {nodes}")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"is wider than a window of {width} pixels")
    if path.stem in PLAYED:
        wrong += _played(page, PLAYED[path.stem])
    page.close()
    return [f"{path.name}, {theme}, {width} pixels: {one}" for one in wrong]


def _played(page, last: int) -> list[str]:
    player = page.locator(".player").first
    words = player.locator("figcaption")
    before, slider = words.inner_text(), player.locator("input[type=range]")
    player.locator("button.play").click()
    page.wait_for_function("([f, n]) => f.querySelector('input').value === n", arg=[player.element_handle(), str(last)])
    played = words.inner_text()
    slider.focus()
    page.keyboard.press("Home")
    if played == before or words.inner_text() != before:
        return ["its picture does not play and turn back"]
    player.locator(".controls [role=group] button").nth(1).click()
    return [] if words.inner_text() != before else ["its picture has one row only"]


def main(folder: Path) -> int:
    """Print what is wrong with each page, or that nothing is."""
    wrong = broken(folder) if folder.is_dir() else [f"there is no folder {folder}; run make html first"]
    print(f"links of {len(list(folder.glob('*.html')))} pages: {'nothing broken' if not wrong else ''}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for path in sorted(folder.glob("*.html")):
            found = [one for theme, width in (("light", 1280), ("dark", 390)) for one in
                     in_a_browser(browser, path, theme, width)]  # fmt: skip
            print(f"{path.name}: {'nothing found, light and dark, wide and narrow' if not found else ''}", flush=True)
            wrong += found
        browser.close()
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"))
