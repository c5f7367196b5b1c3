"""A process that is killed while it takes statistics: another one goes on from its state."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from bncore import stream

ROOT = Path(__file__).parents[3]
READ = """
import sys
from bncore import stream

def say(done, of, text):
    print(done, flush=True)
    sys.stdin.readline()

stream.statistics("x.npy", state="state.npz", every=0, say=say)
"""


def test_a_killed_process_is_gone_on_from(rng, tmp_path):
    np.save(tmp_path / "x.npy", rng.normal(size=(2 * 2**20 + 5, 1)).astype(np.float32))
    command = [sys.executable, "-c", READ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for done in (2**20, 2 * 2**20):
            assert int(process.stdout.readline()) == done
            if done == 2**20:
                process.stdin.write("\n")
                process.stdin.flush()
        process.send_signal(signal.SIGKILL)
    said = []
    path, state = tmp_path / "x.npy", tmp_path / "state.npz"
    seen = stream.statistics(path, state=state, say=lambda done, _of, _text: said.append(done))
    assert said == [2 * 2**20, 2 * 2**20 + 5]
    whole = stream.statistics(path)
    assert np.array_equal(seen.mean, whole.mean)
    assert np.array_equal(seen.var, whole.var)
    assert np.array_equal(seen.sketch.counts, whole.sketch.counts)
