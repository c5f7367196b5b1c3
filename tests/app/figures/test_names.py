"""Names that look like HTML are drawn as they are: no page of ours shows a stranger's link."""

import json

HEADER = '<a href="https://evil.example">click</a>'


def test_tags_in_names_do_not_reach_plotly(client):
    quoted = HEADER.replace('"', '""')
    uploaded = client.post("/api/v1/batches", content=f'"{quoted}",b\n1,2\n3,4\n5,9\n'.encode())
    assert uploaded.status_code == 201
    answer = client.get("/api/v1/playground", params={"source": uploaded.json()["id"]}).json()
    assert answer["batch"]["feature_names"][0] == HEADER
    for figure in answer["figures"].values():
        del figure["layout"]["meta"]
        assert "<a href" not in json.dumps(figure)
    assert "&lt;a href" in json.dumps(answer["figures"]["x"])
