"""axe, with its full default set of rules, finds nothing on any page, in light and dark, at 1280 and 390 pixels.

As a page opens it is seen wide and light, and narrow and dark; its further states in one look each, the other two
first. The playground is seen in the first with every figure drawn. All others leave the figures' drawings out: one hand
draws them all, and of the colours in drawings axe judges none. What pages show in several states and looks, and in
common, is judged once (judge.py). Then most pages are walked by keyboard (test_keyboard.py).
"""

import hashlib
from collections.abc import Callable
from itertools import cycle
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.derivation.page import Derivation
from tests.browser.doctor.page import Doctor
from tests.browser.drawn import all_drawn
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.judge import Judge, Judged
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.playground.page import Playground
from tests.browser.test_keyboard import (
    of_the_batch_size_tab_reaches_everything_but_marks_which_arrows_reach,
    of_the_network_tab_reaches_everything_but_modules_which_arrows_reach,
    of_the_norms_tab_reaches_everything_but_cells_which_arrows_reach,
    the_first_stops_skip_and_a_drawing_is_no_stop,
)
from tests.browser.test_widths import overflow
from tests.browser.training.page import QUICK, Training
from tests.browser.view import ViewPage, open_folds

Look = tuple[int, Literal["light", "dark"]]

HEIGHTS = {1280: 900, 390: 844}
EVERY: tuple[Look, ...] = ((1280, "light"), (390, "dark"), (390, "light"), (1280, "dark"))


def look(page: Page, look: Look) -> None:
    """From now on the page is seen so."""
    width, scheme = look
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "(scheme) => [scheme, undefined].includes(document.documentElement.dataset.scheme)", arg=scheme
    )
    if page.locator("#view").count():
        Playground(page).settle()


def as_it_opens(judge: Judge) -> None:
    """In two looks, between which the page changes while it stands open."""
    for one in EVERY[:2]:
        look(judge.page, one)
        assert judge.violations() == [], one


def in_its_states(
    judge: Judge, view: ViewPage | Playground, *queries: str, then: Callable[[], object] = lambda: None
) -> None:
    """As it opens with the first query, then in each further state in a look; `then` is done in each state first."""
    first, *further = queries
    view.open(first)
    then()
    as_it_opens(judge)
    for query, one in zip(further, cycle(EVERY[2:] + EVERY[:2]), strict=False):
        look(judge.page, one)
        view.step_to(query)
        then()
        assert judge.violations() == [], (query, one)


@pytest.fixture(scope="module")
def judged() -> Judged:
    """What the pages have in common is judged on the one that comes first."""
    return Judged()


@pytest.fixture
def judge(page: Page, judged: Judged) -> Judge:
    return Judge(page, judged)


def test_the_playground_as_it_opens_and_with_a_dialog_and_errors(
    playground: Playground, judge: Judge, watch: Watch
) -> None:
    watch.refusals.add(422)
    page = playground.page
    playground.open()
    all_drawn(page)
    assert judge.violations(drawings=True) == []
    as_it_opens(judge)
    look(page, EVERY[0])
    page.get_by_role("button", name="About this page").click()
    assert judge.violations() == []
    page.keyboard.press("Escape")
    playground.enter("eps", "-1")
    playground.expect_error("eps", "0")
    assert judge.violations() == []


def test_the_playground_with_many_features_with_findings_without_its_upload_and_unfolded(
    playground: Playground, judge: Judge, watch: Watch
) -> None:
    watch.refusals.add(410)
    page = playground.page
    content = files.layer()
    page.request.post("/api/v1/batches", data=content)
    look(page, EVERY[2])
    playground.open(f"source={hashlib.sha256(content).hexdigest()}&mode=inference")
    expect(page.locator(".finding")).to_have_count(5)
    assert judge.violations() == []
    look(page, EVERY[3])
    for query in ("source=digits", f"source={'0' * 64}"):
        playground.step_to(query)
        assert judge.violations() == []
    playground.step_to("mode=inference&layer_width=4")
    playground.menu("x").get_by_role("button", name="Table").click()
    page.get_by_role("button", name="What is Epsilon?").click()
    playground.menu("y")
    look(page, EVERY[1])
    assert judge.violations() == []
    page.get_by_role("button", name="Controls").click()
    assert judge.violations() == []


def test_the_derivation(judge: Judge, watch: Watch) -> None:
    watch.refusals.add(422)
    page = judge.page
    derivation = Derivation(page)
    queries = ("", "source=wine&notation=lecture&eps_placement=deviation&naive=on&step=dx")
    in_its_states(
        judge, derivation, *queries, then=lambda: page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    )
    derivation.type(0, 0, "one")
    assert judge.violations() == []


def test_the_gradient_check(judge: Judge, watch: Watch) -> None:
    watch.refusals.add(422)
    page = judge.page
    queries = ("", "mistake=own&axes=4", "way=code&axes=4&numeric=true", "batch=own&gamma=-1 -1&mistake=sign&dx_hat=1")
    in_its_states(
        judge, GradientCheck(page), *queries, then=lambda: open_folds(page, "main details:not(.menu, .third)")
    )


def test_the_network(judge: Judge, watch: Watch) -> None:
    watch.refusals.add(422)
    network = Network(judge.page)
    in_its_states(
        judge, network,
        "",
        "depth=3&residual=on&disturb_layer=2&notation=lecture&shown=norm",
        "depth=12&norm=none&weight_scale=100",
        "preset=gradient_norm&depth=8&batch_size=16&eps=0&dtype=float64",
        "depth=2&eps=-1",
    )  # fmt: skip
    of_the_network_tab_reaches_everything_but_modules_which_arrows_reach(network)


def test_the_batch_size(judge: Judge, watch: Watch) -> None:
    watch.refusals.add(422)
    view = BatchSize(judge.page)
    in_its_states(
        judge, view,
        "", "source=heavy_tailed&notation=lecture&perturbation=additive&draws=100&tab=strip", "draws=9&example=99",
        then=lambda: open_folds(judge.page, ".bs-fold"),
    )  # fmt: skip
    of_the_batch_size_tab_reaches_everything_but_marks_which_arrows_reach(view)


def test_the_norms(judge: Judge, watch: Watch) -> None:
    watch.refusals.add(422)
    norms = Norms(judge.page)
    in_its_states(
        judge, norms,
        "", "situation=huge_channel&rows=example", "source=wine&norm=instance&situation=one_example", "groups=3",
    )  # fmt: skip
    of_the_norms_tab_reaches_everything_but_cells_which_arrows_reach(norms)


def test_the_training(judge: Judge) -> None:
    queries = (QUICK + "&step=40", "source=moons&widths=8&steps=30&c=norm:layer&step=30")
    in_its_states(judge, Training(judge.page), *queries)


def test_the_doctor(judge: Judge) -> None:
    in_its_states(judge, Doctor(judge.page), "", "model=sound&other=sick&norm=layer1.bn1&sort=norm")


def test_the_reference(judge: Judge) -> None:
    """It fits a phone, too, and its first stop skips."""
    judge.page.goto("/docs")
    the_first_stops_skip_and_a_drawing_is_no_stop(judge.page, controls=False, stage=False)
    as_it_opens(judge)
    assert overflow(judge.page) == 0, "on a phone"
