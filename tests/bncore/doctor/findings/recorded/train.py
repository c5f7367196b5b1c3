"""Recorded once with PyTorch 2.13.0, in three steps, as only the first needs scikit-learn and only the others PyTorch:

    python -m tests.bncore.doctor.findings.recorded.train digits digits.npz
    pip install torch==2.13.0 numpy && python -m tests.bncore.doctor.findings.recorded.train nets digits.npz
    PYTHONPATH=static/capture python -m tests.bncore.doctor.findings.recorded.train captures digits.npz

Trains each network of `NETS` five times on scikit-learn's digits, as `RUNS` says, and writes its state dicts as float32
to NAME.npz beside this file: array RUN/NAME of each tensor. `nets.py` runs them without PyTorch.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
TRAINED_ON = 1400
RUNS = (
    {"optimizer": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4, "batch": 64, "epochs": 12},
    {"optimizer": "SGD", "lr": 0.05, "momentum": 0.9, "weight_decay": 0.0, "batch": 32, "epochs": 6},
    {"optimizer": "Adam", "lr": 0.003, "weight_decay": 0.0, "batch": 128, "epochs": 25},
    {"optimizer": "AdamW", "lr": 0.002, "weight_decay": 0.05, "batch": 16, "epochs": 5},
    {"optimizer": "SGD", "lr": 0.2, "momentum": 0.0, "weight_decay": 1e-3, "batch": 8, "epochs": 4},
)


SEEDS = {("grouped", 4): 14}
"""Of each training its number, unless that leaves features dead: then they are no healthy network's."""
WATCHED_AT = (2, 8)
"""Batch sizes at which the dense network is trained on and captured."""


def keep_digits(path):
    from sklearn.datasets import load_digits

    data = load_digits()
    np.savez(path, x=data.images.astype(np.float32)[:, None] / 16, y=data.target)


def nets():
    """Each network by name, as a function that makes a new one."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.bn0 = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
            for block in (1, 2):
                for part in ("a", "b"):
                    setattr(self, f"conv{block}{part}", nn.Conv2d(8, 8, 3, padding=1, bias=False))
                    setattr(self, f"bn{block}{part}", nn.BatchNorm2d(8))
            self.head = nn.Linear(8, 10)

        def forward(self, x):
            x = self.bn0(self.stem(x)).relu()
            for block in (1, 2):
                branch = getattr(self, f"bn{block}a")(getattr(self, f"conv{block}a")(x)).relu()
                x = (x + getattr(self, f"bn{block}b")(getattr(self, f"conv{block}b")(branch))).relu()
            return self.head(x.mean(dim=(2, 3)))

    def stacked(*layers):
        return lambda: nn.Sequential(*(layer() for layer in layers))

    conv = stacked(
        lambda: nn.Conv2d(1, 8, 3, padding=1, bias=False), lambda: nn.BatchNorm2d(8), nn.ReLU,
        lambda: nn.Conv2d(8, 8, 3, padding=1, stride=2, bias=False), lambda: nn.BatchNorm2d(8), nn.ReLU,
        lambda: nn.Conv2d(8, 12, 3, padding=1, stride=2), lambda: nn.BatchNorm2d(12), nn.ReLU,
        nn.Flatten, lambda: nn.Linear(48, 10),
    )  # fmt: skip
    dense = stacked(
        nn.Flatten, lambda: nn.Linear(64, 20, bias=False), lambda: nn.BatchNorm1d(20), nn.ReLU,
        lambda: nn.Linear(20, 16), lambda: nn.BatchNorm1d(16), nn.Tanh, lambda: nn.Linear(16, 10),
    )  # fmt: skip
    grouped = stacked(
        lambda: nn.Conv2d(1, 8, 3, padding=1), lambda: nn.GroupNorm(2, 8), nn.ReLU,
        lambda: nn.Conv2d(8, 8, 3, padding=1, stride=2), lambda: nn.GroupNorm(4, 8), nn.ReLU,
        nn.Flatten, lambda: nn.Linear(128, 12), lambda: nn.LayerNorm(12), nn.ReLU, lambda: nn.Linear(12, 10),
    )  # fmt: skip
    return {"conv": conv, "dense": dense, "grouped": grouped, "residual": Residual}


def trained(make, run, seed, x, y):
    """The network after its epochs and its accuracy on what it was not trained on."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    net, options = make(), dict(run)
    batch, epochs, name = options.pop("batch"), options.pop("epochs"), options.pop("optimizer")
    optimizer = getattr(torch.optim, name)(net.parameters(), **options)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (TRAINED_ON // batch))
    for _ in range(epochs):
        for rows in torch.randperm(TRAINED_ON)[: TRAINED_ON // batch * batch].split(batch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    net.eval()
    right = (net(x[TRAINED_ON:]).argmax(1) == y[TRAINED_ON:]).float().mean()
    return net, float(right)


def keep_nets(path):
    x, y = read(path)
    for name, make in nets().items():
        kept = {}
        for number, run in enumerate(RUNS):
            net, right = trained(make, run, SEEDS.get((name, number), number), x, y)
            sys.stdout.write(f"{name} {number} right {right:.3f}\n")
            kept |= {f"{number}/{key}": value.numpy() for key, value in net.state_dict().items()}
        np.savez_compressed(HERE / f"{name}.npz", **kept)


def keep_captures(path):
    """What `bnscope_capture.py` saves of four steps after a hundred others of that size, at a rate of a late epoch."""
    import torch
    from bnscope_capture import capture
    from torch import nn

    (x, y), make = read(path), nets()["dense"]
    for size in WATCHED_AT:
        net, _ = trained(make, RUNS[0], 0, x, y)
        net.train()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.02 * size / 64, momentum=0.9)
        for step in range(104):
            if step == 100:
                watched = capture(net, HERE / f"dense_capture_{size}.npz", steps=4, budget=1)
            rows = torch.randint(0, TRAINED_ON, (size,))
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
        watched.close()


def read(path):
    import torch

    with np.load(path) as digits:
        return torch.tensor(digits["x"]), torch.tensor(digits["y"]).long()


if __name__ == "__main__":
    {"digits": keep_digits, "nets": keep_nets, "captures": keep_captures}[sys.argv[1]](sys.argv[2])
