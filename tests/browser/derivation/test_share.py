"""The derivation taken along: links, Python, pictures and tables; and what comes with a link or a file."""

import json
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.derivation.page import DEFAULT, Derivation
from tests.browser.gradient_check.test_snippet import shown

pytestmark = pytest.mark.folded
STATE = "values=1,2;3,5;4,4&dy=1,0;0,1;0,0&eps=0.5&eps_placement=deviation&notation=lecture&step=dvar&cell=2,1&naive=on"


def test_copied_as_python_curl_link_picture_or_table_it_gives_this_view(derivation: Derivation, origin: str) -> None:
    derivation.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    derivation.open(f"{STATE}&open=paths,summed,naive,conventions,batch")
    expect_a_picture_and_a_table_of_a_figure(derivation)
    expect_this_view_of_copied_python_and_curl(derivation)
    expect_a_copied_link_gives_the_same_again(derivation)


def expect_this_view_of_copied_python_and_curl(derivation: Derivation) -> None:
    derivation.click("Copy as Python")
    code = derivation.page.evaluate("() => navigator.clipboard.readText()")
    assert '["paths"]' in code
    assert shown(code.removesuffix(".show()")).strip() == derivation.page.locator("#headline").text_content()
    derivation.click("Copy as curl")
    command = derivation.page.evaluate("() => navigator.clipboard.readText()")
    address = command.removeprefix("curl -s '").removesuffix("'")
    assert json.loads(urlopen(address).read())["headline"] == derivation.page.locator("#headline").text_content()


def expect_a_copied_link_gives_the_same_again(derivation: Derivation) -> None:
    derivation.click("− example")
    derivation.page.keyboard.press("ArrowRight")
    derivation.click("Copy link")
    link = derivation.page.evaluate("() => navigator.clipboard.readText()")
    said = [derivation.text(f"#{name}") for name in ("headline", "step", "summed", "naive-text", "conventions")]
    derivation.page.goto("about:blank")
    derivation.page.goto(link)
    derivation.settle()
    assert [derivation.text(f"#{name}") for name in ("headline", "step", "summed", "naive-text", "conventions")] == said
    assert derivation.active() == "dmean"


def expect_a_picture_and_a_table_of_a_figure(derivation: Derivation) -> None:
    figure = derivation.figure("paths")
    figure.scroll_into_view_if_needed()
    derivation.settle()
    figure.locator(".menu summary").click()
    with derivation.page.expect_download() as downloaded:
        figure.get_by_role("button", name="Picture, SVG").click()
    assert downloaded.value.suggested_filename == "bnscope-paths.svg"
    figure.locator(".menu summary").click()
    figure.get_by_role("button", name="Table").click()
    expect(figure.locator(".behind tbody tr")).to_have_count(3)


def test_a_wrong_field_or_an_upload_that_is_gone_costs_itself_a_table_too_large_says_so_and_a_file_is_sliced(
    derivation: Derivation, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals |= {410, 422}
    derivation.open(f"values={';'.join(['1,2'] * 9)}&open=batch")
    expect_a_table_too_large_to_say_what_is_taken(derivation)
    derivation.step_to("eps=-1&cell=2,1")
    expect_wrong_alone(derivation, "eps")
    derivation.step_to(f"source={'0' * 64}&cell=1,1")
    expect_wrong_alone(derivation, "source")
    derivation.step_to("gamma=2,1,1&open=batch")
    expect_a_dropped_file_and_a_slice_of_it_worked_out(derivation, tmp_path)


def expect_wrong_alone(derivation: Derivation, field: str) -> None:
    expect(derivation.page.locator(f"#e-{field}")).to_be_visible()
    expect(derivation.page.locator("#step-place")).to_contain_text("x1")


def expect_a_table_too_large_to_say_what_is_taken(derivation: Derivation) -> None:
    expect(derivation.page.locator("#e-values")).to_contain_text("at most 8 rows of 6")
    assert derivation.grid("values") == DEFAULT
    derivation.type(0, 0, "3")
    expect(derivation.page.locator("#e-values")).to_be_hidden()


def expect_a_dropped_file_and_a_slice_of_it_worked_out(derivation: Derivation, tmp_path: Path) -> None:
    for text in (files.table(), files.with_gap()):
        path = files.on_disk(tmp_path, "people.csv", text)
        with files.taken(derivation.page):
            files.drop(derivation.page, path)
        if text == files.with_gap():
            derivation.page.get_by_role("button", name="Leave those rows out").click()
            derivation.page.wait_for_url(f"**source={sha256(path.read_bytes()).hexdigest()}**")
        expect_a_slice_worked_out(derivation, path)


def expect_a_slice_worked_out(derivation: Derivation, path: Path) -> None:
    derivation.settle()
    expect(derivation.page.locator("#batch-line")).to_contain_text("people.csv")
    assert derivation.query["source"] == sha256(path.read_bytes()).hexdigest()
    assert "gamma" not in derivation.query
    assert derivation.answer()["batch"]["feature_names"] == ["height", "weight", "age"]
    assert len(derivation.grid("values")) == derivation.answer()["batch"]["shape"][0]
