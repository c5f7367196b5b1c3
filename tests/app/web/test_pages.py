"""What the pages of all views share: the frame that `templates/view.html` gives them."""

import re
from collections import Counter

import pytest

from app.registry import VIEWS

PAGES = [view for view in VIEWS if view.page]
ASSET = re.compile(r'(?:href|src)="(/static/[0-9a-f]+/((?:css|js)/[^"]+))"')


@pytest.fixture(params=PAGES, ids=lambda view: view.name)
def view(request):
    return request.param


@pytest.fixture
def html(client, view):
    return client.get(view.page.path).text


def test_a_page_has_the_stylesheet_and_the_module_of_its_views_name(server, view, html):
    room = view.name.replace("-", "_")
    addresses = {path: address for address, path in ASSET.findall(html)}
    assert {f"css/{room}.css", f"js/{room}/page.js", "css/view.css", "css/controls.css"} <= addresses.keys()
    assert [path for path, address in addresses.items() if server.get(address).status_code != 200] == []


def test_an_id_stands_once(html):
    count = Counter(re.findall(r'\sid="([^"]+)"', html))
    assert [name for name, times in count.items() if times > 1] == []


def test_what_every_page_tells_has_its_place(html):
    places = {"headline", "batch-line", "problem", "spinner", "warnings", "state", "answer"}
    assert places <= set(re.findall(r'\sid="([^"]+)"', html))


def test_the_dialog_begins_with_how_to_use_the_stage(view, html):
    if view.name == "gradient-check":
        pytest.skip("it has no stage")
    first = re.search(r'<dialog id="about".*?</h2>\s*<p class="about-stage">(.*?)</p>', html, re.DOTALL)[1]
    assert len(re.findall(r"[.!](?:\s|$)", first)) == 2
    assert re.search(r"Press|Point|Drag", first)
