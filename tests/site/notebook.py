"""One notebook as the body of a page: prose, code, stored outputs, its quiz to answer and its picture to play."""

import base64
import json
import re
import struct
from dataclasses import dataclass, field
from html import escape, unescape
from importlib import import_module

import nbformat

from tests.site.frames import BOOKS, Book
from tests.site.markdown import code_block, plain, quoted, scrolling, to_html
from tests.story import tags

VIEW = "application/vnd.jupyter.widget-view+json"
NO_KERNEL = re.compile(r"To bring it to life")


@dataclass
class Article:
    """What a page needs of a notebook.

    Attributes:
        name: `04_lightgcn`.
        title: without its number.
        headings: id, words and minutes ("" where none are stated) of each section.
        body: HTML.
        scene: the first paragraph below the title, in words.
        cells: the ids of the cells, which links may name.
    """

    name: str
    title: str = ""
    headings: list[tuple[str, str, str]] = field(default_factory=list)
    body: str = ""
    scene: str = ""
    cells: list[str] = field(default_factory=list)


def article(notebook: nbformat.NotebookNode, name: str) -> Article:
    """A notebook as an article.

    Raises:
        ValueError: the cell that a picture stands below is not there.
    """
    book = BOOKS[name]() if name in BOOKS else None
    page = Article(name, cells=[cell.id for cell in notebook.cells])
    if book is not None and book.after not in page.cells:
        raise ValueError(f"{name} has no cell {book.after!r}, below which its picture plays; name another in frames.py")
    parts: list[str] = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(_prose(cell, page, first=place == 0))
        else:
            shown = output(cell)
            if "Quiz(QUESTIONS)" in cell.source:
                shown = quiz(name)
            if book is not None and cell.id == book.after:
                still = _fold("The same as still pictures", shown)
                shown = player(book) + still if book.replaces else shown + player(book)
            parts.append(_code(cell) + shown)
        if book is not None and cell.id == book.after and cell.cell_type == "markdown":
            parts.append(player(book))
    page.body = "\n".join(parts) + ("</section>" if page.headings else "")
    return page


def _prose(cell: nbformat.NotebookNode, page: Article, first: bool) -> str:
    source = cell.source
    if first:  # the way to the neighbours stands at the head and foot of the page
        source = "\n\n".join(part for part in source.split("\n\n") if not re.match(r"(\[←|\*\*\d\d\*\* · \[)", part))
    html = to_html(source)
    title = re.search(r"<h1>(.*?)</h1>", html)
    if title and not page.title:
        page.title = re.sub(r"^\d\d (· )?", "", plain(title[1]))
        after = re.search(r"<p>(.*?)</p>", html[title.end() :], re.S)
        page.scene = plain(after[1]) if after else ""
        name, colon, question = page.title.partition(":")
        if colon:
            eyebrow = f'<span class="eyebrow">{page.name[:2]} · {escape(name)}</span> '
            html = html.replace(title[0], f"<h1>{eyebrow}{escape(capital(question.strip()))}</h1>")
    heading = re.search(r"<h2>(.*?)</h2>", html, re.S)
    if not heading:
        return html
    minutes = re.search(r'<span class="minutes">(.*?)</span>', heading[1])
    words = plain(re.sub(r'<span class="minutes">.*?</span>', "", heading[1]))
    page.headings.append((cell.id, words, minutes[1] if minutes else ""))
    kind = "deeper" if "deeper" in tags(cell) else "core"
    end = "</section>\n" if len(page.headings) > 1 else ""
    badge = '<p class="badge">Going deeper: you can leave this out</p>' if kind == "deeper" else ""
    linked = heading[0].replace("<h2>", f'<h2 id="{cell.id}">')
    return f'{end}<section class="{kind}" aria-labelledby="{cell.id}">{badge}{html.replace(heading[0], linked)}'


def capital(text: str) -> str:
    """A text that begins with a capital letter and is else as it was."""
    return text[:1].upper() + text[1:]


def _code(cell: nbformat.NotebookNode) -> str:
    code = code_block(cell.source, "python")
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        summary = "Set-up: imports and data" if "setup" in tags(cell) else "Code of this cell"
        return _fold(summary, code, "quiet")
    return code


def _fold(summary: str, html: str, kind: str = "") -> str:
    return f'<details class="{kind}"><summary>{escape(summary)}</summary>{html}</details>\n'


