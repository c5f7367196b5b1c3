"""What every norm layer of a network sees in a few training steps, saved as one NPZ file for bnscope.

    from bnscope_capture import capture

    capture(net, "capture.npz", steps=4)  # then train as usual: it writes the file and takes itself out

PyTorch 2 or newer, not compiled; or Keras 3 on PyTorch or TensorFlow, with `compile(run_eagerly=True)`. Needs NumPy;
copy this file.

A step is a forward pass of the model in training mode. The file has of each batch, layer, group, instance and RMS norm
its parameters and buffers as they were before the first step, and of each step the input x and the gradient dy of its
output: whole, or of a large layer the same rows in every step, spread over it. Of batch norms it has the moments of the
whole batch, too: those that PyTorch has computed in float32 for the step, where they have their digits, others in
float64. A layer that runs more than once in a step is seen at its first. With a GradScaler dy is as large as that makes
it.

It times itself, and where it takes more than `budget` of the time of training, it lets steps pass until it does not: in
small networks the steps that it keeps do not follow one another. The file says of how many they are. With `budget=1`
it keeps each.
"""

import atexit
import contextlib
import functools
import json
import math
import mmap
import time
import warnings
from pathlib import Path

import numpy as np

WHOLE = 65_536
"""Numbers up to which an array is kept whole."""

ROWS = 128
"""Rows that are kept of a larger one, spread over it; of a group or instance norm as many examples as WHOLE has."""

EXAMPLES = ("group", "instance")
"""Kinds whose statistics are of an example, which is kept with all of its positions."""

FLAT, FAR = 0.1, 1e3
"""Channels whose variance is below FLAT eps, or whose mean is above FAR deviations, lose digits in float32: their
moments are taken again in float64, though not on a GPU, which would have to wait for it. Others are what the layer has
saved: the variance to some 2e-6 of itself, the mean to 1e-4 deviations."""

BUDGET = 0.05
"""Share of the time of training that it takes at most, on average."""


def capture(model, path, steps=4, budget=BUDGET):
    """Save what the norms of `model` see in its next training steps; the result's `close()` ends it earlier."""
    keras = any(each.__module__.split(".")[0] == "keras" for each in type(model).__mro__)
    return (KerasCapture if keras else TorchCapture)(model, path, steps, budget)


class Arena:
    """Room for what stays, outside of malloc's heap: small arrays there would lie between the large ones that a step
    frees, and keep the next step from having their memory again."""

    def __init__(self):
        self.map, self.at, self.size = None, 0, 0

    def copy(self, values):
        kept = self.room(values.shape, values.dtype)
        kept[...] = values
        return kept

    def room(self, shape, dtype):
        """An array that is yet to be filled."""
        size = math.prod(shape) * dtype.itemsize
        if self.at + size > self.size:
            self.size, self.at = max(2**24, size), 0
            self.map = pages(self.size)
        kept = np.ndarray(shape, dtype, self.map, self.at)
        self.at += -(-size // 64) * 64
        return kept


def pages(size):
    """Memory of the process's own, in large pages where there are any: each page is a trip to the kernel."""
    if not hasattr(mmap, "MAP_PRIVATE"):
        return mmap.mmap(-1, size)
    room = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):
            room.madvise(mmap.MADV_HUGEPAGE)
    return room


