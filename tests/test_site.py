"""The site without a browser: what a page holds, that its links lead somewhere, and the frames of what plays."""

import re
import subprocess
from itertools import pairwise
from xml.etree import ElementTree

import nbformat
import pytest

from tests.site.animation import PICTURE, animated
from tests.site.check import broken
from tests.site.frames import BOOKS, colours_travel
from tests.site.markdown import to_html
from tests.site.notebook import article
from tests.site.pages import ROOT, write
from tests.story import pictures
from tests.test_gossip_picture import shapes

SOME = ("01_setup", "04_lightgcn")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of two notebooks and everything beside them."""
    folder = tmp_path_factory.mktemp("site")
    write(folder, SOME)
    return folder


def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site):
    assert broken(site) == []


@pytest.mark.parametrize(
    "planted",
    ['<a href="11_more.html">x</a>', '<a href="index.html#nowhere">x</a>', '<a href="#nowhere">x</a>', '<img src="x">',
     '<script src="https://example.org/x.js"></script>', '<i id="main"></i><i id="main"></i>'],
)  # fmt: skip
def test_a_planted_fault_is_found(site, tmp_path, planted):
    for page in site.glob("*.html"):
        (tmp_path / page.name).write_text(page.read_text())
    for notebook in site.glob("*.ipynb"):
        (tmp_path / notebook.name).touch()
    page = tmp_path / "01_setup.html"
    page.write_text(page.read_text().replace("</main>", f"{planted}</main>"))
    assert broken(tmp_path) and all("01_setup" in sentence for sentence in broken(tmp_path))


@pytest.mark.parametrize("name", SOME)
def test_a_page_keeps_the_pictures_with_their_alternative_texts_and_captions(site, name):
    page, notebook = (site / f"{name}.html").read_text(), nbformat.read(ROOT / f"notebooks/{name}.ipynb", 4)
    stored = [alt for cell in notebook.cells for alt in pictures(cell)]
    alts = re.findall(r'<img alt="([^"]*)" width="\d+" height="\d+"', page)
    assert len(alts) == len(stored) and all(alts)
    assert page.count("<figcaption><p>") == len(captions(notebook))
    assert "$" not in re.sub(r"<(pre|code|script|style).*?</\1>", "", page, flags=re.S)  # formulas are drawn


def captions(notebook) -> list[str]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    pairs = pairwise(outputs)
    below = [after.data.get("text/markdown", "") for before, after in pairs if "image/png" in before.data]
    return [words for words in below if words.startswith("*") and "To bring it to life" not in words]


def test_sections_carry_their_minutes_and_say_what_can_be_left_out(site):
    page = (site / "04_lightgcn.html").read_text()
    assert page.count('<section class="deeper"') == page.count("Going deeper: you can leave this out") > 0
    assert re.search(r'<h2 id="paper">.*?<span class="minutes">4 min</span></h2>', page)


def test_a_link_to_a_file_that_is_no_page_is_its_words(site):
    page = (site / "install.html").read_text()
    assert ".md" not in "".join(re.findall(r'href="([^"]*)"', page))


def test_formulas_become_mathml():
    assert "<math" in to_html("with $d_i$ raves") and "<msub>" in to_html("$$d_i$$")


def test_what_a_notebook_shows_stays_beside_what_plays(site):
    notebook = nbformat.read(ROOT / "notebooks/10_peer_influence.ipynb", 4)
    (cell,) = [cell for cell in notebook.cells if cell.id == "widget"]
    cell.outputs = [nbformat.v4.new_output("stream", text="a stored line")]
    page = article(notebook, "10_peer_influence").body
    assert page.index("a stored line") < page.index('class="player"') and "at the little party of 01" in page


def test_a_picture_whose_cell_is_gone_is_an_error():
    notebook = nbformat.read(ROOT / "notebooks/04_lightgcn.ipynb", 4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != BOOKS["04_lightgcn"]().after]
    with pytest.raises(ValueError, match="no cell"):
        article(notebook, "04_lightgcn")


@pytest.mark.parametrize("name", BOOKS)
def test_the_frames_of_a_picture_turn_into_each_other(name):
    book = BOOKS[name]()
    first = [tag for tag, _, _ in shapes(book.pages[0][0])]
    for row, told in zip(book.pages, book.told, strict=True):
        assert len(row) == len(told) == len(book.pages[0])
        assert all([tag for tag, _, _ in shapes(page)] == first for page in row)
    assert len(book.rows) == len(book.pages)


def test_the_rounds_by_hand_are_those_of_the_paper():
    book = BOOKS["04_lightgcn"]()
    last = book.pages[book.rows.index("symmetric")][3]
    assert "Ada 0.417, Ben 0.408, Cleo 0.118" in last  # ROUND_3 of tests/test_paper_party.py


def test_without_ben_casablanca_never_reaches_ada():
    book = BOOKS["10_peer_influence"]()
    words = [re.search(r'aria-label="(.*?)"', page)[1] for page in book.pages[book.rows.index("without Ben")]]
    assert not any("Casablanca" in said for said in words)


def test_the_moving_picture_of_the_readme_is_that_of_notebook_01_and_stands_still_where_asked():
    svg = PICTURE.read_text(encoding="utf-8")
    assert svg == animated(colours_travel()), "run make guide"
    ElementTree.fromstring(svg)
    assert "prefers-reduced-motion" in svg and svg.count('class="round"') == 3 and "href" not in svg


def rows(page: str) -> list[list[str]]:
    table = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def test_each_word_of_the_glossary_is_a_name_in_the_code_and_is_met_in_its_notebook():
    entries = rows((ROOT / "notebooks/GLOSSARY.md").read_text())
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "course_lib/*.py"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    code = "".join((ROOT / name).read_text() for name in files if (ROOT / name).exists())
    assert len(entries) >= 20
    for party, _, name, _, link in entries:
        assert re.search(rf"\b{name.strip('`')}\b", code), name
        text = (ROOT / "notebooks" / re.search(r"\((.*?)\)", link)[1]).read_text().lower()
        words = [
            word
            for word in re.findall(r"[a-z]{4,}", party.lower())
            if word not in ("which", "would", "about", "what", "untrained")
        ]
        assert any(word[:7] in text for word in words), (party, link)
