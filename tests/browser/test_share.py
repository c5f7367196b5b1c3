"""What can be taken along: curl, Python, pictures, numbers."""

import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground.page import Playground

STATE = "source=inline&values=1,10;2,30;4,20;5,40&gamma=2&notation=lecture"
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<svg"}


@pytest.fixture
def copied(playground: Playground, origin: str) -> Playground:
    """A view that is not the first, with the right to read the clipboard."""
    playground.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    return playground.open(STATE)


def clipboard(page: Page) -> str:
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def test_copied_as_curl_it_gives_this_view(copied: Playground) -> None:
    copied.click("Copy as curl")
    expect(copied.page.locator("#copied")).to_have_text("Copied: the view as curl.")
    command = shlex.split(clipboard(copied.page))
    assert command[:2] == ["curl", "-s"]
    if shutil.which("curl"):
        body = subprocess.run(command, check=True, capture_output=True).stdout
    else:
        body = urlopen(command[2]).read()
    assert json.loads(body)["headline"] == copied.headline.text_content()
    assert json.loads(body)["forward"]["gamma"] == [2, 2]


def test_copied_as_python_it_gives_this_view_and_its_figures(copied: Playground) -> None:
    copied.click("Copy as Python")
    code = clipboard(copied.page)
    assert code.endswith(".show()")
    finished = subprocess.run(
        [sys.executable, "-c", code.removesuffix(".show()")], check=True, capture_output=True, text=True
    )
    assert finished.stdout.strip() == copied.headline.text_content()


@pytest.mark.parametrize("form", ["png", "svg"])
@pytest.mark.parametrize("figure", ["x_hat", "pair"])
def test_a_figure_leaves_as_a_picture(playground: Playground, tmp_path: Path, figure: str, form: str) -> None:
    playground.open()
    menu = playground.menu(figure)
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("button", name=f"Picture, {form.upper()}").click()
    assert downloaded.value.suggested_filename == f"bnscope-{figure}.{form}"
    downloaded.value.save_as(tmp_path / "picture")
    content = (tmp_path / "picture").read_bytes()
    assert content.startswith(MAGIC[form])
    assert len(content) > 5_000


def test_a_picture_says_what_it_is_of_and_has_the_address_that_shows_it(playground: Playground, tmp_path: Path) -> None:
    playground.open("source=iris&gamma=2&beta=1")
    menu = playground.menu("x_hat")
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("button", name="Picture, SVG").click()
    downloaded.value.save_as(tmp_path / "picture.svg")
    drawn = playground.page.evaluate(TEXTS, (tmp_path / "picture.svg").read_text(encoding="utf-8"))
    told = playground.page.locator("#batch-line").inner_text()
    assert " ".join(told.split()) in drawn["text"]
    assert playground.page.url in drawn["text"]
    assert drawn["below"]
    assert drawn["within"]


# What stands in a picture, and whether its last lines stand below the axis' title and within the picture.
TEXTS = """(svg) => {
  const shown = document.createElement("div");
  shown.innerHTML = svg;
  document.body.prepend(shown);
  const caption = [...shown.querySelectorAll(".annotation-text")].at(-1);
  const box = caption.getBoundingClientRect();
  const picture = shown.querySelector("svg").getBoundingClientRect();
  const axis = shown.querySelector(".xtitle").getBoundingClientRect();
  const text = [...caption.querySelectorAll("tspan")].map(({ textContent }) => textContent).join(" ");
  const named = shown.querySelector(".gtitle").getBoundingClientRect();
  const title = named.left >= picture.left && named.right <= picture.right;
  shown.remove();
  const within = box.bottom <= picture.bottom && box.right <= picture.right;
  return { text, below: box.top >= axis.bottom - 1, within, title };
}"""


def test_a_picture_of_published_numbers_names_their_source_and_shows_its_whole_title(
    playground: Playground, tmp_path: Path
) -> None:
    playground.page.goto("/norms?norm=group")
    playground.settle()
    menu = playground.menu("published")
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("button", name="Picture, SVG").click()
    downloaded.value.save_as(tmp_path / "picture.svg")
    drawn = playground.page.evaluate(TEXTS, (tmp_path / "picture.svg").read_text(encoding="utf-8"))
    assert "Wu & He, Group Normalization" in drawn["text"]
    assert "Digits" not in drawn["text"]
    assert drawn["title"]


