"""`GET /network`: its refusals name the field and what is allowed."""

from tests.app.views.network.asking import URL, get, refused
from tests.each import each


@each(
    ("query", "field", "allowed"),
    [
        ({"architecture": "convolutional", "depth": 9}, "depth", "1 to 8"),
        ({"architecture": "convolutional", "depth": 2, "source": "wine"}, "source", "digits"),
        ({"architecture": "convolutional", "depth": 12, "source": "wine"}, "source", "digits"),
        ({"architecture": "convolutional", "depth": 2, "source": "normal"}, "source", "digits"),
        ({"depth": 51}, "depth", "a whole number from 1 to 50"),
        ({"width": 3}, "width", "a whole number from 4 to 512"),
        ({"depth": 3, "disturb_layer": 4}, "disturb_layer", "0 to 3"),
        ({"depth": 3, "joint": "z4"}, "joint", "a block from 1 to 3"),
        ({"residual": "on", "width": 32, "joint": "sum1"}, "joint", "a sum from block 2 on"),
        ({"joint": "q1"}, "joint", "nothing, or one of z, norm, f, sum"),
        ({"shown": "sum"}, "shown", "z, norm, f"),
        ({"norm": "none", "joint": "norm1"}, "joint", "z, f"),
        ({"depth": 50, "width": 512, "source": "normal", "batch_size": 4096}, "batch_size", "up to"),
        ({"architecture": "convolutional", "depth": 8, "width": 512, "batch_size": 64}, "batch_size", "up to"),
        ({"layer_width": 3}, "layer_width", "nothing of this name"),
    ],
)
def test_a_refusal_names_the_field_and_what_is_allowed(server, query, field, allowed):
    row = refused(server, **query)
    assert row["field"] == field
    assert row["allowed"].startswith(allowed)


def test_what_a_refusal_allows_is_taken(client, app):
    app.state.settings = app.state.settings.model_copy(update={"network_work": 10_000_000})
    query = {"depth": 6, "width": 32, "source": "normal", "batch_size": 512}
    allowed = int(refused(client, **query)["allowed"].split()[2].replace(",", ""))
    assert get(client, **query | {"batch_size": allowed})["batch"]["examples"] == allowed
    assert refused(client, **query | {"batch_size": allowed + 1})["field"] == "batch_size"
    assert refused(client, depth=50, width=512, batch_size=1)["field"] == "width"


def test_more_numbers_than_the_server_keeps_are_refused_with_the_number_that_it_does(client, app):
    app.state.settings = app.state.settings.model_copy(update={"network_numbers": 50_000})
    query = {"depth": 6, "width": 32, "source": "normal", "batch_size": 512}
    row = refused(client, **query)
    assert row["field"] == "batch_size"
    allowed = int(row["allowed"].split()[2].replace(",", ""))
    assert get(client, **query | {"batch_size": allowed})["batch"]["examples"] == allowed
    assert refused(client, **query | {"batch_size": allowed + 1})["field"] == "batch_size"


def test_an_upload_that_is_gone_is_a_410(server):
    assert server.get(URL, params={"source": "a" * 64}).status_code == 410
