"""The gradient check: paste, drop, examples, errors beside their fields, links, the keyboard, the snippet."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bncore.diagnosis import probe, ready_answers
from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.held import Held

PROBE = probe(0).case()
WRONG = ready_answers(PROBE)["mean_path_sign"]
RIGHT = ready_answers(PROBE)["correct"]


@pytest.fixture
def check(page: Page) -> GradientCheck:
    """The gradient check, not opened yet."""
    return GradientCheck(page)


def on_disk(folder: Path, name: str, **arrays: np.ndarray) -> Path:
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, next(iter(arrays.values())))
    else:
        np.savez(path, **arrays)
    return path


def test_the_first_screen_names_a_mistake_untouched(check: GradientCheck) -> None:
    check.open()
    check.expect_headline("dx is wrong. The path through the variance is missing.")
    assert check.verdict("dx") == "wrong"
    assert check.verdict("dgamma") == "exact"
    assert check.diagnoses() == ["variance_path_missing"]
    card = check.card("variance_path_missing")
    expect(card.locator("math mfrac")).not_to_have_count(0)
    expect(card).to_contain_text("Every x also moves the variance")
    expect(check.page.locator("#factors")).to_contain_text("missing")
    assert len(check.data("factors")) == 3
    assert len(check.data("against")) == 4


def test_a_pasted_wrong_gradient_is_diagnosed(check: GradientCheck) -> None:
    check.open("mistake=own")
    check.paste("dx", str(WRONG["dx"]))
    check.expect_headline("The path through the mean has the wrong sign.")
    check.paste("dgamma", "\t".join(map(str, RIGHT["dgamma"])).replace(".", ","))
    assert check.verdict("dgamma") == "exact"
    assert check.diagnoses() == ["mean_path_sign"]
    expect(check.field("mistake")).to_have_value("own")


def test_a_change_of_an_examples_numbers_makes_them_ones_own(check: GradientCheck) -> None:
    check.open()
    check.paste("dgamma", str(RIGHT["dgamma"] / 7))
    assert check.diagnoses() == ["averaged", "variance_path_missing"]
    assert set(check.query) == {"dx", "dgamma", "dbeta"}
    expect(check.page.locator("#batch-line")).to_contain_text("Your gradient on the probe of seed 0")


def test_an_example_fills_the_fields_and_is_in_the_link(check: GradientCheck) -> None:
    check.open()
    check.example("layer_norm")
    check.expect_headline("This is layer norm.")
    assert check.query == {"mistake": "layer_norm"}
    text = check.field("dx").input_value()
    check.page.reload()
    check.settle()
    check.expect_headline("This is layer norm.")
    assert check.field("dx").input_value() == text
    check.example("correct")
    check.expect_headline("Correct: dbeta, dgamma and dx are exact.")
    check.page.go_back()
    check.settle()
    check.expect_headline("This is layer norm.")
    check.page.go_forward()
    check.settle()
    check.expect_headline("Correct")
    expect(check.page.locator("#diagnoses-section")).to_be_hidden()


def test_pasted_numbers_are_in_the_link(check: GradientCheck) -> None:
    check.open("mistake=own")
    check.paste("dx", str(WRONG["dx"]))
    verdict, link = check.verdict("dx"), check.page.url
    other = GradientCheck(check.page.context.new_page())
    other.page.goto(link)
    other.settle()
    assert other.verdict("dx") == verdict
    assert other.field("dx").input_value() == check.field("dx").input_value()
    assert other.diagnoses() == check.diagnoses() != []
    other.page.close()


def test_numbers_too_long_for_the_link_are_said_to_be(check: GradientCheck) -> None:
    check.open("axes=4&seed=3")
    images = ready_answers(probe(3, axes=4).case())["channel_count"]
    check.paste("dx", json.dumps(images["dx"].tolist()) + " " * 9000)
    assert check.diagnoses()[-1] == "channel_count"
    assert "dx" not in check.query
    expect(check.page.locator("#in-link")).to_be_visible()
    expect(check.page.locator("#in-link")).to_contain_text("too long for the address")


def test_numbers_too_long_for_the_link_come_back_with_back_and_forward(check: GradientCheck) -> None:
    check.open("mistake=own")
    long = str(WRONG["dx"]) + " " * 9000
    check.paste("dx", long)
    check.paste("dx", str(RIGHT["dx"]) + " " * 9000)
    check.expect_headline("Correct: dx is exact.")
    check.page.go_back()
    check.expect_headline("wrong sign")
    assert check.field("dx").input_value() == long
    expect(check.page.locator("#in-link")).to_be_visible()
    check.page.go_back()
    check.expect_headline("Nothing to check yet")
    check.page.go_forward()
    check.expect_headline("wrong sign")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_dropped_npz_fills_the_fields(check: GradientCheck, tmp_path: Path, dtype: str) -> None:
    check.open()
    path = on_disk(tmp_path, "mine.npz", **{name: value.astype(dtype) for name, value in WRONG.items()})
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("The path through the mean has the wrong sign.")
    assert check.verdict("dbeta") == "exact"
    assert float(check.field("dbeta").input_value().strip("[]").split(",")[0]) == pytest.approx(WRONG["dbeta"][0])


def test_a_chosen_npy_is_the_tensor_of_its_name(check: GradientCheck, tmp_path: Path) -> None:
    check.open("mistake=own")
    with check.page.expect_response("**/gradient-check/view"):
        check.page.locator("#file").set_input_files(on_disk(tmp_path, "dgamma.npy", dgamma=RIGHT["dbeta"]))
    check.settle()
    assert check.verdict("dgamma") == "wrong"
    assert check.diagnoses() == ["swapped"]


def test_a_dropped_file_with_its_own_batch_is_checked_on_that(check: GradientCheck, tmp_path: Path) -> None:
    check.open("seed=9&eps_placement=deviation")
    check.page.locator("#fold-table summary").click()
    with check.page.expect_download() as downloaded:
        check.page.locator('[data-probe="npz"]').click()
    case = probe(9, eps_placement="deviation").case()
    path = on_disk(tmp_path, "mine.npz", **np.load(downloaded.value.path()), dx=case.truth["dx"])
    check.open("batch=own")
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("Correct: dx is exact.")
    expect(check.page.locator("#batch-line")).to_contain_text("your own batch")
    expect(check.field("eps")).to_have_value("1.0")


def test_a_dropped_file_with_a_seed_is_checked_on_that_probe(check: GradientCheck, tmp_path: Path) -> None:
    check.open("batch=own")
    path = on_disk(tmp_path, "mine.npz", dx=probe(9, axes=4).case().as_given(probe(9, axes=4).case().truth["dx"]),
                   seed=np.array(9), axes=np.array(4))  # fmt: skip
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("Correct: dx is exact.")
    expect(check.page.locator("#batch-line")).to_contain_text("the probe of seed 9")


def opened_with_a_slow_file(check: GradientCheck, folder: Path) -> Callable[[], None]:
    """The page with a wrong dx on its way; what lets it arrive."""
    check.open("mistake=own")
    held = Held(check.page, "**/gradient-check/arrays*", most=1)
    with check.page.expect_request("**/gradient-check/arrays*"):
        files.drop(check.page, on_disk(folder, "one.npz", dx=WRONG["dx"]), (900, 500))

    def release() -> None:
        with check.page.expect_response("**/gradient-check/arrays*"):
            held.take().continue_()
        check.settle()

    return release


def test_the_last_of_two_dropped_files_wins(check: GradientCheck, tmp_path: Path) -> None:
    release = opened_with_a_slow_file(check, tmp_path)
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, on_disk(tmp_path, "two.npz", dx=RIGHT["dx"]), (900, 500))
    check.expect_headline("Correct: dx is exact.")
    release()
    check.expect_headline("Correct: dx is exact.")


def test_a_late_file_overwrites_nothing_that_was_typed_meanwhile(check: GradientCheck, tmp_path: Path) -> None:
    release = opened_with_a_slow_file(check, tmp_path)
    with check.page.expect_response("**/gradient-check/view"):
        check.field("dx").fill(str(RIGHT["dx"]))
        check.field("dx").press("Tab")
    release()
    check.expect_headline("Correct: dx is exact.")
    assert check.field("dx").input_value() == str(RIGHT["dx"])


def test_a_file_that_cannot_be_read_is_said_beside_the_drop(check: GradientCheck, watch: Watch, tmp_path: Path) -> None:
    watch.refusals.add(422)
    check.open()
    check.page.locator("#file").set_input_files(on_disk(tmp_path, "mine.npz", weights=np.ones(3)))
    expect(check.error("file")).to_contain_text("holds weights")
    check.expect_headline("The path through the variance is missing.")


@pytest.mark.parametrize(("text", "words"), [
    ("[[1, 2], [3]]", "ragged"), ("[[1, 2], [3, 4]]", "give (7, 4)"), ("[[1. 2.]\n ...]", "shortened by dots"),
    ("a b", "is not a number"), ("[[nan]]", "nan"),
])  # fmt: skip
def test_an_error_stands_beside_the_field_that_caused_it(
    check: GradientCheck, watch: Watch, text: str, words: str
) -> None:
    watch.refusals.add(422)
    check.open()
    check.paste("dx", text)
    check.expect_error("dx", words)
    assert check.verdict("dx") == "not checked"
    assert check.verdict("dbeta") == "exact"
    check.paste("dx", str(WRONG["dx"]))
    expect(check.error("dx")).to_be_hidden()
    check.expect_headline("wrong sign")


def test_no_verdict_from_before_stands_beside_a_refusal(check: GradientCheck, watch: Watch) -> None:
    watch.refusals.add(422)
    check.open("batch=own")
    told = str(check.headline.text_content())
    expect(check.page.locator("#verdicts")).to_be_visible()
    check.paste("x", "a b")
    check.expect_error("x", "is not a number")
    expect(check.headline).to_have_text("Nothing is checked: see the marked field.")
    expect(check.page.locator("#jump")).to_have_text("Not checked: see the marked field.")
    for part in ("#verdicts", "#diagnoses", "#factors", "#warnings"):
        expect(check.page.locator(part)).to_be_hidden()
    expect(check.page.locator("#batch-line")).to_have_text("")
    expect(check.page.locator("#batch")).to_have_text("")
    expect(check.problem).to_contain_text("is not a number")
    check.paste("x", "1 9\n3 11\n1 11\n3 9")
    expect(check.headline).to_have_text(told)
    expect(check.page.locator("#verdicts")).to_be_visible()


def test_a_link_with_an_error_shows_it_beside_the_field(check: GradientCheck, watch: Watch) -> None:
    watch.refusals.add(422)
    check.open("dgamma=1 2")
    check.expect_error("dgamma", "give (4,)")
    check.page.goto("/gradient-check?batch=own&x=1,2,b&dx=1")
    check.expect_error("x", "“b” in x is not a number")
    check.page.goto("/gradient-check?seed=-1")
    check.expect_error("seed", "0")


def test_mistakes_that_the_data_cannot_tell_apart_stand_together_and_a_probe_is_offered(check: GradientCheck) -> None:
    x = "[[1, 9], [3, 11], [1, 11], [3, 9]]"
    check.open(f"batch=own&x={x}&gamma=-1 -1&dy=[[1, 0], [0, 2], [2, 1], [-1, 0]]&mistake=sign")
    group = check.page.locator('[data-tensor="dx"]')
    expect(group).to_contain_text("cannot be told apart by these numbers")
    assert {"sign", "gamma_missing", "gamma_squared"} <= set(check.diagnoses())
    warnings = check.page.get_by_role("list", name="What these data hide")
    expect(warnings).to_contain_text("Gamma is -1 in a unit")
    group.get_by_role("button", name="Take a probe").click()
    check.settle()
    expect(check.page.get_by_role("radio", name="Run in my notebook")).to_be_focused()
    assert check.query == {"way": "code", "mistake": "sign", "gamma": "-1 -1"} | {
        name: value for name, value in check.query.items() if name in ("x", "dy")
    }


def test_a_new_probe_is_another_batch_in_the_link(check: GradientCheck) -> None:
    check.open()
    text = check.field("dx").input_value()
    with check.page.expect_response("**/gradient-check/view"):
        check.page.get_by_role("button", name="New probe").click()
    check.settle()
    assert check.query == {"seed": "1"}
    assert check.field("dx").input_value() != text
    check.page.locator("#fold-table summary").click()
    rows = check.page.locator("#batch-table tbody tr")
    expect(rows).to_have_count(7 + 4)
    expect(rows.first.locator("th")).to_have_text("j = 0")
    with check.page.expect_download() as downloaded:
        check.page.locator('[data-probe="npz"]').click()
    np.testing.assert_array_equal(np.load(downloaded.value.path())["x"], probe(1).x)


def test_a_probe_of_images(check: GradientCheck) -> None:
    check.open("axes=4&eps_placement=deviation&mistake=channel_space_only")
    check.expect_headline("The means run over the pixels alone.")
    expect(check.page.locator("#batch")).to_contain_text("3 × 4 × 2 × 5")
    check.page.locator("#fold-table summary").click()
    expect(check.page.locator("#batch-table tbody th").nth(1)).to_have_text("n = 0, h = 0, w = 1")
    check.radio("Run in my notebook")
    expect(check.page.locator("#snippet")).to_contain_text("spatial_batchnorm_backward(dout, cache)")


def test_the_third_route_opens_in_the_link(check: GradientCheck) -> None:
    check.open()
    with check.page.expect_response("**/gradient-check/view"):
        check.page.locator("#third summary").click()
    check.settle()
    rows = check.page.locator("#numeric tbody tr")
    expect(rows).to_have_count(3)
    assert check.query == {"numeric": "true"}
    check.page.reload()
    check.settle()
    expect(rows.first).to_be_visible()
    check.page.go_back()
    check.settle()
    expect(check.page.locator("#third")).not_to_have_attribute("open", "")
    check.page.go_forward()
    check.settle()
    expect(rows.first).to_be_visible()
    errors = rows.locator("td").first.text_content() or ""
    assert float(errors.replace("−", "-")) < 1e-8


def test_the_third_routes_steps_are_in_sight_on_a_laptop(check: GradientCheck) -> None:
    check.page.set_viewport_size({"width": 1280, "height": 800})
    check.open("numeric=true")
    table = check.page.locator("#numeric")
    expect(table.locator("tbody tr")).to_have_count(3)
    assert table.evaluate("(table) => table.offsetWidth <= table.parentElement.clientWidth")


@pytest.mark.parametrize("word", ["on", "1", "Yes"])
def test_any_word_for_yes_opens_the_central_differences_and_stays(check: GradientCheck, word: str) -> None:
    check.open(f"numeric={word}")
    expect(check.page.locator("#third")).to_have_attribute("open", "")
    expect(check.page.locator("#numeric tbody tr").first).to_be_attached()
    check.page.get_by_role("button", name="New probe").click()
    check.settle()
    assert check.query == {"numeric": "true", "seed": "1"}


def test_it_works_by_keyboard_alone(check: GradientCheck) -> None:
    check.open()
    check.page.get_by_role("radio", name="A probe").focus()
    check.page.keyboard.press("ArrowRight")
    check.settle()
    assert check.query == {"batch": "own"}
    expect(check.field("x")).to_be_visible()
    check.page.keyboard.press("ArrowLeft")
    check.settle()
    expect(check.field("x")).to_be_hidden()
    check.field("dx").focus()
    check.page.keyboard.press("Control+A")
    with check.page.expect_response("**/gradient-check/view"):
        check.page.keyboard.insert_text(str(RIGHT["dx"]))
        check.page.keyboard.press("Tab")
    check.expect_headline("Correct")
    expect(check.field("dgamma")).to_be_focused()


@pytest.fixture
def clipboard(check: GradientCheck, origin: str) -> GradientCheck:
    check.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    return check


def copied(check: GradientCheck, button: str) -> str:
    check.page.get_by_role("button", name=button, exact=True).click()
    expect(check.page.locator("#copied")).to_contain_text("Copied")
    return str(check.page.evaluate("() => navigator.clipboard.readText()"))


@pytest.mark.parametrize("query", ["mistake=std_power", "batch=own&mistake=mean_path_missing", "axes=4&seed=2"])
def test_copied_as_curl_and_as_python_it_gives_this_answer(clipboard: GradientCheck, query: str) -> None:
    clipboard.open(query)
    command = shlex.split(copied(clipboard, "Copy as curl"))
    body = command[command.index("-d") + 1]
    answer = json.load(urlopen(Request(command[2], body.encode())))
    assert answer["headline"] == clipboard.headline.text_content()
    code = copied(clipboard, "Copy as Python")
    finished = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert finished.stdout.strip() == answer["text"]


def test_what_is_copied_is_of_one_batch_though_the_view_is_late(clipboard: GradientCheck) -> None:
    clipboard.open()
    held = Held(clipboard.page, "**/gradient-check/view", most=1)
    with clipboard.page.expect_request("**/gradient-check/view"):
        clipboard.page.get_by_role("button", name="New probe").click()
    clipboard.page.get_by_role("button", name="Copy as curl", exact=True).click()
    held.take().continue_()
    expect(clipboard.page.locator("#copied")).to_contain_text("Copied")
    command = shlex.split(str(clipboard.page.evaluate("() => navigator.clipboard.readText()")))
    sent = json.loads(command[command.index("-d") + 1])
    assert sent["seed"] == 1
    assert sent["dx"] == clipboard.field("dx").input_value()
    answer = json.load(urlopen(Request(command[2], json.dumps(sent).encode())))
    assert answer["headline"] == "dx is wrong. The path through the variance is missing."


def test_a_probe_that_there_is_not_is_not_copied_as_code(clipboard: GradientCheck, watch: Watch) -> None:
    watch.refusals.add(422)
    clipboard.open("seed=-1")
    clipboard.page.locator("#fold-table summary").click()
    clipboard.page.get_by_role("button", name="Copy as NumPy code").click()
    expect(clipboard.page.locator("#copied")).to_have_text("Nothing is copied: there is no such probe.")


@pytest.mark.parametrize("form", ["CS231n's two functions", "Any function"])
def test_the_copied_snippet_is_the_served_one(clipboard: GradientCheck, form: str, origin: str) -> None:
    clipboard.open("way=code&seed=5")
    clipboard.radio(form)
    name = "function" if form.startswith("Any") else "cs231n"
    expect(clipboard.page.locator("#snippet")).to_contain_text("my_gradients" if name == "function" else "bn_param")
    text = copied(clipboard, "Copy the snippet")
    assert text == urlopen(f"{origin}/gradient-check/{name}.py?seed=5").read().decode()