@pytest.mark.parametrize(
    ("path", "figure", "series"),
    [
        ("/?source=iris", "parameters", {"∂L/∂γ", "∂L/∂β"}), ("/derivation?source=wine", "paths", {"direct"}),
        ("/network?depth=2&width=8", "depth_deviation", {"with BN"}),
        ("/batch-size?draws=100", "estimates_mean", set()),
        ("/norms?norm=group", "after_group", {"mean"}), ("/gradient-check", "factors", set()),
    ],
)  # fmt: skip
def test_a_figures_numbers_leave_as_csv(
    playground: Playground, tmp_path: Path, path: str, figure: str, series: set[str]
) -> None:
    playground.page.goto(path)
    playground.settle()
    menu = playground.menu(figure)
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("link", name="Numbers, CSV").click()
    assert downloaded.value.suggested_filename.endswith(f"-{figure}.csv")
    downloaded.value.save_as(tmp_path / "numbers.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "numbers.csv").read_text(encoding="utf-8"))))
    assert rows
    assert series <= {row["series"] for row in rows}


# Whether the picture's legend lies over its title.
LEGEND_OVER_TITLE = """(svg) => {
  const shown = document.createElement("div");
  shown.innerHTML = svg;
  document.body.prepend(shown);
  const [title, legend] = [".gtitle", ".legend"].map((part) => shown.querySelector(part).getBoundingClientRect());
  shown.remove();
  return legend.top < title.bottom && title.left < legend.right && legend.left < title.right;
}"""


def test_the_legend_of_a_picture_leaves_its_title_free(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    menu = playground.menu("parameters")
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("button", name="Picture, SVG").click()
    downloaded.value.save_as(tmp_path / "picture.svg")
    assert not playground.page.evaluate(LEGEND_OVER_TITLE, (tmp_path / "picture.svg").read_text(encoding="utf-8"))


def test_a_stages_numbers_leave_as_csv(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    rows = list(csv.reader(io.StringIO(numbers(playground, "x_hat", "CSV", tmp_path).decode())))
    assert rows[0][0] == "alcohol"
    values = np.array(rows[1:], dtype=float)
    assert values.shape == (178, 13)
    assert np.abs(values.mean(axis=0)).max() < 1e-9


def test_a_stages_numbers_leave_as_npy_of_the_view_shown(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    playground.enter("gamma", "2")
    values = np.load(io.BytesIO(numbers(playground, "y", "NPY", tmp_path)))
    assert values.shape == (178, 13)
    np.testing.assert_allclose(values.std(axis=0), 2, rtol=1e-3)


def numbers(playground: Playground, figure: str, form: str, folder: Path) -> bytes:
    """The bytes that a menu's link downloads."""
    menu = playground.menu(figure)
    with playground.page.expect_download() as downloaded:
        menu.get_by_role("link", name=f"Numbers, {form}").click()
    downloaded.value.save_as(folder / "numbers")
    return (folder / "numbers").read_bytes()


def test_every_features_statistics_leave_as_csv(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    with playground.page.expect_download() as downloaded:
        playground.page.locator('[data-statistics="csv"]').click()
    downloaded.value.save_as(tmp_path / "statistics.csv")
    with (tmp_path / "statistics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["feature"] for row in rows] == playground.features()
    assert float(rows[-1]["x_sd"]) == pytest.approx(314.02, abs=0.01)


def test_the_table_behind_a_figure_opens_by_keyboard(playground: Playground) -> None:
    playground.open()
    playground.figure("y").locator(".menu summary").focus()
    playground.page.keyboard.press("Enter")
    button = playground.figure("y").get_by_role("button", name="Table")
    while not button.evaluate("(button) => button === document.activeElement"):
        playground.page.keyboard.press("Tab")
        assert playground.page.evaluate("() => document.activeElement.closest('.menu') !== null")
    playground.page.keyboard.press("Enter")
    table = playground.figure("y").get_by_role("region", name="Table: scaled and shifted")
    expect(table).to_be_focused()
    expect(table.locator("tbody tr")).to_have_count(13)
    expect(table.locator("thead")).to_contain_text("deviation")
    expect(button).to_be_hidden()


def test_the_table_behind_follows_the_view(playground: Playground) -> None:
    playground.open()
    playground.menu("y").get_by_role("button", name="Table").click()
    deviations = playground.figure("y").locator(".behind tbody td:nth-child(3)")
    expect(deviations).to_have_text(["1.00"] * 13)
    playground.enter("gamma", "2")
    expect(deviations).to_have_text(["2.00"] * 13)


def test_escape_closes_a_menu_and_gives_the_focus_back(playground: Playground) -> None:
    playground.open()
    menu = playground.menu("y")
    expect(menu).to_be_visible()
    playground.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(playground.figure("y").locator(".menu summary")).to_be_focused()


def test_what_was_copied_is_told_until_the_view_is_another(playground: Playground, origin: str) -> None:
    playground.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    playground.open()
    copied = playground.page.locator("#copied")
    playground.click("Copy link")
    expect(copied).to_have_text("Copied: the view as a link.")
    playground.press("gamma", "ArrowRight")
    expect(copied).to_be_empty()


def test_nothing_can_be_reset_where_nothing_is_set(playground: Playground) -> None:
    playground.open()
    reset = playground.page.get_by_role("button", name="Reset everything")
    expect(reset).to_have_attribute("aria-disabled", "true")
    playground.press("gamma", "ArrowRight")
    expect(reset).to_have_attribute("aria-disabled", "false")
    playground.page.go_back()
    expect(reset).to_have_attribute("aria-disabled", "true")
