"""A stage leaves as a picture: as it is drawn, in the page's scheme, with what it is of and the address below."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.playground.page import Playground

AT = {"/derivation": "step=dx", "/norms": "situation=huge_channel"}
"""The state in which a page has its own drawings in its stage, where that is not the one that is shown."""
NONE = {"dials": 0, "nodes": 0, "bars": 0, "framed": 0}
OWN = {"/derivation": {"nodes": 23, "bars": 7}, "/network": {"dials": 3}, "/norms": {"framed": 9}}
"""What styles alone draw on a page, and the frame of a channel."""

# What of the picture leaves it, and the first colours: of its ground and of its texts. Here the page's styles reach
# into the picture, so a rectangle is as wide as it says of itself.
LOOK = """(xml) => {
  const picture = new DOMParser().parseFromString(xml, "image/svg+xml").documentElement;
  document.body.prepend(picture);
  const around = picture.getBoundingClientRect();
  const caption = picture.querySelector(".caption").getBoundingClientRect();
  const drawn = [...picture.querySelectorAll("svg")];
  const below = drawn.every((one) => one.getBoundingClientRect().bottom <= caption.top + 1);
  const text = [...picture.querySelectorAll(".caption text")].map(({ textContent }) => textContent).join(" ");
  const ground = picture.querySelector("rect").getAttribute("fill");
  const wide = (one) => Number(one.getAttribute("width") ?? one.getBoundingClientRect().width) > 0;
  const shown = (shapes) => [...picture.querySelectorAll(shapes)].filter(wide);
  const kinds = { dials: "circle.dial", nodes: "rect.node", bars: "line.fraction", framed: ".stage-changed" };
  const own = Object.fromEntries(Object.entries(kinds).map(([name, shapes]) => [name, shown(shapes).length]));
  picture.remove();
  const marks = drawn.reduce((sum, one) => sum + one.querySelectorAll("circle, rect, path, line").length, 0);
  const shapes = drawn.flatMap((one) => [...one.querySelectorAll("*")]);
  const styled = shapes.every(({ style }) => style.fill !== "" && !style.fill.startsWith("var("));
  const keys = [...picture.querySelectorAll(".key")].map((key) => key.getAttribute("fill"));
  const within = caption.bottom <= around.bottom && caption.right <= around.right;
  return { styled, keys, own, text, ground, marks, below, within };
}"""


def taken(page: Playground, form: str, folder: Path) -> bytes:
    """The stage as the button gives it."""
    with page.page.expect_download() as downloaded:
        page.page.get_by_role("button", name=f"Stage as {form.upper()}").click()
    assert downloaded.value.suggested_filename == f"bnscope-stage.{form}"
    downloaded.value.save_as(folder / form)
    return (folder / form).read_bytes()


def the_stage_leaves_as_a_picture_in_either_scheme(playground: Playground, tmp_path: Path) -> None:
    """In the end the page is dark."""
    path = urlsplit(playground.page.url).path
    if path in AT:
        playground.step_to(AT[path])
    grounds = []
    for scheme in ("light", "dark"):
        playground.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        playground.page.wait_for_function("(scheme) => document.documentElement.dataset.scheme === scheme", arg=scheme)
        xml = taken(playground, "svg", tmp_path).decode()
        assert "var(--" not in xml
        drawn = playground.page.evaluate(LOOK, xml)
        assert drawn["marks"] > 10
        assert drawn["below"]
        assert drawn["styled"]
        assert len(set(drawn["keys"])) == (3 if "norms" in path else 0)
        assert drawn["own"] == NONE | OWN.get(path, {})
        assert drawn["within"]
        assert playground.page.url in re.sub(r"\s", "", drawn["text"])
        grounds.append(drawn["ground"])
    assert grounds == ["rgb(255, 255, 255)", "rgb(23, 27, 33)"]
    png = taken(playground, "png", tmp_path)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) > 10_000
