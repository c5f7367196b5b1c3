"""What every test of the training page gets."""

import pytest
from playwright.sync_api import Page

from tests.browser.training.page import Training


@pytest.fixture
def training(page: Page) -> Training:
    """The training page, not opened yet."""
    return Training(page)
