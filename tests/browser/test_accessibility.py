"""axe, with its full default set of rules, finds nothing on any page, in light and dark, at 1280 and 390 pixels.

As a page opens it is seen wide and light, and narrow and dark; its further states in one look each, the other two
first. The playground is seen in the first with every figure drawn. All others leave the figures' drawings out: one hand
draws them all, and of the colours in drawings axe judges none. What a page shows in several states and looks is judged
once (judge.py).
"""

import hashlib
from collections.abc import Callable
from itertools import cycle
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.derivation.page import Derivation
from tests.browser.doctor.page import Doctor
from tests.browser.drawn import all_drawn
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.judge import Judge
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.playground.page import Playground
from tests.browser.training.page import QUICK, Training

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


def as_it_opens(page: Page, judge: Judge, looks: tuple[Look, ...] = EVERY[:2]) -> None:
    """In some looks, between which the page changes while it stands open."""
    for one in looks:
        look(page, one)
        assert judge.violations() == [], one


def in_its_states(page: Page, opened: Callable[[str], object], *queries: str) -> Judge:
    """As it opens with the first query, then in each further state in a look."""
    first, *further = queries
    judge = Judge(page)
    opened(first)
    as_it_opens(page, judge)
    for query, one in zip(further, cycle(EVERY[2:] + EVERY[:2]), strict=False):
        page.goto("about:blank")  # which costs nothing to see otherwise
        look(page, one)
        opened(query)
        assert judge.violations() == [], (query, one)
    return judge


def unfolded(page: Page, selector: str) -> None:
    page.locator(selector).evaluate_all("(folds) => { for (const fold of folds) fold.open = true; }")


def test_the_playground_as_it_opens_and_with_a_dialog_and_errors(playground: Playground, watch: Watch) -> None:
    watch.refusals.add(422)
    page = playground.page
    playground.open()
    all_drawn(page)
    judge = Judge(page)
    assert judge.violations(drawings=True) == []
    as_it_opens(page, judge)
    look(page, EVERY[0])
    page.get_by_role("button", name="About this page").click()
    assert judge.violations() == []
    page.keyboard.press("Escape")
    playground.enter("eps", "-1")
    playground.expect_error("eps", "0")
    assert judge.violations() == []


def test_the_playground_with_many_features_with_findings_without_its_upload_and_unfolded(
    playground: Playground, watch: Watch
) -> None:
    watch.refusals.add(410)
    page = playground.page
    judge = Judge(page)
    content = files.layer()
    page.request.post("/api/v1/batches", data=content)
    look(page, EVERY[2])
    playground.open(f"source={hashlib.sha256(content).hexdigest()}&mode=inference")
    expect(page.locator(".finding")).to_have_count(5)
    assert judge.violations() == []
    page.goto("about:blank")
    look(page, EVERY[3])
    for query in ("source=digits", f"source={'0' * 64}"):
        playground.open(query)
        assert judge.violations() == []
    playground.open("mode=inference&layer_width=4")
    playground.menu("x").get_by_role("button", name="Table").click()
    page.get_by_role("button", name="What is Epsilon?").click()
    playground.menu("y")
    look(page, EVERY[1])
    assert judge.violations() == []
    page.get_by_role("button", name="Controls").click()
    assert judge.violations() == []


def test_the_derivation(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation = Derivation(page)

    def opened(query: str) -> None:
        derivation.open(query)
        page.evaluate("() => scrollTo(0, document.body.scrollHeight)")

    queries = ("", "source=wine&notation=lecture&eps_placement=deviation&naive=on&step=dx")
    judge = in_its_states(page, opened, *queries)
    derivation.type(0, 0, "one")
    assert judge.violations() == []


def test_the_gradient_check(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)

    def opened(query: str) -> None:
        GradientCheck(page).open(query)
        unfolded(page, "main details:not(.menu, .third)")

    queries = ("", "mistake=own&axes=4", "way=code&axes=4&numeric=true", "batch=own&gamma=-1 -1&mistake=sign&dx_hat=1")
    in_its_states(page, opened, *queries)


def test_the_network(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)
    network = Network(page)
    in_its_states(
        page, lambda query: network.open(query).drawn("activations_without"),
        "",
        "depth=3&residual=on&disturb_layer=2&notation=lecture&shown=norm",
        "depth=12&norm=none&weight_scale=100",
        "preset=gradient_norm&depth=8&batch_size=16&eps=0&dtype=float64",
        "depth=2&eps=-1",
    )  # fmt: skip


def test_the_batch_size(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)

    def opened(query: str) -> None:
        BatchSize(page).open(query)
        unfolded(page, ".bs-fold")

    queries = ("", "source=heavy_tailed&notation=lecture&perturbation=additive&tab=strip", "draws=9&example=99")
    in_its_states(page, opened, *queries)


def test_the_norms(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)
    norms = Norms(page)
    in_its_states(
        page, lambda query: norms.open(query).controls.drawn("published"),
        "", "situation=huge_channel&rows=example", "source=wine&norm=instance&situation=one_example", "groups=3",
    )  # fmt: skip


def test_the_training(page: Page) -> None:
    queries = (QUICK + "&step=40", "source=moons&widths=8&steps=30&c=norm:layer&step=30")
    in_its_states(page, Training(page).open, *queries)


def test_the_doctor(page: Page) -> None:
    in_its_states(page, Doctor(page).open, "", "model=sound&other=sick&norm=layer1.bn1&sort=norm")


def test_the_reference(page: Page) -> None:
    page.goto("/docs")
    as_it_opens(page, Judge(page), EVERY)
