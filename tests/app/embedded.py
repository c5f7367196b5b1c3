"""What a page has embedded for its module."""

import json
import re
from typing import Any


def embedded(html: str, name: str = "answer") -> Any:
    """The view's `answer`, or the page's `state`: schema, problem and what else its module reads."""
    script = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert script, name
    return json.loads(script[1])
