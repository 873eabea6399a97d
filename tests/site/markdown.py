"""Markdown to HTML as notebooks mean it, with formulas as MathML: nothing is fetched and no script is needed."""

import re
from html import escape, unescape

from latex2mathml.converter import convert
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

MINUTES = re.compile(r" · (\d+) min$")


class _Renderer(IPythonRenderer):
    def inline_math(self, body: str) -> str:
        return formula(body)

    def block_math(self, body: str) -> str:
        return f'<div class="formula" tabindex="0">{formula(body, "block")}</div>'

    def block_code(self, code: str, info: str | None = None) -> str:
        return code_block(code, (info or "text").split()[0])

    def heading(self, text: str, level: int, **_attributes) -> str:
        # One h1 a page; minutes beside the heading, not in it.
        minutes = MINUTES.search(text)
        small = f' <span class="minutes">{minutes[1]} min</span>' if minutes else ""
        return f"<h{level}>{MINUTES.sub('', text)}{small}</h{level}>\n"

    def table(self, text: str) -> str:
        return scrolling(f"<table>{text}</table>")


def formula(body: str, display: str = "inline") -> str:
    """A formula as MathML, with the thin space that TeX sets after a function's name."""
    found = convert(body, display=display)
    return re.sub(r"(?<!<msub>)(<mi>(?:log|exp|min|max)</mi>)(?!<mo)", r'\1<mspace width="0.167em" />', found)


def to_html(source: str) -> str:
    """A text in Markdown as HTML."""
    html = MarkdownWithMath(renderer=_Renderer(escape=False)).render(source)
    # A head cell without a word names nothing.
    return re.sub(r"<th([^>]*)>\s*</th>", r"<td\1></td>", html)


def code_block(code: str, language: str) -> str:
    """Code with its words in colours; it can be scrolled by keyboard."""
    try:
        lexer = get_lexer_by_name(language)
    except ValueError:  # of pygments, for a language it does not know
        lexer = get_lexer_by_name("text")
    return f'<pre class="code" tabindex="0"><code>{highlight(code, lexer, HtmlFormatter(nowrap=True))}</code></pre>\n'


def scrolling(html: str) -> str:
    """Something wide in a box that scrolls, by keyboard too."""
    return f'<div class="wide" tabindex="0">{html}</div>'


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def quoted(text: str) -> str:
    """A text as the value of an attribute."""
    return escape(text, quote=True).replace("\n", " ")
