"""The pages of the site: a start page, ten notebooks, and the texts beside them. Each file holds all that it needs."""

import json
import re
import shutil
from collections.abc import Iterable
from html import escape
from pathlib import Path

import nbformat

from course_lib.tables import stored
from course_lib.widgets.gossip_picture import GossipPicture
from tests.benchmarks import ladder
from tests.site.frames import colours_travel
from tests.site.markdown import plain, to_html
from tests.site.notebook import Article, article, capital, player

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NAME = "Graph recommenders"
# The texts beside the notebooks: file, page, and the words of the link at the foot.
TEXTS = {
    "notebooks/GLOSSARY.md": ("glossary", "Glossary"),
    "RESULTS.md": ("results", "Results"),
    "INSTALL.md": ("install", "Where it runs"),
    "notebooks/INSTRUCTORS.md": ("instructors", "For instructors"),
    "ACCESSIBILITY.md": ("accessibility", "Accessibility"),
}


def write(folder: Path, only: Iterable[str] | None = None) -> list[Path]:
    """Write the site; the folder is made anew.

    Args:
        only: names of notebooks; all ten if None. Links to the others then lead nowhere.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = sorted((ROOT / "notebooks").glob("*.ipynb"))
    notebooks = {path.stem: nbformat.read(path, as_version=4) for path in sources if only is None or path.stem in only}
    articles = [article(notebook, name) for name, notebook in notebooks.items()]
    texts = {page: Article(page) for source, (page, _) in TEXTS.items() if (ROOT / source).exists()}
    for source, (page, title) in TEXTS.items():
        if page in texts:
            texts[page].title, texts[page].body = title, _text((ROOT / source).read_text())
            texts[page].headings = [
                (anchor, plain(words), "")
                for anchor, words in re.findall(r'<h2 id="(.*?)">(.*?)</h2>', texts[page].body)
            ]
    names = {one.name for one in (*articles, *texts.values())} | {"index"}
    index = json.dumps(
        [
            [f"{one.name}.html{f'#{anchor}' if anchor else ''}", f"{_number(one)}{one.title}", words]
            for one in (*articles, *texts.values())
            for anchor, words, _ in (("", "", ""), *one.headings)
        ],
        ensure_ascii=False,
    )
    written = []
    for place, one in enumerate(articles):
        before, after = (articles[p] if 0 <= p < len(articles) else None for p in (place - 1, place + 1))
        body = (
            f'<article>{one.body}<p class="download"><a href="{one.name}.ipynb" download>Download this notebook</a> to '
            f"run it: widgets and exercises live in JupyterLab.</p>{_next(before, after)}</article>"
        )
        written.append(_write(folder, one, _page(one, articles, texts, body, index), names))
        shutil.copy(ROOT / "notebooks" / f"{one.name}.ipynb", folder)
    for one in texts.values():
        page = _page(one, articles, texts, f"<article>{one.body}</article>", index)
        written.append(_write(folder, one, page, names))
    start = Article("index", NAME)
    written.append(_write(folder, start, _page(start, articles, texts, _start(articles), index), names))
    return written


def _number(one: Article) -> str:
    return f"{one.name[:2]} · " if one.name[:2].isdigit() else ""


def _text(source: str) -> str:
    # Headings get the anchors that GitHub gives them.
    html = to_html(source)
    return re.sub(r"<h2>(.*?)</h2>", lambda match: f'<h2 id="{_slug(match[1])}">{match[1]}</h2>', html)


def _slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", plain(heading).lower()).replace(" ", "-")


def _write(folder: Path, one: Article, html: str, names: set[str]) -> Path:
    path = folder / f"{one.name}.html"
    path.write_text(_relinked(html, names), encoding="utf-8")
    return path


def _relinked(html: str, names: set[str]) -> str:
    """Links between files of the repository as links between pages; to a file that is no page, the words alone."""
    pages = {source.rsplit("/", 1)[-1]: page for source, (page, _) in TEXTS.items()} | {"README.md": "index"}

    def link(match: re.Match) -> str:
        target, words = match[1], match[2]
        if re.match(r"(https?:|mailto:|#)|.*\.html(#|$)", target) or " download" in match[0].split(">")[0]:
            return match[0]
        path, _, anchor = target.partition("#")
        name = path.rsplit("/", 1)[-1]
        page = name.removesuffix(".ipynb") if name.endswith(".ipynb") else pages.get(name)
        if page not in names:
            return words
        return f'<a href="{page}.html{f"#{anchor}" if anchor else ""}">{words}</a>'

    return re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', link, html, flags=re.S)


def _page(one: Article, articles: list[Article], texts: dict[str, Article], body: str, index: str) -> str:
    style = (HERE / "site.css").read_text() + str(GossipPicture._css)
    script = f"{playing()}\nconst headings = {index};\n{(HERE / 'site.js').read_text()}".replace("</", "<\\/")
    title = f"{_number(one)}{one.title}" if one.name != "index" else f"{NAME}: from a rating to a reason"
    summary = one.scene or "Ten notebooks that build, train, measure and explain a graph recommender."
    items = []
    for other in articles:
        here = other.name == one.name
        inside = ""
        if here and other.headings:
            inside = (
                "<ol>" + "".join(f'<li><a href="#{a}">{escape(w)}</a></li>' for a, w, _ in other.headings) + "</ol>"
            )
        current = ' aria-current="page"' if here else ""
        short = other.title.split(":")[0]
        link = f'<a href="{other.name}.html"{current}><span>{other.name[:2]}</span> {escape(short)}</a>'
        items.append(f"<li>{link}{inside}</li>")
    foot = " · ".join(f'<a href="{page}.html">{escape(text.title)}</a>' for page, text in texts.items())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{escape(summary)}">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body class="{"start" if one.name == "index" else "inner"}">
<a class="skip" href="#main">Skip to the text</a>
<header>
<a class="home" href="index.html">{NAME}</a>
<form role="search" class="search"><label for="find">Search the headings</label>
<input id="find" type="search" autocomplete="off" placeholder="Search the headings"><ul id="found" hidden></ul>
<p id="told" role="status"></p></form>
<button id="theme" type="button">Dark</button>
</header>
<div class="columns">
<nav aria-label="Notebooks"><details open><summary>Contents</summary>
<ol class="contents">{"".join(items)}</ol></details></nav>
<main id="main">{body}</main>
</div>
<footer><p>{foot}</p><p>MovieLens 100K is not part of these pages: see <a href="results.html">Results</a> for what was
measured on it. Code and text under the MIT licence.</p></footer>
<script>{script}</script>
</body>
</html>
"""


