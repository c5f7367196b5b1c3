"""What an exported file says of where it comes from: the page that shows the same, as a `Link` header (RFC 8288).

The header is the one place that no reader of the file trips over: of a comment in a CSV, pandas' plain `read_csv` makes
the header line, and a column of links would be a feature for whoever uploads the file again.
"""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from app.web.view import Place, View

LONGEST = 2000  # characters; proxies take 4 kB of headers by default
OF_THE_FILE = ("figure", "stage", "format")  # what of the query says which file, and not what is shown
DESCRIBED = {
    "Link": {
        "description": '`<…>; rel="canonical"`: the page that shows the same setting; left out where it has more than '
        f"{LONGEST:,} characters.",
        "schema": {"type": "string"},
    }
}


def linked(request: Request, view: View[Any, Any, Any]) -> dict[str, str]:
    """The header that links to the view's page in the setting of this request; none for a view without a page."""
    if view.page is None:
        return {}
    setting = [(name, value) for name, value in request.query_params.multi_items() if name not in OF_THE_FILE]
    address = Place.of(request).origin + view.page.path + (f"?{urlencode(setting)}" if setting else "")
    return {"Link": f'<{address}>; rel="canonical"'} if len(address) <= LONGEST else {}
