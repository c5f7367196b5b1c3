"""`GET /training/step`: the records of whichever step, as the stream has them where it has that step."""

import pytest

from tests.app.views.training.asked import QUICK, data_of, stream

LONG = {"steps": 200, "b": "norm:batch,optimizer:adam,dropout:0.2", "resolution": "4"}


def row(client, at, **query):
    answer = client.get("/api/v1/training/step", params=QUICK | query | {"at": at})
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.usefixtures("short_segments")
def test_a_step_between_two_of_the_stream_is_that_step_to_the_bit(client):
    coarse = [data_of(event)["step"] for event in stream(client, **LONG)[1:-1]]
    dense = {data_of(event)["step"]: event.partition(b"data: ")[2]
             for event in stream(client, **LONG | {"resolution": "256"})[1:-1]}  # fmt: skip
    for step in (0, 1, 63):
        assert row(client, step, **LONG) == dense[step]
    for step in (65, 113, 199):
        assert step not in coarse
        assert row(client, step, **LONG) == dense[step]


def test_a_variant_that_has_ended_before_is_left_out(client):
    gone = {"a": "norm:none,rate:1e6,activation:relu,optimizer:momentum", "b": "norm:batch", "c": "norm:batch,steps:10"}
    told = client.get("/api/v1/training/step", params=QUICK | gone | {"at": 39}).json()
    assert (told["step"], list(told["variants"])) == (39, ["b"])
    assert list(client.get("/api/v1/training/step", params=QUICK | gone | {"at": 10}).json()["variants"])[-1] == "c"


def test_a_step_that_no_run_has_is_refused(client):
    answer = client.get("/api/v1/training/step", params=QUICK | {"at": 41})
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["allowed"]) == ("at", "0 to 40")
