"""What can be taken along: curl, Python, pictures, numbers."""

import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground.page import Playground
from tests.browser.view import fold, open_folds

STATE = "source=inline&values=1,10;2,30;4,20;5,40&gamma=2&notation=lecture"
MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<svg"}


def clipboard(page: Page) -> str:
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def downloaded(playground: Playground, figure: str, role: Any, name: str, folder: Path) -> tuple[str, bytes]:
    """The name and the bytes of what an entry of a figure's menu gives; the menu is closed again."""
    menu = playground.menu(figure)
    with playground.page.expect_download() as download:
        menu.get_by_role(role, name=name).click()
    download.value.save_as(folder / "taken")
    playground.page.keyboard.press("Escape")
    return download.value.suggested_filename, (folder / "taken").read_bytes()


def picture(playground: Playground, figure: str, form: str, folder: Path) -> bytes:
    name, content = downloaded(playground, figure, "button", f"Picture, {form.upper()}", folder)
    assert name == f"bnscope-{figure}.{form}"
    assert content.startswith(MAGIC[form])
    assert len(content) > 5_000
    return content


def numbers(playground: Playground, figure: str, form: str, folder: Path) -> bytes:
    name, content = downloaded(playground, figure, "link", f"Numbers, {form}", folder)
    assert name.endswith(f"-{figure}.{form.lower()}")
    return content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_all_that_is_shown_can_be_taken_along(playground: Playground, origin: str, tmp_path: Path) -> None:
    """With the right to read the clipboard."""
    playground.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    playground.open()
    what_was_copied_is_told_until_the_view_is_another_and_nothing_can_be_reset_where_nothing_is_set(playground)
    for query, laws in (
        (STATE, [copied_as_curl_or_python_it_gives_this_view_and_its_figures]),
        ("source=iris&gamma=2&beta=1", [a_picture_says_what_it_is_of_and_has_the_address_that_shows_it]),
        (
            "source=iris",
            [
                a_figure_leaves_as_a_picture_whose_legend_leaves_its_title_free,
                the_table_behind_a_figure_opens_by_keyboard_and_follows_the_view_and_escape_closes_the_menu,
                the_numbers_of_a_stage_and_of_every_feature_leave_as_those_of_the_view_shown,
            ],
        ),
    ):
        playground.step_to(query)
        for law in laws:
            law(playground, tmp_path)


def what_was_copied_is_told_until_the_view_is_another_and_nothing_can_be_reset_where_nothing_is_set(
    playground: Playground,
) -> None:
    copied = playground.page.locator("#copied")
    reset = playground.page.get_by_role("button", name="Reset everything")
    expect(reset).to_have_attribute("aria-disabled", "true")
    playground.click("Copy link")
    expect(copied).to_have_text("Copied: the view as a link.")
    playground.press("gamma", "ArrowRight")
    expect(copied).to_be_empty()
    expect(reset).to_have_attribute("aria-disabled", "false")
    assert playground.query == {"gamma": "1.05"}
    playground.page.go_back()
    expect(reset).to_have_attribute("aria-disabled", "true")


def copied_as_curl_or_python_it_gives_this_view_and_its_figures(copied: Playground, _: Path) -> None:
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
    copied.click("Copy as Python")
    code = clipboard(copied.page)
    assert code.endswith(".show()")
    finished = subprocess.run(
        [sys.executable, "-c", code.removesuffix(".show()")], check=True, capture_output=True, text=True
    )
    assert finished.stdout.strip() == copied.headline.text_content()


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


# Whether the picture's legend lies over its title.
LEGEND_OVER_TITLE = """(svg) => {
  const shown = document.createElement("div");
  shown.innerHTML = svg;
  document.body.prepend(shown);
  const [title, legend] = [".gtitle", ".legend"].map((part) => shown.querySelector(part).getBoundingClientRect());
  shown.remove();
  return legend.top < title.bottom && title.left < legend.right && legend.left < title.right;
}"""


