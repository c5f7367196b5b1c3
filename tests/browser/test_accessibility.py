"""axe, with its full default set of rules, finds nothing on any page, in light and dark, at 1280 and 390 pixels.

As a page opens it is seen in all four looks, in the first with every figure drawn; its further states in one each, in
turn. All others leave the figures' drawings out: they are the same there, and of the colours in drawings axe judges
none. A width that was seen with every rule is seen in the other scheme with those about colours: nothing else changes
with it. Of the texts of a kind, which lie in elements of the same names and classes, in the same colours, on the same
ground and in the same letters, the contrast of a few is judged.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import files
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.derivation.page import Derivation
from tests.browser.doctor.page import Doctor
from tests.browser.drawn import all_drawn
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.playground.page import Playground
from tests.browser.training.page import QUICK, Training

Look = tuple[int, Literal["light", "dark"]]

AXE = Axe()
HEIGHTS = {1280: 900, 390: 844}
STRAIGHT: tuple[Look, ...] = ((1280, "light"), (390, "dark"))
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
CROSSED: tuple[Look, ...] = ((390, "light"), (1280, "dark"))
EVERY = STRAIGHT + CROSSED
DRAWINGS = ".main-svg"
SEEN_BEFORE = (DRAWINGS, ".call ~ .call")
"""Drawings of Plotly's, and in the reference what has the form of its first call."""
JUDGED = """(few) => {
  for (const judged of document.querySelectorAll("[data-judged]")) delete judged.dataset.judged;
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  const hasText = (one) => one.matches("input, select, textarea") ||
    [...one.childNodes].some(({ nodeType, data }) => nodeType === Node.TEXT_NODE && data.trim());
  const styleOf = (one) => {
    const { backgroundColor, backgroundImage, opacity } = getComputedStyle(one);
    return [one.tagName, one.getAttribute("class"), backgroundColor, backgroundImage, opacity];
  };
  const styles = new Map();
  const groundOf = (one) => {
    if (!one) return "";
    if (!styles.has(one)) styles.set(one, `${groundOf(one.parentElement)} ${styleOf(one)}`);
    return styles.get(one);
  };
  const kinds = {};
  for (const one of document.querySelectorAll("body *:not(.main-svg *)")) {
    if (!hasText(one) || !isSeen(one)) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one);
    const isOff = one.closest(":disabled, [aria-disabled=true]") !== null;
    const kind = [groundOf(one), color, fontSize, fontWeight, textShadow, isOff].join();
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (kinds[kind] <= few) one.dataset.judged = "";
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-judged]" }] });
}"""
FEW = 2  # texts of a kind


def states(*queries: str) -> list[Any]:
    """A page as it opens, in every look, and its further states in one look each."""
    opened, *further = queries
    looks = [EVERY, *(EVERY[i % 4 :][:1] for i in range(1, len(queries)))]
    return [pytest.param(query, seen_in, id=query) for query, seen_in in zip([opened, *further], looks, strict=True)]


