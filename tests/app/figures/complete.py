"""What every figure of a view has."""

from typing import Any

from tests.app.figures.plotly import check_taken


def check_complete(figures: dict[str, Any]) -> None:
    """Each is Plotly's, with a title, titled axes, a text for screen readers, and a term for each trace."""
    for name, figure in figures.items():
        check_taken(figure)
        layout = figure["layout"]
        assert layout["title"]["text"]
        for axis in ("xaxis", "yaxis"):
            assert layout[axis]["title"]["text"], f"{name}.{axis}"
        assert layout["meta"]["summary"].endswith("."), name
        assert "nan" not in layout["meta"]["summary"]
        assert not layout["meta"]["note"].endswith(".")
        assert all(trace["meta"]["term"] for trace in figure["data"])
