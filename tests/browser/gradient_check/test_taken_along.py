"""What is copied: the check as curl and Python, a probe, the snippet."""

import json
import shlex
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.gradient_check.test_snippet import shown
from tests.browser.held import Held

pytestmark = pytest.mark.folded


@pytest.fixture
def clipboard(check: GradientCheck, origin: str) -> GradientCheck:
    check.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    return check


def copied(check: GradientCheck, button: str) -> str:
    forget_what_was_copied(check)
    check.page.get_by_role("button", name=button, exact=True).click()
    expect(check.page.locator("#copied")).to_contain_text("Copied")
    return str(check.page.evaluate("() => navigator.clipboard.readText()"))


def forget_what_was_copied(check: GradientCheck) -> None:
    """The next copy says so itself."""
    check.page.evaluate("() => document.getElementById('copied').replaceChildren()")


def test_copied_as_curl_and_as_python_it_gives_this_answer_of_one_batch_and_as_code_what_is_served(
    clipboard: GradientCheck, watch: Watch, origin: str
) -> None:
    clipboard.open()
    expect_a_copy_of_one_batch_though_the_view_is_late(clipboard)
    for query in ("mistake=std_power", "batch=own&mistake=mean_path_missing", "axes=4&seed=2"):
        clipboard.step_to(query)
        expect_this_answer_of_copied_curl_and_python(clipboard)
    expect_the_copied_snippet_to_be_the_served_one(clipboard, origin)
    watch.refusals.add(422)
    expect_no_probe_copied_that_there_is_not(clipboard)


def expect_this_answer_of_copied_curl_and_python(clipboard: GradientCheck) -> None:
    command = shlex.split(copied(clipboard, "Copy as curl"))
    body = command[command.index("-d") + 1]
    answer = json.load(urlopen(Request(command[2], body.encode())))
    assert answer["headline"] == clipboard.headline.text_content()
    code = copied(clipboard, "Copy as Python")
    assert shown(code).strip() == answer["text"]


def expect_a_copy_of_one_batch_though_the_view_is_late(clipboard: GradientCheck) -> None:
    forget_what_was_copied(clipboard)
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


def expect_no_probe_copied_that_there_is_not(clipboard: GradientCheck) -> None:
    clipboard.step_to("seed=-1")
    clipboard.page.locator("#fold-table summary").click()
    clipboard.page.get_by_role("button", name="Copy as NumPy code").click()
    expect(clipboard.page.locator("#copied")).to_have_text("Nothing is copied: there is no such probe.")


def expect_the_copied_snippet_to_be_the_served_one(clipboard: GradientCheck, origin: str) -> None:
    clipboard.step_to("way=code&seed=5")
    for form in ("CS231n's two functions", "Any function"):
        expect_served(clipboard, form, origin)


def expect_served(clipboard: GradientCheck, form: str, origin: str) -> None:
    clipboard.radio(form)
    name = "function" if form.startswith("Any") else "cs231n"
    expect(clipboard.page.locator("#snippet")).to_contain_text("my_gradients" if name == "function" else "bn_param")
    text = copied(clipboard, "Copy the snippet")
    assert text == urlopen(f"{origin}/gradient-check/{name}.py?seed=5").read().decode()
