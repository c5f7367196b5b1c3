"""The gradient check: a wrong gradient pasted, uploaded or made on purpose, and the code for a notebook."""

import io
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bncore.diagnosis import example, probe
from tests.browser.conftest import Watch

PATH = "/gradient-check"


def open_page(page: Page, query: str = "") -> None:
    page.goto(PATH + query)
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")


def headline(page: Page, text: str) -> None:
    expect(page.locator("#headline")).to_have_text(text)


def test_the_first_screen_tells_a_diagnosis(page: Page) -> None:
    open_page(page)
    headline(page, "dx is wrong: the path through the variance is missing.")
    expect(page.locator(".diagnosis math")).to_be_visible()
    expect(page.locator("#verdicts tbody tr")).to_have_text(
        [re.compile("dbeta.*exact"), re.compile("dgamma.*exact"), re.compile("dx.*wrong")]
    )


def test_a_pasted_wrong_gradient_is_named_and_the_right_one_is_correct(page: Page) -> None:
    case = probe(5).case()
    open_page(page, "?seed=5&mistake=own")
    headline(page, "Paste a gradient, or run the code in your notebook.")
    with np.printoptions(precision=17, threshold=1000):
        page.fill("#c-dx", str(example(case, "mean_path_sign")["dx"]))
        page.press("#c-dx", "Tab")
        headline(page, "dx is wrong: the path through the mean has the wrong sign.")
        page.fill("#c-dx", str(case.as_given(case.truth["dx"])))
        page.click("text=Check >> nth=-1")
    headline(page, "Correct.")
    expect(page).to_have_url(re.compile("mistake=own"))


def test_an_example_is_filled_in_and_stands_in_the_link(page: Page) -> None:
    open_page(page)
    page.select_option("#c-mistake", "scale_missing")
    expect(page.locator("[data-diagnosis=scale_missing]")).to_be_visible()
    said = page.locator("#headline").inner_text()
    page.reload()
    headline(page, said)
    page.go_back()
    headline(page, "dx is wrong: the path through the variance is missing.")


def test_images_have_mistakes_of_their_own(page: Page) -> None:
    open_page(page, "?axes=4&mistake=channel_count")
    expect(page.locator("[data-diagnosis=channel_count]")).to_be_visible()
    page.select_option("#c-axes", "2")
    expect(page.locator("#c-mistake")).to_have_value("own")
    headline(page, "Paste a gradient, or run the code in your notebook.")


def test_what_cannot_be_read_is_said_beside_its_field(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)
    open_page(page)
    page.fill("#c-dgamma", "1, 2, three, 4")
    page.press("#c-dgamma", "Tab")
    expect(page.locator("#e-dgamma")).to_have_text("“three” in dgamma is not a number.")
    expect(page.locator("#c-dgamma")).to_have_attribute("aria-invalid", "true")
    page.fill("#c-dgamma", "1 2 3")
    page.press("#c-dgamma", "Tab")
    expect(page.locator("#e-dgamma")).to_contain_text("(4,)")


def test_a_batch_of_ones_own_that_cannot_tell_offers_the_probe(page: Page) -> None:
    open_page(page, "?mistake=own")
    page.click("#own-batch summary")
    page.fill("#c-x", "1\n3")
    page.fill("#c-dy", "1\n2")
    page.fill("#c-dx", "1\n-1")
    page.press("#c-dx", "Tab")
    expect(page.locator("#check-warnings li")).not_to_have_count(0)
    page.click("#to-probe")
    expect(page.locator("#c-x")).to_have_value("")
    headline(page, "Paste a gradient, or run the code in your notebook.")


def test_an_npz_file_is_checked(page: Page) -> None:
    file = io.BytesIO()
    np.savez(file, seed=2, **example(probe(2).case(), "sign"))
    open_page(page)
    page.set_input_files(
        "#npz", {"name": "mine.npz", "mimeType": "application/octet-stream", "buffer": file.getvalue()}
    )
    expect(page.locator("[data-diagnosis=sign]").first).to_be_visible()


def test_the_page_is_used_by_keyboard_alone(page: Page) -> None:
    open_page(page)
    page.focus("#c-mistake")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-diagnosis=mean_path_missing]")).to_be_visible()
    page.focus("[data-snippet=function]")
    page.keyboard.press("Enter")
    expect(page.locator("#snippet-function")).to_be_visible()
    expect(page.locator("#snippet-cs231n")).to_be_hidden()


def test_the_code_follows_the_probe(page: Page) -> None:
    open_page(page)
    page.click("#new-draw")
    page.select_option("#c-eps_placement", "deviation")
    expect(page.locator("#snippet-cs231n")).to_contain_text('gradient-check", 1')
    expect(page.locator("#snippet-cs231n")).to_contain_text("eps_placement=deviation")


RIGHT = """
def batchnorm_forward(x, gamma, beta, bn_param):
    mean, var = x.mean(0), x.var(0)
    inverse = 1 / np.sqrt(var + bn_param["eps"])
    x_hat = (x - mean) * inverse
    return gamma * x_hat + beta, (x_hat, gamma, inverse)

def batchnorm_backward(dout, cache):
    x_hat, gamma, inverse = cache
    N = len(dout)
    dx = gamma * inverse * (dout - dout.mean(0) - x_hat * (dout * x_hat).mean(0))
    return dx, (dout * x_hat).sum(0), dout.sum(0)

def my_gradients(x, gamma, beta, eps, dy):
    return batchnorm_backward(dy, batchnorm_forward(x, gamma, beta, {"eps": eps})[1])
"""
WRONG = {
    " - x_hat * (dout * x_hat).mean(0)": ("", "The path through the variance is missing"),
    " - dout.mean(0)": ("", "The path through the mean is missing"),
    "dout.sum(0)": ("dout.mean(0)", "A mean stands where a sum belongs"),
}


@pytest.mark.parametrize("name", ["cs231n", "function"])
def test_the_code_names_a_students_mistake_when_run_as_it_is_shown(
    page: Page, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_page(page)
    if name == "function":
        page.click("[data-snippet=function]")
    shown = page.locator(f"#snippet-{name}").inner_text()
    run(RIGHT, shown)
    assert capsys.readouterr().out.split() == ["dbeta:", "exact", "dgamma:", "exact", "dx:", "exact"]
    for part, (instead, title) in WRONG.items():
        assert part in RIGHT
        run(RIGHT.replace(part, instead, 1), shown)
        assert title in capsys.readouterr().out


def run(students: str, shown: str) -> None:
    exec(compile("import numpy as np\n" + students + shown, "notebook", "exec"), {})
