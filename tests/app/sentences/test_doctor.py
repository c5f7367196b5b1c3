"""The doctor says of each file only what holds of it."""

import io

import numpy as np

from tests.app.sentences.brevity import is_brief
from tests.app.sentences.doctor import TABLE
from tests.app.sentences.doctor_files import CAPTURES, FAULTS, Arrays, capture, model
from tests.app.sentences.seen import Seen, texts_of, texts_of_page
from tests.app.sentences.sentence import walk

API = "/api/v1/doctor"
BESIDE = {"same": FAULTS["none"], "moved": FAULTS["other means"], "added": lambda arrays: _drop(arrays, "bn3.")}
PAGES = ("none", "NaN", "multiplied", "dead")  # faults whose page is read, too


def _drop(arrays, prefix):
    for name in [name for name in arrays if name.startswith(prefix)]:
        del arrays[name]


def sent(client, arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    answer = client.post(API, content=file.getvalue())
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def looked(client, state, page=False, **query):
    """The state of a model by its id, with the page where that is asked for."""
    query = {"model": sent(client, state["arrays"])} | query
    answered = client.get(API, params=query)
    assert answered.status_code == 200, f"{state}: {answered.text[:500]}"
    texts = list(texts_of(answered.json()))
    if page:
        opened = client.get("/doctor", params=query)
        assert opened.status_code == 200
        texts += texts_of_page(opened.text, "frameworks")
    usual = {"capture": "none", "other": "none", "made": "model"}
    return Seen(usual | state, query, answered.json(), tuple(texts))


def everything(client):
    for fault in FAULTS:
        yield looked(client, {"arrays": model(fault), "fault": fault}, page=fault in PAGES)
    for kind in (*CAPTURES, "new", "gap", "slight gap", "no eps", "forgets", "frozen", "no gradient"):
        yield looked(client, {"arrays": capture(kind), "made": "capture", "fault": kind})
    for name, change in BESIDE.items():
        other = model()
        change(other)
        state = {"arrays": model(), "fault": "none", "other": name}
        yield looked(client, state, other=sent(client, other))
    arrays = capture("new")
    taken = Arrays({name.replace("bn.", "bn1."): values for name, values in arrays.items()})
    taken["bnscope_capture"] = np.array(str(arrays["bnscope_capture"]).replace('"bn"', '"bn1"'))
    state = {"arrays": model() | taken, "capture": "other", "fault": "none"}
    yield looked(client, {**state, "arrays": model()}, capture=sent(client, taken))


def test_every_sentence_follows_the_file(client):
    seen = list(everything(client))
    walk(seen, TABLE, spoken=[r"answer\.headline$", r"answer\.model\.text$"])
    assert not {one.answer["headline"] for one in seen if not is_brief(one.answer["headline"])}
