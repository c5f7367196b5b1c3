"""`GET /playground/data`: the numbers themselves, in full, in three formats."""

import csv
import io

import numpy as np
import pytest

from app.batches.datasets import load
from bncore import forward
from bncore.playground.stages import STAGES
from tests.app.strict_json import parsed
from tests.each import each

URL = "/api/v1/playground/data"
LOSS = {"source": "iris", "upstream": "cross_entropy", "activation": "tanh"}


def array_of(client, **query):
    answer = client.get(URL, params=query | {"format": "npy"})
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content), allow_pickle=False)


def table_of(client, **query):
    return list(csv.reader(io.StringIO(client.get(URL, params=query | {"format": "csv"}).text)))


def test_x_hat_is_the_librarys_and_the_same_to_the_last_digit_in_every_format(server):
    expected = array_of(server, source="iris")
    np.testing.assert_allclose(expected, forward(load("iris").x).x_hat, rtol=1e-11)
    header, *rows = table_of(server, source="iris")
    assert header == list(load("iris").feature_names)
    np.testing.assert_array_equal(np.array(rows, dtype=float), expected)
    body = parsed(server.get(URL, params={"source": "iris"}).content)
    np.testing.assert_array_equal(body["data"], expected)
    assert body["shape"] == list(expected.shape)
    assert body["columns"] == header


@each("stage", STAGES)
def test_every_stage_can_be_had(server, stage):
    values = array_of(server, **LOSS, stage=stage)
    assert values.shape == ((150, 3) if stage.endswith("readout") else (150, 4))
    assert np.isfinite(values).all()
    header, *rows = table_of(server, **LOSS, stage=stage)
    assert (len(rows), len(header)) == values.shape


def test_a_stage_that_this_view_has_not_is_refused_with_those_it_has(server):
    answer = server.get(URL, params={"source": "iris", "stage": "readout"})
    assert answer.status_code == 422
    (row,) = answer.json()["errors"]
    assert row["field"] == "stage"
    assert "dx_variance" in row["allowed"]


@pytest.mark.parametrize("axis", [1, -1])
def test_a_batch_of_four_axes_keeps_its_shape_and_csv_has_a_line_a_position(client, uploaded, axis):
    x = np.random.default_rng(0).standard_normal((5, 4, 3, 2)).astype(np.float32)
    source = uploaded(x=x)
    query = {"source": source, "feature_axis": axis}
    kept = array_of(client, **query, stage="x")
    assert kept.dtype == np.float32
    np.testing.assert_array_equal(kept, x)
    np.testing.assert_allclose(array_of(client, **query), forward(x, feature_axis=axis).x_hat, atol=1e-6)
    _, *rows = table_of(client, **query, stage="x")
    np.testing.assert_array_equal(np.array(rows, dtype=np.float32), np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis]))
    logits = array_of(client, **query, upstream="squared_error", stage="readout")
    assert logits.shape == (5, 3)


def test_statistics_have_a_row_a_feature_with_its_name(server):
    header, *rows = table_of(server, source="wine", stage="statistics")
    assert header[:3] == ["feature", "mean", "var"]
    assert [row[0] for row in rows] == list(load("wine").feature_names)
    x = load("wine").x
    columns = dict(zip(header[1:], np.array([row[1:] for row in rows], dtype=float).T, strict=True))
    np.testing.assert_allclose(columns["mean"], x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(columns["x_sd"], x.std(axis=0), rtol=1e-12)
    np.testing.assert_allclose(columns["x_median"], np.median(x, axis=0), rtol=1e-12)
    body = parsed(server.get(URL, params={"stage": "statistics"}).content)
    assert body["rows"] == list(load("wine").feature_names)


@each(
    ("kind", "media_type"),
    [("json", "application/json"), ("csv", "text/csv; charset=utf-8"), ("npy", "application/octet-stream")],
)
def test_each_format_is_an_attachment_named_after_its_stage(client, kind, media_type):
    answer = client.get(URL, params={"stage": "dx", "format": kind})
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="bnscope-dx.{kind}"'


def test_equal_queries_have_equal_etags_and_other_formats_others(client):
    tags = [client.get(URL, params={"format": kind}).headers["etag"] for kind in ("csv", "csv", "json")]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize("stage", ["x", "statistics"])
def test_a_name_that_a_spreadsheet_would_run_is_text_in_csv(client, stage):
    content = b'=1+1,"@SUM(A1)",plain\n1,2,3\n4,5,7\n'
    source = client.post("/api/v1/batches", content=content, headers={"content-type": "text/csv"}).json()["id"]
    header, *rows = table_of(client, source=source, stage=stage)
    names = header if stage == "x" else [row[0] for row in rows]
    assert names == ["'=1+1", "'@SUM(A1)", "plain"]