class Capture:
    """What was seen so far. A framework's subclass puts hooks in and takes them out."""

    framework = ""
    clock = staticmethod(time.perf_counter)

    def __init__(self, model, path, steps, budget=BUDGET):
        if steps < 1:
            raise ValueError(f"steps is {steps}; give 1 or more.")
        if not budget > 0:
            raise ValueError(f"budget is {budget}; give a share of the time above 0, such as {BUDGET}.")
        self.path, self.steps, self.step, self.of = Path(path), steps, -1, 0
        self.budget, self.spent, self.start = budget, 0.0, None
        self.norms, self.arrays, self.waiting, self.plans, self.arena = {}, {}, {}, {}, Arena()
        self.running, self.remove = False, self.hook(model)
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def begins(self):
        """A training step begins; after the last one it is all written. One that the budget has no room for passes."""
        if self.step + 1 == self.steps:
            self.close()
            return
        self.start = self.clock() if self.start is None else self.start
        self.of += 1
        fits = self.spent <= self.budget * (self.clock() - self.start)
        if fits or self.waiting:
            self.charged(self.settle)
        if fits:
            self.step, self.running = self.step + 1, True

    def ends(self):
        """The forward pass of a step has ended; its gradients come later."""
        self.running = False
        self.written_if_complete()

    def charged(self, work, *args):
        """What work(*args) gives; its time is the capture's."""
        start = self.clock()
        result = work(*args)
        self.spent += self.clock() - start
        return result

    def wants(self, name):
        """Whether this is the first call of a norm in a step."""
        return self.running and not self.norms.get(name, {"count": {}})["count"].get(self.step)

    def see(self, name, told, buffers, count):
        """A norm runs on `count` examples times positions; the first time it tells of itself and of its buffers."""
        if name not in self.norms:
            self.norms[name] = told() | {"count": {}}
            self.arrays |= {f"{name}.{part}": values for part, values in buffers.items()}
        self.norms[name]["count"][self.step] = count

    def keep(self, name, part, step, values):
        self.arrays[f"{name}.{part}.{step}"] = values

    def written_if_complete(self):
        if self.step + 1 == self.steps and not self.running and not self.waiting:
            self.close()

    def plan(self, kind, shape):
        """Of arrays (..., C), or of a group or instance norm (N, C, ...): the places along the first axes that are
        kept, None if all are, the shape of what is there, and of how many examples times positions it is."""
        key = (kind in EXAMPLES, tuple(shape))
        if key not in self.plans:
            self.plans[key] = whole_examples(*shape) if key[0] else some_rows(*shape)
        return self.plans[key]

    def settle(self):
        """Make NumPy's arrays of what was kept."""

    def close(self):
        """Take the hooks out and write what was seen."""
        if self.remove is None:
            return
        self.remove()
        self.remove = None
        atexit.unregister(self.close)
        if not self.norms:
            said = "bnscope_capture: no norm ran in a training step of this model, so nothing was saved."
            warnings.warn(said, stacklevel=2)
            return
        self.settle()
        steps = self.step + 1
        norms = [
            told | {"count": [told["count"].get(step, 0) for step in range(steps)]} for told in self.norms.values()
        ]
        told = {"version": 1, "framework": self.framework, "steps": steps, "of": self.of, "norms": norms}
        part = self.path.with_name(self.path.name + ".part")
        with part.open("wb") as file:
            np.savez(file, bnscope_capture=np.array(json.dumps(told)), **self.arrays)
        part.replace(self.path)
        self.arrays = {}


