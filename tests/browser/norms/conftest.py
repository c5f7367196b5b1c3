"""What every test of the norms' page gets."""

import pytest
from playwright.sync_api import Page

from tests.browser.norms.page import Norms


@pytest.fixture
def norms(page: Page) -> Norms:
    """The norms, not opened yet."""
    return Norms(page)
