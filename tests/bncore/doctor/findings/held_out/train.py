"""Recorded with PyTorch 2.13.0; the data come from scikit-learn, which may be in another environment:

    python -m tests.bncore.doctor.findings.held_out.train data data.npz
    pip install torch==2.13.0 numpy && python -m tests.bncore.doctor.findings.held_out.train first data.npz
    PYTHONPATH=static python -m tests.bncore.doctor.findings.held_out.train captures data.npz FOLDER

Trains each network of `NETS` as RUNS say and writes the state dicts as float32 to SET.npz beside this file.
`captures` trains them once more and writes what `bnscope_capture.py` saves of four of their steps, at each batch size.
"""

import sys
from pathlib import Path

import numpy as np

from tests.bncore.doctor.findings.held_out.nets import HERE, NETS, data

RUNS = {
    "first": (
        {"optimizer": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 5e-4, "batch": 64, "epochs": 10},
        {"optimizer": "Adam", "lr": 0.003, "batch": 32, "epochs": 6},
        {"optimizer": "RMSprop", "lr": 0.002, "weight_decay": 1e-4, "batch": 16, "epochs": 4},
    ),
    "second": (
        {"optimizer": "AdamW", "lr": 0.004, "weight_decay": 0.1, "batch": 48, "epochs": 8},
        {"optimizer": "SGD", "lr": 0.05, "momentum": 0.95, "nesterov": True, "batch": 24, "epochs": 5},
    ),
}
"""How each network is trained in each set."""

LEFT_OUT = {("second", net, 0) for net in ("plain", "preactivated", "zero")}
"""Trainings that were measured and are not kept, as they are large."""

SEEDS = {"first": 100, "second": 200, "captures": 300}
SIZES = (2, 4, 8, 16, 64, 256)
LATE = 0.02  # of SGD's rate in a late epoch at a batch of 64, which that of others is in proportion to


def network(torch, steps, x):
    """The network as a module whose parameters are called after its steps, for inputs like x."""
    nn = torch.nn

    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.made, channels = {}, x.shape[1]
            for step in steps:
                if isinstance(step, tuple):
                    kind, name, settings = step
                    self.made[name] = _put(nn, self, name, _layer(nn, kind, settings, channels, x.ndim))
                    channels = settings.get("outputs", channels)

        def forward(self, x):
            before = x
            for step in steps:
                if step == "keep":
                    before = x
                elif step == "add":
                    x = x + before
                elif step == "mean":
                    x = x.mean(dim=(2, 3))
                else:
                    x = self.made[step[1]](x) if isinstance(step, tuple) else _activation(torch, step)(x)
            return x

    return Steps()


def _activation(nn, name):
    return (
        getattr(nn.functional, name) if name in ("relu", "leaky_relu", "silu") else getattr(__import__("torch"), name)
    )


