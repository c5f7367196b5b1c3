"""What memory the kernels take beside arrays."""

import subprocess
import sys
from pathlib import Path

import pytest

from bncore.kernels.loading import compiled

MODULE, WHY = compiled()
ROOT = Path(__file__).parents[3]
STATUS = Path("/proc/self/statm")
MEASURES = """
import os, sys, threading
import numpy as np
from bncore import backward, forward
from bncore.kernels import using
from bncore.kernels.loading import compiled

THREADS = 24
step = 2 if sys.argv[1] == "strided" else 1
x, y, dx = (np.random.default_rng(0).standard_normal((200, step * 201))[:, ::step] for _ in range(3))
sets, all_there, may_end = compiled()[0].instruction_sets(), threading.Barrier(THREADS + 1), threading.Event()
turns = [threading.Event() for _ in range(THREADS + 1)]

def passes():
    for name in sets:
        with using(name):
            backward(x, forward(x, out=y), out=dx)

def live(number):
    all_there.wait()
    turns[number].wait()
    passes()
    turns[number + 1].set()
    may_end.wait()

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

passes()
threads = [threading.Thread(target=live, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
all_there.wait()
before = resident()
turns[0].set()
turns[THREADS].wait()
print((resident() - before) // THREADS)
may_end.set()
"""


@pytest.mark.skipif(MODULE is None or not STATUS.exists(), reason=f"no kernels ({WHY}), or none says what they take")
@pytest.mark.parametrize(("layout", "most"), [("contiguous", 250_000), ("strided", 850_000)])
def test_a_thread_takes_less_than_a_megabyte_whatever_its_instruction_sets(layout, most):
    done = subprocess.run([sys.executable, "-c", MEASURES, layout], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < most
