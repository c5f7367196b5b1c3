"""Damaged files, uploaded and looked at: whatever stands in them, the answer is theirs or a refusal, never a 5xx."""

import io
from collections import Counter
from collections.abc import Callable

import httpx2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from scripts.attack.server import PATIENCE, served

VIEWS = ("playground", "derivation", "norms")
NASTY = [b"(True, 3)", b"(-1, 3)", b"(10**9, 3)", b"((((((((", b"9" * 5000, b"'O'", b"'<f99'", b"\xff\xff", b'"', b"\r"]
Rng = np.random.Generator


def run(seed: int, files: int) -> bool:
    """Upload so many damaged files, print the statuses, and say whether none was a 5xx."""
    statuses: Counter[tuple[str, int]] = Counter()
    with (
        served(post_rate=0, post_bytes=0) as server,
        httpx2.Client(base_url=f"{server.origin}/api/v1", timeout=PATIENCE) as client,
    ):
        for number in range(files):
            rng = np.random.default_rng([seed, number])
            name, whole = list(SEEDS.items())[number % len(SEEDS)]
            for status in looked_at(client, damaged(whole, rng)):
                statuses[name, status] += 1
    for (name, status), count in sorted(statuses.items()):
        print(f"  {name:8} {status}  {count:,}")
    return not any(status >= 500 for _, status in statuses)


def looked_at(client: httpx2.Client, content: bytes) -> list[int]:
    """The statuses of an upload, of the views of what was taken, and of its deletion."""
    answer = client.post("/batches", content=content)
    statuses = [answer.status_code]
    if answer.status_code == 201:
        upload = answer.json()
        statuses += [client.get(f"/{view}", params={"source": upload["id"]}).status_code for view in VIEWS]
        key = {"delete_key": upload["delete_key"]}
        statuses.append(client.delete(f"/batches/{upload['id']}", params=key).status_code)
    return statuses


def damaged(content: bytes, rng: Rng) -> bytes:
    """A file with one to three damages."""
    for _ in range(rng.integers(1, 4)):
        content = DAMAGES[rng.integers(len(DAMAGES))](content, rng) or b"\0"
    return content


def _flipped(content: bytes, rng: Rng) -> bytes:
    flipped = bytearray(content)
    flipped[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
    return bytes(flipped)


def _cut(content: bytes, rng: Rng) -> bytes:
    return content[: rng.integers(len(content))]


def _doubled(content: bytes, rng: Rng) -> bytes:
    start, end = sorted(rng.integers(len(content) + 1, size=2))
    return content[:end] + content[start:]


def _nasty(content: bytes, rng: Rng) -> bytes:
    at, what = int(rng.integers(min(len(content), 200) + 1)), NASTY[rng.integers(len(NASTY))]
    return content[:at] + what + content[at + len(what) :]


def _zeroed(content: bytes, rng: Rng) -> bytes:
    start, end = sorted(rng.integers(len(content) + 1, size=2))
    return content[:start] + bytes(end - start) + content[end:]


DAMAGES: list[Callable[[bytes, Rng], bytes]] = [_flipped, _cut, _doubled, _nasty, _zeroed]


def _npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.arange(24.0).reshape(6, 4))
    return file.getvalue()


def _npz(save: Callable[..., None]) -> bytes:
    file = io.BytesIO()
    x = np.random.default_rng(0).normal(size=(6, 4, 2, 2))
    save(file, x=x, gamma=np.ones(4), beta=np.zeros(4), dy=x)
    return file.getvalue()


def _parquet() -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table({"a": [1.0, 2.5, 4.0], "b": [3, 5, 8], "kind": ["x", "y", "x"]}), file)
    return file.getvalue()


SEEDS = {
    "csv": b"height,weight,kind\n1.62,61,a\n1.75,70,b\n1.81,93,a\n1.58,50,b\n",
    "npy": _npy(),
    "npz": _npz(np.savez_compressed),
    "npz, raw": _npz(np.savez),
    "parquet": _parquet(),
}