def a_picture_says_what_it_is_of_and_has_the_address_that_shows_it(playground: Playground, folder: Path) -> None:
    drawn = playground.page.evaluate(TEXTS, picture(playground, "x_hat", "svg", folder).decode())
    told = playground.page.locator("#batch-line").inner_text()
    assert " ".join(told.split()) in drawn["text"]
    assert playground.page.url in drawn["text"]
    assert drawn["below"]
    assert drawn["within"]
    rows = rows_of(numbers(playground, "parameters", "CSV", folder))
    assert {row["series"] for row in rows} >= {"∂L/∂γ", "∂L/∂β"}


def a_figure_leaves_as_a_picture_whose_legend_leaves_its_title_free(playground: Playground, folder: Path) -> None:
    picture(playground, "pair", "png", folder)
    drawn = picture(playground, "parameters", "svg", folder).decode()
    assert not playground.page.evaluate(LEGEND_OVER_TITLE, drawn)


def the_table_behind_a_figure_opens_by_keyboard_and_follows_the_view_and_escape_closes_the_menu(
    playground: Playground, _: Path
) -> None:
    menu = playground.menu("y")
    expect(menu).to_be_visible()
    playground.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(playground.figure("y").locator(".menu summary")).to_be_focused()
    playground.page.keyboard.press("Enter")
    button = playground.figure("y").get_by_role("button", name="Table")
    while not button.evaluate("(button) => button === document.activeElement"):
        playground.page.keyboard.press("Tab")
        assert playground.page.evaluate("() => document.activeElement.closest('.menu') !== null")
    playground.page.keyboard.press("Enter")
    table = playground.figure("y").get_by_role("region", name="Table: scaled and shifted")
    expect(table).to_be_focused()
    expect(table.locator("tbody tr")).to_have_count(4)
    expect(table.locator("thead")).to_contain_text("deviation")
    expect(button).to_be_hidden()
    deviations = playground.figure("y").locator(".behind tbody td:nth-child(3)")
    expect(deviations).to_have_text(["1.00"] * 4)
    playground.enter("gamma", "2")
    expect(deviations).to_have_text(["2.00"] * 4)


def a_picture_of_published_numbers_names_their_source_and_shows_its_whole_title(
    playground: Playground, folder: Path
) -> None:
    open_folds(playground.page)
    drawn = playground.page.evaluate(TEXTS, picture(playground, "published", "svg", folder).decode())
    assert "Wu & He, Group Normalization" in drawn["text"]
    assert "Digits" not in drawn["text"]
    assert drawn["title"]
    assert "mean" in {row["series"] for row in rows_of(numbers(playground, "after_group", "CSV", folder))}
    fold(playground.page)


def a_figures_numbers_leave_as_csv(playground: Playground, folder: Path, figure: str, series: set[str]) -> None:
    open_folds(playground.page, f'details.part:has([data-figure="{figure}"])')
    rows = rows_of(numbers(playground, figure, "CSV", folder))
    assert rows
    assert series <= {row["series"] for row in rows}
    fold(playground.page)


def the_numbers_of_a_stage_and_of_every_feature_leave_as_those_of_the_view_shown(
    playground: Playground, folder: Path
) -> None:
    names, *rows = csv.reader(io.StringIO(numbers(playground, "x_hat", "CSV", folder).decode()))
    assert names[0] == "sepal length"
    values = np.array(rows, dtype=float)
    assert values.shape == (150, 4)
    assert np.abs(values.mean(axis=0)).max() < 1e-9
    with playground.page.expect_download() as download:
        playground.page.locator('[data-statistics="csv"]').click()
    download.value.save_as(folder / "statistics.csv")
    features = rows_of((folder / "statistics.csv").read_bytes())
    assert [row["feature"] for row in features] == playground.features()
    assert float(features[-1]["x_sd"]) == pytest.approx(0.7597, abs=1e-4)
    playground.enter("gamma", "3")
    values = np.load(io.BytesIO(numbers(playground, "y", "NPY", folder)))
    assert values.shape == (150, 4)
    np.testing.assert_allclose(values.std(axis=0), 3, rtol=1e-3)
