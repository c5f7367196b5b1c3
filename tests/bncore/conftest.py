"""What the numerics' tests get: both ways to compute."""

import pytest

from bncore.kernels import using


@pytest.fixture(scope="module", params=["auto", "numpy"])
def each_backend(request):
    """The tests of a module once by the compiled kernels, where they are built, and once by NumPy."""
    with using(request.param, threads=2) as in_force:
        if request.param == "auto" and in_force.name == "numpy":
            pytest.skip(f"NumPy alone: {in_force.why}")
        yield in_force
