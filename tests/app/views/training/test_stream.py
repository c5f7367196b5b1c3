"""`GET /training`: the plan, then every step of all variants, for whoever comes, comes back, or wants one document."""

import threading

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.views.training import routes
from tests.app.strict_json import parsed
from tests.app.views.training.asked import QUICK, data_of, document, prepared, stream, told


def test_the_plan_comes_first_then_every_step_side_by_side_then_the_end(client):
    plan, *steps, end = stream(client)
    assert plan.startswith(b"event: plan\n")  # without an id
    assert data_of(plan) == client.get("/api/v1/training/plan", params=QUICK).json()
    assert end == b"id: end\nevent: end\ndata: {}"
    of = {letter: dict(told(run)[0]) for letter, run in prepared().runs.items()}
    assert steps == [
        b'id: %d\nevent: step\ndata: {"step":%d,"variants":{"a":%b,"b":%b}}' % (n, n, of["a"][n], of["b"][n])
        for n in range(41)
    ]


def test_a_record_says_what_a_page_shows(client):
    last = document(client)["steps"][-1]["variants"]["b"]
    assert set(last) == {"rate", "loss", "accuracy", "gradient", "unit", "blocks", "held"}
    assert set(last["held"]) == {"loss", "accuracy"}
    assert len(last["blocks"]) == 3
    block, readout = last["blocks"][0], last["blocks"][-1]
    assert {"inputs", "gradients", "mean", "sd", "gradient", "weight", "effective_rate", "update", "gamma", "beta",
            "running"} == set(block)  # fmt: skip
    assert sum(block["inputs"]["counts"]) == 8 * 20
    assert "gamma" not in readout


def test_points_of_the_plane_come_with_the_surface_of_the_classes(client):
    answer = document(client, source="moons", examples=90, steps=4)
    assert answer["plane"]["names"] == ["x", "y"]
    assert (len(answer["plane"]["train"]), len(answer["plane"]["held"])) == (60, 30)
    surface = answer["steps"][4]["variants"]["a"]["surface"]
    assert len(surface["classes"]) == surface["size"] ** 2
    assert document(client)["plane"] is None


def test_one_document_is_the_plan_with_all_steps(client):
    answer = client.get("/api/v1/training", params=QUICK, headers={"Accept": "application/json"})
    whole = parsed(answer.content)
    steps = whole.pop("steps")
    assert whole == client.get("/api/v1/training/plan", params=QUICK).json()
    assert steps == [data_of(event) for event in stream(client)[1:-1]]
    known = {"Accept": "application/json", "If-None-Match": answer.headers["etag"]}
    assert client.get("/api/v1/training", params=QUICK, headers=known).status_code == 304


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("after", [0, 1, 16, 23, 40])
def test_a_lost_stream_goes_on_byte_for_byte_also_where_nothing_of_it_is_kept(client, settings, after, tmp_path):
    whole = stream(client)
    replayed = stream(client, after=after)
    other = TestClient(create_app(settings.model_copy(update={"cache_dir": tmp_path / "other"})))
    assert replayed == stream(other, after=after) == whole[after + 2 :]


@pytest.mark.usefixtures("short_segments")
def test_a_rate_that_is_changed_in_mid_run_goes_on_from_the_checkpoint_before_it(client, taken):
    whole = stream(client)
    assert sum(taken) == 80
    taken.clear()
    changed = stream(client, changes="0.5@35")
    assert sum(taken) == 16  # steps 33 to 40, of two variants
    assert changed[1:36] == whole[1:36]  # up to step 34
    assert data_of(changed[36])["variants"]["a"]["rate"] == 0.5
    assert changed[37] != whole[37]


def test_whoever_comes_later_is_told_what_is_kept(client, taken):
    stream(client)
    taken.clear()
    stream(client)
    document(client)
    client.get("/api/v1/training/records", params=QUICK)
    client.get("/training/end", params=QUICK)
    assert taken == []


def test_a_variant_that_diverges_ends_there_and_says_so_and_the_others_go_on(client):
    plan, *steps, _ = stream(client, a="norm:none,rate:1e6,activation:relu,optimizer:momentum")
    rows = [data_of(step) for step in steps]
    last = max(row["step"] for row in rows if "a" in row["variants"])
    assert data_of(plan)["total"] == rows[-1]["step"] == 40
    assert 0 < last < 40
    assert rows[last]["variants"]["a"]["diverged"] is True
    assert all("diverged" not in row["variants"]["b"] for row in rows)


def test_a_head_is_answered_without_the_run(client, taken):
    answer = client.head("/api/v1/training", params=QUICK)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert taken == []
    with client.app.state.runs.places.taken("testclient"):  # its place is free again
        assert client.get("/api/v1/training", params=QUICK).status_code == 200


def test_a_plan_is_made_apart_from_the_event_loop(client, monkeypatch):
    there, loops = [], []

    def noted(prepared):
        there.append(threading.current_thread())
        return real(prepared)

    async def loop_of(*given):
        loops.append(threading.current_thread())
        return await answered(*given)

    real, answered = routes.answer_of, routes.respond
    monkeypatch.setattr(routes, "answer_of", noted)
    monkeypatch.setattr(routes, "respond", loop_of)
    stream(client)
    assert there[0] is not loops[0]


def test_one_document_of_too_much_is_refused_and_the_stream_goes_on(settings):
    few = TestClient(create_app(settings.model_copy(update={"training_records": 2 * 41 * 3 - 1})))
    enough = TestClient(create_app(settings.model_copy(update={"training_records": 2 * 41 * 3})))
    whole = {"Accept": "application/json"}
    for path, headers in (("/api/v1/training", whole), ("/api/v1/training/records", {}), ("/training/end", {})):
        refused = few.get(path, params=QUICK, headers=headers)
        assert refused.status_code == 422
        assert "would hold 246 records of blocks, and this server writes up to 245 at once" in refused.text
        assert enough.get(path, params=QUICK, headers=headers).status_code == 200
    assert len(stream(few)) == 43