def whole_examples(count, channels, *positions):
    most = max(2, WHOLE // (channels * math.prod(positions)))
    index = (spread(count, most),) if count > most else None
    shape = (min(count, most), channels, math.prod(positions)) if positions else (min(count, most), channels)
    return index, shape, count * math.prod(positions)


def some_rows(*shape):
    """Rows (n, C), those of all positions of an example one after the other."""
    *axes, channels = shape
    total = math.prod(axes)
    if total * channels <= WHOLE or total <= ROWS:
        return None, (total, channels), total
    return np.unravel_index(spread(total, ROWS), axes), (ROWS, channels), total


def spread(count, most):
    """`most` places of `count`, one of each equal part, there without a pattern: by multiples of the golden ratio."""
    starts = np.arange(most + 1) * count // most
    within = np.arange(most) * (math.sqrt(5) - 1) / 2 % 1
    return starts[:-1] + (within * np.diff(starts)).astype(int)


class Seen:
    """A call of a norm: its input until that is taken, and how."""

    def __init__(self, name, step, x, arrange, index, shape):
        self.name, self.step, self.x, self.arrange, self.index, self.shape = name, step, x, arrange, index, shape
        self.version, self.moments, self.eps = x._version, None, None


class TorchCapture(Capture):
    """Hooks in a torch.nn.Module."""

    framework = "pytorch"

    def hook(self, model):
        import torch

        self.torch, self.before, self.own, self.arranged = torch, {}, [], {}
        self.in_numpy = (torch.float32, torch.float64)
        self.saves_elsewhere = getattr(torch._C._autograd, "_top_saved_tensors_default_hooks", lambda _: None)
        handles = [model.register_forward_pre_hook(self._root_begins)]
        for name, module in model.named_modules():
            kind = torch_kind(torch, module)
            if kind:
                name = name or "norm"
                handles.append(module.register_forward_pre_hook(self._remember(name)))
                handles.append(module.register_forward_hook(self._watch(name, kind), with_kwargs=True))
        handles.append(model.register_forward_hook(self._root_ends))  # last, as the model may be a norm
        return lambda: [handle.remove() for handle in handles]

    def _root_begins(self, model, _inputs):
        if model.training and self.torch.is_grad_enabled():
            self.begins()

    def _root_ends(self, _model, _inputs, _output):
        if self.running:
            self.ends()

    def _remember(self, name):
        """The buffers before a norm's first step, which updates them."""

        def hook(module, _inputs):
            if self.running and name not in self.before:
                self.before[name] = self.charged(self._buffers, module)

        return hook

    def _buffers(self, module):
        parts = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
        every = {part: getattr(module, part, None) for part in parts}
        return {
            part: self._kept(values, None, (-1,) if values.dim() else ())
            for part, values in every.items()
            if values is not None
        }

    def _watch(self, name, kind):
        def hook(module, inputs, keywords, output):
            if self.wants(name):
                self.charged(self._seen, name, kind, module, inputs[0] if inputs else keywords["input"], output)

        return hook

    def _seen(self, name, kind, module, x, output):
        """Take x now, or together with dy, as it stays until then where the norm needs it for dx: code that a step has
        not called lately has left the caches, and takes several times as long."""
        key = name, x.shape
        if key not in self.arranged:
            self.arranged[key] = self._arrangement(kind, module, x.shape)
        arrange, index, shape, count = self.arranged[key]
        if arrange is None:  # a subclass that arranges its input otherwise
            return
        self.see(name, lambda: torch_told(name, kind, module), self.before[name], count)
        own = getattr(output, "grad_fn", None) if self.saves_elsewhere(True) is None else None  # else checkpointed
        seen = Seen(name, self.step, x, arrange, index, shape)
        if kind == "batch":
            seen.eps = getattr(module, "eps", None)
            if module.training and "BatchNorm" in type(own).__name__ and hasattr(type(own), "_saved_result2"):
                seen.moments = own._saved_result1, own._saved_result2
            else:
                self._keep_moments(seen, *moments_of(self.torch, arrange(self._plain(x))))
        if output.requires_grad:
            self.waiting[name, self.step] = seen
            output.register_hook(functools.partial(self._gradient, seen))
        if not (output.requires_grad and hasattr(type(own), "_saved_input") and x.dtype in self.in_numpy):
            self._take(seen)

    def _arrangement(self, kind, module, shape):
        arrange, shape = torch_arrangement(kind, module, shape)
        return arrange, *(self.plan(kind, shape) if arrange else (None, None, 0))

    def _gradient(self, seen, dy):
        if self.waiting.pop((seen.name, seen.step), None):  # else a second pass through the same graph
            self.charged(self._take, seen, dy)
            self.written_if_complete()

    def _take(self, seen, dy=None):
        """Keep of x, unless that has been done, and of its gradient."""
        if seen.x is not None and seen.x._version != seen.version:  # written over meanwhile, as nothing needed it
            del self.norms[seen.name]["count"][seen.step]
        elif seen.x is not None:
            rows = seen.arrange(self._plain(seen.x))
            self.keep(seen.name, "x", seen.step, self._kept(rows, seen.index, seen.shape))
            if seen.moments:
                self._own_moments(seen, rows)
        seen.x = seen.moments = None
        if dy is not None:
            rows = seen.arrange(self._plain(dy))
            self.keep(seen.name, "dy", seen.step, self._kept(rows, seen.index, seen.shape))

    def _plain(self, values):
        """NumPy's view of an array where it can have one, else what torch has."""
        if values.is_cpu and values.dtype in self.in_numpy:
            return values.data.numpy()
        return values.detach()

    def _kept(self, values, index, shape):
        """A copy that stays, of what stands in places: in the arena, or on the GPU until the step is over."""
        torch = self.torch
        if torch.is_tensor(values):
            values = values.detach()
            values = values if index is None else values[tuple(torch.from_numpy(places) for places in index)]
            values = values.float() if values.dtype in (torch.float16, torch.bfloat16) else values
            if not values.is_cpu:
                return values.reshape(shape).clone()
            values = values.numpy()
        elif index is not None:
            values = values[index]
        return self.arena.copy(values).reshape(shape)

    def _own_moments(self, seen, rows):
        """Mean and biased variance of each channel: the layer's own, where they have their digits."""
        mean, inverse = seen.moments
        if mean.dtype not in self.in_numpy:
            self._keep_moments(seen, *moments_of(self.torch, rows))
        elif not mean.is_cpu:
            self.own.append((seen, mean.clone(), inverse.clone()))
        elif sound(means := mean.tolist(), inverses := inverse.tolist(), seen.eps):
            self.own.append((seen, means, inverses))
        else:
            rows = rows.double().numpy() if self.torch.is_tensor(rows) else rows
            self._keep_moments(seen, *own_moments(mean.numpy(), inverse.numpy(), seen.eps, rows))

    def _keep_moments(self, seen, mean, var):
        for part, values in (("mean", mean), ("var", var)):
            self.keep(seen.name, part, seen.step, self._kept(values, None, (-1,)))

    def settle(self):
        """Take x of norms that got no gradient, and make NumPy's arrays of what was kept."""
        for seen in self.waiting.values():
            self._take(seen)
        for seen, mean, inverse in self.own:
            mean, inverse = (np.array(self._in_numpy(values), np.float64) for values in (mean, inverse))
            self._keep_moments(seen, mean, np.maximum(variance(inverse, seen.eps), 0))
        self.own = []
        self.arrays = {name: self._in_numpy(values) for name, values in self.arrays.items()}

    def _in_numpy(self, values):
        return values.cpu().numpy() if self.torch.is_tensor(values) else values


def variance(inverse, eps):
    """The variance of which 1/√(variance + ε) is the inverse deviation."""
    with np.errstate(divide="ignore"):
        return inverse**-2 - eps


def sound(means, inverses, eps):
    """Whether all channels keep their digits, of lists: no variance is below FLAT ε, no mean above 300 deviations."""
    top = max(inverses)
    return top * top * (1 + FLAT) * eps < 1 and max(max(means), -min(means)) * top < 300


def own_moments(mean, inverse, eps, rows):
    """Mean and variance of each channel by what the layer has, those that have lost digits by the rows (..., C)."""
    mean, var = mean.astype(np.float64), variance(inverse.astype(np.float64), eps)
    close = (var < FLAT * eps) | (mean * mean > FAR**2 * var)
    if close.any():
        values = rows[..., close].reshape(-1, close.sum()).astype(np.float64)
        mean[close], var[close] = values.mean(0), values.var(0)
    return mean, var


def moments_of(torch, rows):
    """Mean and biased variance of each channel of (..., C), in float64 unless that is dear."""
    rows = rows if torch.is_tensor(rows) else torch.from_numpy(rows)
    rows = rows.double() if rows.numel() < 2**22 else rows.float()
    var, mean = torch.var_mean(rows, tuple(range(rows.dim() - 1)), correction=0)
    return mean.double(), var.double()


def torch_kind(torch, module):
    """The kind of a norm layer; None of any other module. Norms of other libraries go by the name of their class."""
    nn, called = torch.nn, type(module).__name__
    if isinstance(module, nn.modules.instancenorm._InstanceNorm):
        return "instance"
    frozen = "BatchNorm" in called and hasattr(module, "running_mean")  # detection libraries' own
    if frozen or isinstance(module, nn.modules.batchnorm._BatchNorm):
        return "batch"
    for kind, name in (("layer", "LayerNorm"), ("group", "GroupNorm")):
        if isinstance(module, getattr(nn, name)):
            return kind
    return "rms" if called.endswith("RMSNorm") and getattr(module, "weight", None) is not None else None


def torch_arrangement(kind, module, shape):
    """A function that makes (..., C) of an array of this shape, or leaves (N, C, ...), and the shape that it gives.
    No function where it is arranged otherwise."""
    shape = tuple(shape)
    if kind in EXAMPLES or (kind == "batch" and len(shape) == 2):
        return itself, shape
    if kind == "batch":
        return functools.partial(channels_last, (0, *range(2, len(shape)), 1)), (shape[0], *shape[2:], shape[1])
    over = tuple(getattr(module, "normalized_shape", None) or module.weight.shape)
    if shape[-len(over) :] != over:
        return None, shape
    if len(over) == 1:
        return itself, shape
    return functools.partial(flat_end, len(over)), (*shape[: -len(over)], math.prod(over))


def channels_last(order, values):
    return values.transpose(order) if isinstance(values, np.ndarray) else values.permute(order)


def itself(values):
    return values


def flat_end(axes, values):
    return values.reshape(*values.shape[:-axes], -1)


def torch_told(name, kind, module):
    """What the manifest says of a norm. PyTorch's momentum weighs the new batch, as the manifest's does."""
    frozen = kind in ("batch", "instance") and not module.training and getattr(module, "running_mean", None) is not None
    told = {"name": name, "kind": kind, "mode": "inference" if frozen else "train", "axis": 1}
    told["eps"] = getattr(module, "eps", getattr(module, "variance_epsilon", None))
    told["momentum"] = getattr(module, "momentum", None)
    return told | ({"groups": module.num_groups} if kind == "group" else {})


class KerasCapture(Capture):
    """Calls of the layers of a Keras 3 model, which runs eagerly on PyTorch or TensorFlow, watched as they are made."""

    framework = "keras"

    def hook(self, model):
        import keras

        if keras.backend.backend() not in ("torch", "tensorflow"):
            raise NotImplementedError(f"Keras is watched on torch or tensorflow, not {keras.backend.backend()}.")
        self.numpy = keras.ops.convert_to_numpy
        norms = [(layer, kind) for layer in model._flatten_layers() if (kind := keras_kind(layer))]
        for layer, kind in norms:
            object.__setattr__(layer, "call", self._watching(layer, kind, layer.call))
        object.__setattr__(model, "call", self._root(model.call))
        return lambda: [object.__delattr__(layer, "call") for layer in [model, *(layer for layer, _ in norms)]]

    def _root(self, call):
        def looked_at(*inputs, training=None, **keywords):
            if training:
                self.begins()
            output = call(*inputs, training=training, **keywords)
            if self.running:
                self.ends()
            return output

        return looked_at

    def _watching(self, layer, kind, call):
        def looked_at(inputs, *rest, **keywords):
            if not self.wants(layer.name):
                return call(inputs, *rest, **keywords)
            buffers = self.charged(self._buffers, layer)
            output = call(inputs, *rest, **keywords)
            training = bool(keywords.get("training", True)) and layer.trainable
            return self.charged(self._seen, layer, kind, buffers, training, inputs, output)

        return looked_at

    def _buffers(self, layer):
        return {part: self.numpy(values).reshape(-1).copy() for part, values in keras_buffers(layer)}

    def _seen(self, layer, kind, buffers, training, x, output):
        arrange, name, step = keras_arrangement(layer, kind), layer.name, self.step
        rows = arrange(self.numpy(x))
        if rows is None:
            return output
        index, shape, count = self.plan(kind, rows.shape)

        def kept(values):
            return self.arena.copy(values if index is None else values[index]).reshape(shape)

        self.see(name, lambda: keras_told(layer, kind, training), buffers, count)
        self.keep(name, "x", step, kept(rows))
        if kind == "batch":
            over = tuple(range(rows.ndim - 1))
            self.keep(name, "mean", step, rows.mean(over, dtype=np.float64))
            self.keep(name, "var", step, rows.var(over, dtype=np.float64))

        def gradient(dy):
            if self.waiting.pop((name, step), None):
                self.keep(name, "dy", step, self.charged(lambda: kept(arrange(self.numpy(dy)))))
                self.written_if_complete()

        return self._told_of_gradient(output, (name, step), gradient)

    def _told_of_gradient(self, output, call, gradient):
        """The output, whose gradient is given to a function."""
        if hasattr(output, "register_hook"):
            if output.requires_grad:
                self.waiting[call] = True
                output.register_hook(gradient)
            return output
        import tensorflow

        @tensorflow.custom_gradient
        def same(y):
            return tensorflow.identity(y), lambda dy: (gradient(dy), dy)[1]

        self.waiting[call] = True
        return same(output)


KERAS_KINDS = {
    "BatchNormalization": "batch", "LayerNormalization": "layer", "GroupNormalization": "group",
    "RMSNormalization": "rms",
}  # fmt: skip
KERAS_BUFFERS = {
    "gamma": "weight", "scale": "weight", "beta": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var",
}  # fmt: skip


def keras_kind(layer):
    """The kind of a norm layer; None of any other layer."""
    return next((KERAS_KINDS[each.__name__] for each in type(layer).__mro__ if each.__name__ in KERAS_KINDS), None)


def keras_buffers(layer):
    """What the layer learns and keeps, by the names that PyTorch gives it."""
    named = ((part, getattr(layer, name, None)) for name, part in KERAS_BUFFERS.items())
    return [(part, values) for part, values in named if hasattr(values, "shape")]


def keras_arrangement(layer, kind):
    """A function that makes (..., C) of an array, or (N, C, ...); None of one whose axes are not the last ones."""

    def last(x):
        axes = [axis % x.ndim for axis in np.atleast_1d(layer.axis)]
        return flat_end(len(axes), x) if sorted(axes) == [*range(x.ndim - len(axes), x.ndim)] else None

    def channels(x):
        return np.moveaxis(x, layer.axis, 1 if kind in EXAMPLES else -1)

    return last if kind in ("layer", "rms") else channels


def keras_told(layer, kind, training):
    """What the manifest says of a norm. Keras' momentum weighs the old value, the manifest's the new batch."""
    told = {
        "name": layer.name,
        "kind": kind,
        "mode": "train" if training or kind != "batch" else "inference",
        "axis": 1,
    }
    told["eps"] = layer.epsilon
    told["momentum"] = 1 - layer.momentum if kind == "batch" else None
    return told | ({"groups": layer.groups} if kind == "group" else {})
