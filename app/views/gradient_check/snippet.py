"""The notebook snippet: fetch a probe, run the student's own batch norm on it, send the gradients, print the diagnosis.

Standard library and NumPy only. The page shows it, `/gradient-check/cs231n.py` and `/gradient-check/function.py` serve
it, and the tests run it.
"""

import json
from urllib.parse import urlencode

from app.views.gradient_check.query import ProbeQuery

FETCH = """\
import json, urllib.request as web, numpy as np

url = "{origin}/api/v1/gradient-check"
probe = json.load(web.urlopen(url + "/probe?{query}"))
x, gamma, beta, dout, mean, var = (np.array(probe[n]) for n in "x gamma beta dy running_mean running_var".split())
"""
RUN = {
    "cs231n": """\
bn_param = {{"mode": "train", "eps": probe["eps"], "momentum": 0.9, "running_mean": mean, "running_var": var}}
out, cache = {prefix}batchnorm_forward(x, gamma, beta, bn_param)  # your own
gradients = {prefix}batchnorm_backward(dout, cache)  # your own
""",
    "function": """\
gradients = my_gradients(x, gamma, beta, probe["eps"], dout)  # any function of yours that returns (dx, dgamma, dbeta)
""",
}
SEND = """\
sent = {{{fields}, **{{n: np.asarray(v).tolist() for n, v in zip(("dx", "dgamma", "dbeta"), gradients)}}}}
try: report = json.load(web.urlopen(url, json.dumps(sent).encode()))
except web.HTTPError as refusal: report = json.load(refusal)
print(report.get("text") or report["detail"])
"""
BESIDE = "# In this probe epsilon sits beside the deviation: x_hat = (x - mean) / (sqrt(var) + eps)\n"


def snippet(origin: str, form: str, query: ProbeQuery) -> str:
    """The Python for a probe and a form of the student's functions."""
    fields = {"seed": query.seed} | query.model_dump(exclude_defaults=True)
    sent = {name: int(value) if name == "axes" else value for name, value in fields.items()}
    names = {
        "origin": origin, "query": urlencode(fields), "prefix": "spatial_" if query.axes == "4" else "",
        "fields": ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in sent.items()),
    }  # fmt: skip
    note = BESIDE if query.eps_placement == "deviation" else ""
    return note + (FETCH + RUN[form] + SEND).format(**names)