def playing() -> str:
    """The script behind quizzes and pictures that play."""
    return str(GossipPicture._esm).replace("export default { render };", "") + (HERE / "play.js").read_text()


def _next(before: Article | None, after: Article | None) -> str:
    links = []
    if before:
        links.append(
            f'<a rel="prev" href="{before.name}.html"><span>← {before.name[:2]}</span> {escape(before.title)}</a>'
        )
    if after:
        links.append(
            f'<a rel="next" href="{after.name}.html"><span>{after.name[:2]} →</span> {escape(after.title)}</a>'
        )
    return f'<nav class="next" aria-label="Neighbours">{"".join(links)}</nav>'


def _start(articles: list[Article]) -> str:
    cards = []
    for one in articles:
        name, _, question = one.title.partition(":")
        minutes = re.search(rf"\(notebooks/{one.name}\.ipynb\).* \| (\d+) \|", (ROOT / "README.md").read_text())
        took = f'<span class="minutes">{minutes[1]} min</span>' if minutes else ""
        cards.append(
            f'<li><a href="{one.name}.html"><span class="number">{one.name[:2]}</span><span class="what"><strong>'
            f"{escape(name)}</strong> {escape(capital(question.strip()))}</span>{took}</a></li>"
        )
    own = re.search(r"^## Your own ratings\n.*?(?=^## )", (ROOT / "README.md").read_text(), re.M | re.S)[0]
    table = to_html(ladder.markdown(stored("results"), ladder.FIRST))
    page = to_html((HERE / "start.md").read_text())
    for mark, html in (("PICTURE", player(colours_travel())), ("TABLE", table), ("OWN", _text(own)),
                       ("NOTEBOOKS", f'<ol class="cards">{"".join(cards)}</ol>')):  # fmt: skip
        page = page.replace(f"<p>{mark}</p>", html)
    return page
