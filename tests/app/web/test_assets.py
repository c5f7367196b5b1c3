"""Assets: plotly.js and the font out of the installed packages, compressed once, kept for good; nothing else."""

import gzip
import io
import re
from importlib.metadata import version
from threading import Event, Thread

import brotli
import pytest
from fontTools.ttLib import TTFont

from app.batches.uploads.store.disk import locked
from app.web.pages import assets
from app.web.pages.assets import FONT, PLOTLY, STATIC, Assets, address
from app.web.pages.formula_font import CHARACTERS
from tests.each import each

FILES = sorted(file.relative_to(STATIC).as_posix() for file in STATIC.rglob("*") if file.is_file())


@pytest.fixture(scope="module")
def known(cache_in, tmp_path_factory):
    """Assets that keep what they made, as the two large ones take a while."""
    return Assets(cache_in(tmp_path_factory.mktemp("known")) / "assets")


@pytest.fixture
def client(client, known):
    client.app.state.assets = known
    return client


def test_plotly_is_the_installed_packages_own(client):
    answer = client.get(address(PLOTLY))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    from plotly.offline import get_plotlyjs

    assert answer.text == get_plotlyjs()
    assert version("plotly").startswith("7.")


def test_the_font_has_the_letters_of_formulas_and_its_mathematics(client):
    answer = client.get(address(FONT))
    assert answer.headers["content-type"] == "font/woff2"
    assert len(answer.content) < 200_000
    font = TTFont(io.BytesIO(answer.content))
    assert "MATH" in font
    assert {"ssty", "dtls", "flac"} <= {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
    assert {ord(c) for c in "xγβμσε∂Σ√−̂"} <= set(font.getBestCmap())
    assert font["name"].getDebugName(1) == "STIX Two Math"


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("", None), ("br;q=0", None)]
)
def test_every_file_comes_in_the_smallest_form_that_is_taken(known, accepted, coding):
    for path in (PLOTLY, *FILES):
        asset = known.get(path)
        chosen, body = asset.body(accepted)
        compressed = path.endswith((".js", ".css", ".svg", ".json", ".py"))
        assert chosen == (coding if compressed and coding else ""), path
        opened = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[chosen](body)
        assert opened == asset.bodies[""], path


def test_an_address_of_this_release_is_kept_for_good_and_another_is_not(client):
    for path in (PLOTLY, FONT, *FILES):
        answer = client.get(address(path))
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert client.get(f"/static/old/{path}").headers["cache-control"] == "no-cache"


def test_a_file_is_read_and_compressed_once(monkeypatch):
    made = []
    monkeypatch.setitem(assets.MADE, PLOTLY, lambda: made.append(1) or b"script " * 100)
    fresh = Assets()
    assert fresh.get(PLOTLY) is fresh.get(PLOTLY)
    assert made == [1]


@each(
    "path",
    [
        "../app/main.py", "..%2fapp%2fmain.py", "js/../../app/main.py", "/etc/passwd", "%2e%2e/%2e%2e/README.md", "%00",
        "a" * 5000, "", "js", "vendor/other.js", "..\\app\\main.py", "favicon.svg/",
    ],
)  # fmt: skip
def test_nothing_but_the_assets_can_be_had(client, path):
    answer = client.get(f"/static/x/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_files_that_were_there_at_the_start_are_served(tmp_path, monkeypatch):
    (tmp_path / "a.js").write_text("1")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    listed = Assets()
    (tmp_path / "later.js").write_text("2")
    assert listed.get("a.js") is not None
    assert listed.get("later.js") is None


def test_the_ranges_of_characters_are_in_order():
    flat = [code for pair in CHARACTERS for code in pair]
    assert flat == sorted(flat)


def test_what_takes_long_to_make_is_kept_for_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setitem(assets.MADE, FONT, lambda: b"a font")
    made = Assets(tmp_path).get(FONT)
    monkeypatch.setitem(assets.MADE, FONT, None)
    assert Assets(tmp_path).get(FONT) == made


def test_one_worker_makes_it_while_the_others_wait(tmp_path, monkeypatch):
    made, at_the_lock = [], Event()
    other = Thread(target=lambda: Assets(tmp_path).get(FONT))

    def make():
        made.append(1)
        if len(made) == 1:
            monkeypatch.setattr(assets, "locked", lambda path: at_the_lock.set() or locked(path))
            other.start()
            assert at_the_lock.wait(30)
        return b"a font"

    monkeypatch.setitem(assets.MADE, FONT, make)
    Assets(tmp_path).get(FONT)
    other.join()
    assert made == [1]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_a_kept_asset_that_is_half_written_is_made_anew(tmp_path, monkeypatch, share):
    monkeypatch.setitem(assets.MADE, PLOTLY, lambda: b"script " * 100)
    made = Assets(tmp_path).get(PLOTLY)
    (kept,) = tmp_path.glob("*-*")
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(share * len(whole))])
    assert Assets(tmp_path).get(PLOTLY) == made
    assert kept.read_bytes() == whole


def test_a_kept_asset_with_a_flipped_bit_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setitem(assets.MADE, PLOTLY, lambda: b"script " * 100)
    made = Assets(tmp_path).get(PLOTLY)
    (kept,) = tmp_path.glob("*-*")
    changed = bytearray(kept.read_bytes())
    changed[-1] ^= 1
    kept.write_bytes(changed)
    assert Assets(tmp_path).get(PLOTLY) == made


def test_a_folder_that_cannot_be_written_to_costs_only_time(tmp_path, monkeypatch):
    monkeypatch.setitem(assets.MADE, FONT, lambda: b"a font")
    (tmp_path / "file").write_text("in the way")
    assert Assets(tmp_path / "file" / "folder").get(FONT).bodies[""] == b"a font"


def test_files_of_other_releases_are_removed(tmp_path, monkeypatch):
    monkeypatch.setitem(assets.MADE, FONT, lambda: b"a font")
    old = tmp_path / "math.woff2-000000000000"
    old.write_bytes(b"old")
    Assets(tmp_path).get(FONT)
    assert not old.exists()
    assert len(list(tmp_path.glob("*-*"))) == 1


@each("sheet", sorted((STATIC / "css").glob("*.css")))
def test_no_rule_stands_twice_in_a_stylesheet(sheet):
    """The second would override what stands between them. Rules within others, of a screen or print, are left out."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    outermost = re.sub(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
    rules = [" ".join(rule.split()) for rule in re.findall(r"[^{}]+\{[^{}]*\}", outermost)]
    assert [rule for rule in set(rules) if rules.count(rule) > 1] == []
    assert rules
