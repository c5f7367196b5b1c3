"""The two notations and the two placements of epsilon reach every formula, table, axis and symbol."""

import unicodedata

from playwright.sync_api import expect

from tests.browser.playground.page import Playground


def formula(playground: Playground, name: str) -> str:
    """The visible formula of a panel in plain letters: MathML sets single ones in mathematical italics."""
    return unicodedata.normalize("NFKC", playground.figure(name).locator(".formula").inner_text())


def test_the_lectures_symbols_replace_the_frameworks_everywhere_and_a_formula_shows_where_epsilon_stands(
    playground: Playground,
) -> None:
    playground.open()
    root = playground.figure("x_hat").locator(".formula msqrt:visible")
    expect(root).to_have_count(1)
    playground.choose("eps_placement", "deviation")
    expect(root).to_have_count(0)
    playground.choose("eps_placement", "variance")
    expect(root).to_have_count(1)
    assert "γ" in formula(playground, "y")
    assert "y" in formula(playground, "y")
    playground.choose("notation", "lecture")
    for symbol in ("G", "Z", "B"):
        assert symbol in formula(playground, "y")
    assert "γ" not in formula(playground, "y")
    assert playground.table()[0][1:9] == [
        "Z mean", "Z deviation", "Z̄ mean", "Z̄ deviation", "G", "B", "Ẑ mean", "Ẑ deviation"
    ]  # fmt: skip
    assert playground.axes("x_hat")["xaxis"]["title"].startswith("Z̄")
    assert playground.axes("dx")["xaxis"]["title"].startswith("∂L/∂Z")
    assert [bars["name"] for bars in playground.data("parameters")] == ["∂L/∂G", "∂L/∂B"]
    for control, symbol in (("gamma", "G"), ("batch_size", "K")):
        shown = playground.control(control).locator(".symbol").inner_text()
        assert unicodedata.normalize("NFKC", shown).strip() == symbol
    expect(playground.page.locator("#laws")).not_to_contain_text("∂L/∂x")


def test_text_speaks_the_notation_in_force(playground: Playground) -> None:
    playground.open("notation=lecture&gamma=sigma&beta=mean")
    expect(playground.headline).to_contain_text("G = √(σ²+ε) and B = μ undo the normalization: Ẑ differs from Z")
    assert (playground.plot("x_hat").get_attribute("aria-label") or "").startswith("Z̄, normalized")