def _layer(nn, kind, settings, channels, axes):
    if kind == "conv":
        outputs, kernel, stride = (settings[key] for key in ("outputs", "kernel", "stride"))
        groups, bias = settings["groups"], settings["bias"]
        return nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)
    if kind == "linear":
        return nn.Linear(channels, settings["outputs"], bias=settings["bias"])
    if kind in ("layer", "rms"):
        return (nn.LayerNorm if kind == "layer" else nn.RMSNorm)(channels)
    if kind == "group":
        return nn.GroupNorm(settings["groups"], channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    options = {key: value for key, value in settings.items() if key != "gamma"}
    norm = (nn.BatchNorm2d if axes == 4 else nn.BatchNorm1d)(channels, **options)
    if "gamma" in settings:
        nn.init.constant_(norm.weight, settings["gamma"])
    return norm


def _put(nn, module, name, layer):
    """The layer under its name, whose dots are modules of modules."""
    *path, last = name.split(".")
    for part in path:
        if not hasattr(module, part):
            module.add_module(part, nn.Module())
        module = getattr(module, part)
    module.add_module(last, layer)
    return layer


def trained(torch, net, run, seed, table):
    """The network after its training, the optimizer's class left behind, and how well it does: accuracy or R²."""
    kind, steps = NETS[net]
    torch.manual_seed(seed)
    x, y = table(kind)
    cut = int(0.8 * len(x))
    order = torch.randperm(len(x)) if kind != "digits" else torch.arange(len(x))
    x, y = x[order], y[order]
    module, options = network(torch, steps, x), dict(run)
    batch, epochs, name = options.pop("batch"), options.pop("epochs"), options.pop("optimizer")
    epochs = epochs if len(x) > 1000 else 4 * epochs
    optimizer = getattr(torch.optim, name)(module.parameters(), **options)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * (cut // batch))
    for _ in range(epochs):
        for rows in torch.randperm(cut)[: cut // batch * batch].split(batch):
            optimizer.zero_grad()
            loss(torch, module(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    module.eval()
    with torch.no_grad():
        out = module(x[cut:])
    right = (
        (out.argmax(1) == y[cut:]).float().mean() if out.shape[1] > 1 else 1 - loss(torch, out, y[cut:]) / y[cut:].var()
    )
    return module, x[:cut], y[:cut], float(right)


def loss(torch, out, y):
    if out.shape[1] == 1:
        return torch.nn.functional.mse_loss(out[:, 0], y)
    return torch.nn.functional.cross_entropy(out, y)


def table_of(torch, path):
    """A function from the name of a set of data to its tensors."""
    arrays = np.load(path)

    def table(name):
        x, y = torch.tensor(arrays[f"{name}_x"]), torch.tensor(arrays[f"{name}_y"])
        return (x, (y.float() - y.float().mean()) / y.float().std()) if name == "diabetes" else (x, y.long())

    return table


def keep_data(path):
    names = {name for name, _ in NETS.values()}
    np.savez(
        path, **{f"{name}_{part}": values for name in names for part, values in zip("xy", data(name), strict=True)}
    )


def keep_nets(part, path):
    import torch

    torch.set_num_threads(1)
    table, kept = table_of(torch, path), {}
    for place, net in enumerate(NETS):
        for number, run in enumerate(RUNS[part]):
            module, _, _, right = trained(torch, net, run, SEEDS[part] + 10 * place + number, table)
            sys.stdout.write(f"{part} {net} {number} right {right:.3f}\n")
            if (part, net, number) in LEFT_OUT:
                continue
            kept |= {f"{net}/{number}/{name}": values.numpy() for name, values in module.state_dict().items()}
    np.savez_compressed(HERE / f"{part}.npz", **kept)


def keep_captures(path, folder):
    """Of each network and batch size four steps after a hundred others, and the state dict before them."""
    import torch
    from bnscope_capture import capture

    torch.set_num_threads(1)
    table = table_of(torch, path)
    for place, net in enumerate(NETS):
        run = RUNS["first"][place % 2]
        for size in SIZES:
            module, x, y, _ = trained(torch, net, run, SEEDS["captures"] + 10 * place + size, table)
            module.train()
            scale = size / 64 if run["optimizer"] == "SGD" else (size / 64) ** 0.5
            options = {key: value for key, value in run.items() if key not in ("optimizer", "batch", "epochs")}
            optimizer = getattr(torch.optim, run["optimizer"])(
                module.parameters(), **options | {"lr": LATE * run["lr"] * scale / 0.1}
            )
            for step in range(104):
                if step == 100:
                    state = {name: values.numpy().copy() for name, values in module.state_dict().items()}
                    np.savez(Path(folder) / f"{net}-{size}-model.npz", **state)
                    watched = capture(module, Path(folder) / f"{net}-{size}-capture.npz", steps=4, budget=1)
                rows = torch.randint(0, len(x), (size,))
                optimizer.zero_grad()
                loss(torch, module(x[rows]), y[rows]).backward()
                optimizer.step()
            watched.close()


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "data":
        keep_data(*paths)
    elif what == "captures":
        keep_captures(*paths)
    else:
        keep_nets(what, *paths)