def output(cell: nbformat.NotebookNode) -> str:
    """What a cell has stored to look at."""
    shown: list[str] = []
    outputs = list(cell.outputs)
    while outputs:
        one = outputs.pop(0)
        if one.output_type == "stream":
            shown.append(f'<pre class="printed" tabindex="0">{escape(one.text.rstrip())}</pre>')
            continue
        if one.output_type == "error":
            shown.append(f'<pre class="printed" tabindex="0">{escape(one.ename)}: {escape(one.evalue)}</pre>')
            continue
        data = one.data
        if "image/png" in data:
            alt = one.metadata.get("image/png", {}).get("alt") or data.get("text/plain", "")
            caption = ""
            if outputs and "text/markdown" in outputs[0].get("data", {}):
                words = outputs[0].data["text/markdown"]
                if words.startswith("*") and not NO_KERNEL.search(words):
                    caption = f"<figcaption>{to_html(outputs.pop(0).data['text/markdown'])}</figcaption>"
            picture = data["image/png"].replace("\n", "")
            width, height = _size(picture)
            shown.append(
                f'<figure><img alt="{quoted(alt)}" width="{width}" height="{height}" '
                f'src="data:image/png;base64,{picture}">{caption}</figure>'
            )
        elif "text/markdown" in data:
            words = data["text/markdown"]
            html = to_html(words)
            shown.append(f'<div class="still">{html}</div>' if NO_KERNEL.search(words) else f"<div>{html}</div>")
        elif VIEW in data:
            continue  # lives only with a kernel; what stands for it comes next
        elif "text/html" in data:
            shown.append(scrolling(_labelled("".join(data["text/html"]))))
        elif "text/plain" in data:
            shown.append(f'<pre class="printed" tabindex="0">{escape(data["text/plain"])}</pre>')
    return "".join(f'<div class="shown">{part}</div>\n' for part in shown)


def _size(picture: str) -> tuple[int, int]:
    return struct.unpack(">II", base64.b64decode(picture[:64])[16:24])


def _labelled(html: str) -> str:
    # pandas leaves corners empty, and styles of the notebook's own that no page needs.
    html = re.sub(r"<style.*?</style>", "", html, flags=re.S)
    return re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", html).replace(' border="1"', "")


def quiz(name: str) -> str:
    """The questions of a notebook, which answer without a kernel."""
    questions = import_module(f"course_lib.classroom.lessons.n{name}").QUESTIONS
    rows = []
    for question in questions:
        options = "".join(
            f'<li><button type="button" aria-expanded="false">{escape(option)}</button>'
            f'<p hidden class="{"right" if wrong is None else "wrong"}">'
            + escape(f"✓ Right. {question.explanation}" if wrong is None else f"✗ Not quite. {wrong}")
            + "</p></li>"
            for option, wrong in question.options
        )
        rows.append(f"<li><p>{escape(question.text)}</p><ul>{options}</ul></li>")
    return f'<ol class="quiz">{"".join(rows)}</ol>'


def player(book: Book) -> str:
    """A figure that plays a book in the page; `site.js` brings it to life."""
    data = json.dumps({"pages": book.pages, "told": book.told}, ensure_ascii=False).replace("</", "<\\/")
    rows = "".join(
        f'<button type="button" aria-pressed="{"false" if place else "true"}">{escape(row)}</button>'
        for place, row in enumerate(book.rows)
    )
    words = "" if book.replaces else f"<p>{escape(book.words)}</p>"
    return words + (
        f'<figure class="player" aria-label="{escape(book.title)}"><script type="application/json">{data}</script>'
        f'<div class="controls">'
        f'<span role="group" aria-label="{escape(book.choice)}"><span class="label">{escape(book.choice)}</span> {rows}'
        f'</span><label>round <input type="range" min="0" max="{len(book.pages[0]) - 1}" value="0"></label></div>'
        f'<div class="stage" tabindex="0"></div><figcaption aria-live="polite"></figcaption>'
        f"<noscript>The picture moves where scripts are allowed. {escape(_last_words(book))}</noscript></figure>"
    )


def _last_words(book: Book) -> str:
    return unescape(re.search(r'aria-label="(.*?)"', book.pages[0][-1])[1])
