"""A layer that goes to the playground takes its own ε along, and numbers beyond float32."""

import io

import numpy as np

from app.views.doctor.handed import _setting, arrays_of
from bncore.doctor import Norm


def test_the_epsilon_has_all_of_its_digits():
    assert float(_setting(Norm("bn", "batch", eps=0.0010000000474974513))["eps"]) == 0.0010000000474974513


def test_x_is_drawn_in_float64_where_float32_would_overflow():
    for mean, kind in ((1.0, np.float32), (1e300, np.float64)):
        norm = Norm("bn", "batch", mean=np.array([mean]), variance=np.array([1.0]))
        with np.load(io.BytesIO(arrays_of(norm, None, {}))) as arrays:
            assert arrays["x"].dtype == kind
            assert np.isfinite(arrays["x"]).all()


def test_the_playground_takes_it(client):
    file = io.BytesIO()
    parts = {"weight": 1.0, "bias": 0.0, "running_mean": 1e200, "running_var": 1.0}
    np.savez(file, **{f"bn.{part}": np.full(4, value) for part, value in parts.items()})
    model = client.post("/api/v1/doctor", content=file.getvalue()).json()["id"]
    led = client.get("/doctor/layer", params={"model": model, "norm": "bn"}, follow_redirects=False)
    assert led.status_code == 303, led.text