def violations(page: Page, options: dict[str, Any] | None = None, without: Sequence[str] = ()) -> list[str]:
    """Each violation as one line: rule, help, the places; what matches `without` is left out."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.axe_script)
    page.evaluate(JUDGED, FEW)
    asked = {"resultTypes": ["violations"], **(options or {})}
    context = {"include": ["html"], "exclude": [[part] for part in without]}
    violated = page.evaluate("([context, options]) => axe.run(context, options)", [context, asked])["violations"]
    return [f"{rule['id']}: {rule['help']}: {[node['html'][:120] for node in rule['nodes']][:4]}" for rule in violated]


def seen(page: Page, looks: Sequence[Look] = STRAIGHT[:1]) -> list[str]:
    """The violations in some looks, between which the page changes while it stands open."""
    lines = []
    widths: set[int] = set()
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("(scheme) => document.documentElement.dataset.scheme === scheme", arg=scheme)
        if page.locator("#view").count():
            Playground(page).settle()
        was_seen = width in widths
        without: Sequence[str] = SEEN_BEFORE if was_seen or looks != EVERY else (DRAWINGS,)
        if looks == EVERY and not widths:
            all_drawn(page)
            without = ()
        lines += [f"{width}, {scheme}: {line}" for line in violations(page, COLOURS if was_seen else None, without)]
        widths.add(width)
    return lines


@pytest.mark.parametrize(("query", "looks"), states("", "source=digits"))
def test_the_playground(playground: Playground, query: str, looks: Sequence[Look]) -> None:
    playground.open(query)
    assert seen(playground.page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"), states("", "source=wine&notation=lecture&eps_placement=deviation&naive=on&step=dx")
)
def test_the_derivation(page: Page, query: str, looks: Sequence[Look]) -> None:
    Derivation(page).open(query)
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    assert seen(page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"),
    states("", "mistake=own&axes=4", "way=code&axes=4&numeric=true", "batch=own&gamma=-1 -1&mistake=sign&dx_hat=1"),
)
def test_the_gradient_check(page: Page, watch: Watch, query: str, looks: Sequence[Look]) -> None:
    watch.refusals.add(422)
    GradientCheck(page).open(query)
    for fold in page.locator("main details:not(.menu, .third)").all():
        fold.evaluate("(fold) => { fold.open = true; }")
    assert seen(page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"),
    states(
        "",
        "depth=3&residual=on&disturb_layer=2&notation=lecture&shown=norm",
        "depth=40&norm=none&weight_scale=100",
        "preset=gradient_norm&depth=8&batch_size=16&eps=0&dtype=float64",
        "depth=2&eps=-1",
    ),
)
def test_the_network(page: Page, watch: Watch, query: str, looks: Sequence[Look]) -> None:
    watch.refusals.add(422)
    network = Network(page).open(query)
    network.drawn("activations_without")
    assert seen(page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"),
    states("", "source=heavy_tailed&notation=lecture&perturbation=additive&tab=strip", "draws=9&example=99"),
)
def test_the_batch_size(page: Page, watch: Watch, query: str, looks: Sequence[Look]) -> None:
    watch.refusals.add(422)
    BatchSize(page).open(query)
    for fold in page.locator(".bs-fold").all():
        fold.evaluate("(fold) => { fold.open = true; }")
    assert seen(page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"),
    states("", "situation=huge_channel&rows=example", "source=wine&norm=instance&situation=one_example", "groups=3"),
)
def test_the_norms(page: Page, watch: Watch, query: str, looks: Sequence[Look]) -> None:
    watch.refusals.add(422)
    norms = Norms(page).open(query)
    norms.controls.drawn("published")
    assert seen(page, looks) == []


@pytest.mark.parametrize(
    ("query", "looks"), states(QUICK + "&step=40", "source=moons&widths=8&steps=30&c=norm:layer&step=30")
)
def test_the_training(page: Page, query: str, looks: Sequence[Look]) -> None:
    Training(page).open(query)
    assert seen(page, looks) == []


@pytest.mark.parametrize(("query", "looks"), states("", "model=sound&other=sick&norm=layer1.bn1&sort=norm"))
def test_the_doctor(page: Page, query: str, looks: Sequence[Look]) -> None:
    Doctor(page).open(query)
    assert seen(page, looks) == []


def test_the_derivation_with_an_error(page: Page, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation = Derivation(page).open()
    derivation.type(0, 0, "one")
    assert seen(page) == []


def test_the_reference(page: Page) -> None:
    page.goto("/docs")
    assert seen(page, EVERY) == []


def test_a_page_with_errors(playground: Playground, watch: Watch) -> None:
    watch.refusals.add(422)
    playground.open("gamma=2")
    playground.enter("eps", "-1")
    playground.expect_error("eps", "0")
    assert seen(playground.page) == []


def test_a_link_to_an_upload_that_is_gone(playground: Playground, watch: Watch) -> None:
    watch.refusals.add(410)
    playground.open(f"source={'0' * 64}")
    assert seen(playground.page) == []


def test_a_page_with_findings(playground: Playground) -> None:
    content = files.layer()
    playground.page.request.post("/api/v1/batches", data=content)
    playground.open(f"source={hashlib.sha256(content).hexdigest()}&mode=inference")
    assert playground.page.locator(".finding").count() == 5
    assert seen(playground.page) == []


def test_everything_unfolded(playground: Playground) -> None:
    playground.open("mode=inference&layer_width=4")
    playground.menu("x").get_by_role("button", name="Table").click()
    playground.page.get_by_role("button", name="What is Epsilon?").click()
    playground.menu("y")
    assert seen(playground.page, STRAIGHT[1:]) == []
    playground.page.get_by_role("button", name="Controls").click()
    assert violations(playground.page) == []


def test_the_dialog(playground: Playground) -> None:
    playground.open()
    playground.page.get_by_role("button", name="About this page").click()
    assert seen(playground.page) == []
