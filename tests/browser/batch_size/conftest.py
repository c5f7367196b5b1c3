"""What every test of the batch size page gets."""

import pytest
from playwright.sync_api import Page

from tests.browser.batch_size.page import BatchSize


@pytest.fixture
def view(page: Page) -> BatchSize:
    return BatchSize(page)
