"""What every test of the gradient check's page gets."""

import pytest
from playwright.sync_api import Page

from tests.browser.gradient_check.page import GradientCheck


@pytest.fixture
def check(page: Page) -> GradientCheck:
    """The gradient check, not opened yet."""
    return GradientCheck(page)
