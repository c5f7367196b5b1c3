"""What of a training leaves the page: all records as a file, the Python that makes them again, and how it ended."""

import csv
import io
import re

import numpy as np
import pytest

from tests.app.views.training.asked import QUICK, document, prepared, refused

SMALL = QUICK | {"steps": 6}


def records(client, form, **query):
    answer = client.get("/api/v1/training/records", params=SMALL | query | {"format": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="bnscope-training.{form}"'
    assert answer.headers["link"].startswith("<http://testserver/training?source=iris&widths=8%2C8")
    assert "format" not in answer.headers["link"]
    return answer.content


def test_the_files_hold_every_number_of_every_record(client):
    steps = document(client, steps=6)["steps"]
    whole = client.get("/api/v1/training/records", params=SMALL).json()["variants"]
    assert whole == {x: [{"step": row["step"]} | row["variants"][x] for row in steps] for x in "ab"}

    lines = list(csv.DictReader(io.StringIO(records(client, "csv").decode())))
    arrays = np.load(io.BytesIO(records(client, "npz")))
    assert [(line["variant"], int(line["step"])) for line in lines] == [(x, n) for x in "ab" for n in range(7)]
    of_b, last = [line for line in lines if line["variant"] == "b"], whole["b"][-1]
    assert float(of_b[-1]["loss"]) == arrays["b_loss"][-1] == last["loss"]
    assert float(of_b[-1]["held_accuracy"]) == arrays["b_held_accuracy"][-1] == last["held"]["accuracy"]
    assert float(of_b[-1]["block_2_gamma_85"]) == arrays["b_block_gamma_85"][-1, 1] == last["blocks"][1]["gamma"][2]
    assert arrays["b_block_inputs_counts"].shape == (7, 3, 24)
    assert arrays["b_block_inputs_ends"][3, 1].tolist() == [whole["b"][3]["blocks"][1]["inputs"][end]
                                                            for end in ("from", "to")]  # fmt: skip
    assert np.isnan(arrays["b_held_loss"][1])
    assert lines[1]["held_loss"] == ""


def test_a_file_is_kept_by_its_etag_and_refused_where_there_is_no_such_form(client):
    first = client.get("/api/v1/training/records", params=SMALL)
    known = client.get("/api/v1/training/records", params=SMALL, headers={"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304
    wrong = client.get("/api/v1/training/records", params=SMALL | {"format": "xls"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "format")


PYTHON = [
    {}, {"source": "digits", "b": "norm:batch,optimizer:adam,changes:0.5@3"}, {"source": "spirals", "examples": 90},
    {"scaling": "range", "held": 30, "seed": 3, "b": "norm:ghost,ghost_size:5,bias:on,momentum:cumulative",
     "c": "widths:4"},
]  # fmt: skip


@pytest.mark.parametrize("query", PYTHON, ids=str)
def test_the_python_of_a_page_makes_its_records_again(client, query, capsys):
    answer = document(client, **(SMALL | query))
    names = {}
    assert "pip install . in its folder" in answer["python"]
    assert ("from sklearn" in answer["python"]) == ("pip install scikit-learn" in answer["python"])
    exec(compile(answer["python"], "snippet", "exec"), names)
    assert len(capsys.readouterr().out.splitlines()) == len(answer["variants"])
    assert list(names["variants"]) == list(answer["variants"])
    for letter, spec in names["variants"].items():
        assert spec.fingerprint == prepared(**(SMALL | query)).specs[letter].fingerprint
    last = answer["steps"][-1]["variants"][list(names["variants"])[-1]]
    told = names["records"][-1].plain()
    assert told["loss"] == pytest.approx(last["loss"], rel=1e-4)
    assert told["held"] == pytest.approx(last["held"], rel=1e-4)


def test_the_python_of_an_upload_says_what_to_put_in(client, uploaded):
    id = uploaded(x=np.random.default_rng(0).standard_normal((60, 3)), y=np.arange(60) % 2)
    answer = client.get("/api/v1/training/plan", params={"source": id, "label": "y", "batch_size": 10}).json()
    compile(answer["python"], "snippet", "exec")
    assert "class of each example" in answer["python"]


def test_a_browser_without_javascript_is_led_to_how_the_variants_ended(client):
    page = client.get("/training", params=SMALL).text
    (address,) = re.findall(r'<noscript><meta http-equiv="refresh" content="0; url=([^"]+)"></noscript>', page)
    end = client.get(address.replace("&amp;", "&"))
    assert end.status_code == 200
    last = document(client, steps=6)["steps"][-1]["variants"]
    cells = re.findall(r"<td>([^<]*)</td>", end.text)
    assert len(cells) == 2 * 5
    for x, row in (("a", cells[:5]), ("b", cells[5:])):
        assert row[0] == "6"
        assert float(row[1]) == pytest.approx(last[x]["loss"], rel=1e-2)
        assert float(row[4].removesuffix(" %")) == pytest.approx(100 * last[x]["held"]["accuracy"], rel=1e-2)
    assert end.text.count('class="curve') == 4
    assert 'format=csv" download' in end.text


def test_the_end_of_a_variant_that_diverged_says_where(client):
    query = SMALL | {"a": "norm:none,rate:1e6,activation:relu,optimizer:momentum"}
    end = client.get("/training/end", params=query).text
    beyond = re.search(r"Loss over the steps; (\d+) records? lies? above the axis", end)
    assert int(beyond[1]) > 0  # what diverges leaves the axis, and flattens nobody
    top = float(re.search(r'aria-label="Loss over the steps, from 0 to ([\d.]+) and', end)[1])
    assert top < 10
    assert re.search(r'class="headline">Without norm: diverged at step \d+; Batch norm: \d', end)


@pytest.mark.parametrize("wrong", [{"b": "norm:bacth"}, {"colour": "red"}, {"batch_size": 101}])
def test_what_is_wrong_is_told_on_either_page(client, wrong):
    for path in ("/training", "/training/end"):
        page = client.get(path, params=SMALL | wrong)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert next(iter(wrong)) in page.text
        assert "http-equiv" not in page.text  # nobody is led away from what is told
    if "colour" not in wrong:
        assert refused(client, **wrong)[1]["field"] == next(iter(wrong))
