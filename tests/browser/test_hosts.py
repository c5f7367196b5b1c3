"""No page asks another host for anything, and the browser holds every page to it."""

from playwright.sync_api import Page

from tests.browser.conftest import Watch

PAGES = [
    "/", "/?source=digits&upstream=cross_entropy", "/docs", f"/?source={'0' * 64}", "/?eps=-1", "/derivation",
    "/derivation?source=iris&notation=lecture", "/gradient-check", "/gradient-check?axes=4&mistake=own",
    "/gradient-check?dx=a", "/network?depth=2&width=8", "/network?depth=2&width=4&disturb_layer=1", "/network?depth=0",
    "/batch-size?draws=100", "/batch-size?draws=100&source=iris&members=4", "/batch-size?draws=1",
    "/norms", "/norms?situation=huge_channel&norm=group", "/norms?groups=3",
]  # fmt: skip
FETCH = "(address) => fetch(address).then(() => 'taken', () => 'refused')"


def test_every_page_has_a_policy(page: Page) -> None:
    """That pages keep to it is held by whatever test opens them: `Watch` fails it for what the browser refuses."""
    for path in PAGES:
        policy = page.request.get(path).headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "script-src 'self'" in policy.split("; "), path


def test_these_tests_notice_a_request_to_another_host(page: Page, watch: Watch) -> None:
    page.goto("/docs")
    assert page.evaluate(FETCH, "http://127.0.0.2:9/") == "refused"
    page.wait_for_function("() => true")
    assert any("Content Security Policy" in text or "another host" in text for text in watch.complaints)
    watch.complaints.clear()
