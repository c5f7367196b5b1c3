"""What every norm layer of a network sees in a few training steps, saved as one NPZ file for bnscope.

    from bnscope_capture import capture

    capture(net, "capture.npz", steps=4)  # then train as usual: it writes the file and takes itself out

PyTorch 2 or newer, not compiled; or Keras 3 on PyTorch or TensorFlow, with `compile(run_eagerly=True)`. Needs NumPy;
copy this file.

A step is a forward pass of the model in training mode. The file has of each batch, layer, group, instance and RMS norm
its parameters and buffers as they were before the first step, and of each step the input x and the gradient dy of its
output: whole, or of a large layer the same rows in every step, spread over it. Of batch norms it has the moments of the
whole batch, too. A layer that runs more than once in a step is seen at its first. With a GradScaler dy is as large as
that makes it.
"""

import atexit
import contextlib
import functools
import json
import math
import mmap
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
moments are taken again in float64, though not on a GPU, which would have to wait for it."""


def capture(model, path, steps=4):
    """Save what the norms of `model` see in its next `steps` training steps; the result's `close()` ends it earlier."""
    keras = any(each.__module__.split(".")[0] == "keras" for each in type(model).__mro__)
    return (KerasCapture if keras else TorchCapture)(model, path, steps)


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


class Kept:
    """An array that is in the arena already."""

    def __init__(self, array):
        self.array = array


class Capture:
    """What was seen so far. A framework's subclass puts hooks in and takes them out."""

    framework = ""

    def __init__(self, model, path, steps):
        if steps < 1:
            raise ValueError(f"steps is {steps}; give 1 or more.")
        self.path, self.steps, self.step = Path(path), steps, -1
        self.norms, self.arrays, self.waiting, self.takings, self.arena = {}, {}, 0, {}, Arena()
        self.running, self.remove = False, self.hook(model)
        atexit.register(self.close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def begins(self):
        """A training step begins; after the last one it is all written."""
        if self.step + 1 == self.steps:
            self.close()
            return
        self.settle()
        self.step, self.running = self.step + 1, True

    def ends(self):
        """The forward pass of a step has ended; its gradients come later."""
        self.running = False
        self.written_if_complete()

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
        self.arrays[f"{name}.{part}.{step}"] = self.copied(values)

    def gradient_came(self):
        self.waiting -= 1
        self.written_if_complete()

    def written_if_complete(self):
        if self.step + 1 == self.steps and not self.running and self.waiting == 0:
            self.close()

    def taking(self, kind, shape):
        """A function that takes of an array (N, C) or (N, C, positions) what is kept, the same places each time."""
        key = (kind in EXAMPLES, tuple(shape))
        if key not in self.takings:
            self.takings[key] = self.whole_examples(*shape) if key[0] else self.some_rows(*shape)
        return self.takings[key]

    def whole_examples(self, count, *rest):
        most = max(2, WHOLE // math.prod(rest))
        if count <= most:
            return lambda values: values
        chosen = self.index(spread(count, most))
        return lambda values: values[chosen]

    def some_rows(self, count, channels, positions=None):
        """Rows (n, C), those of all positions of an example one after the other."""
        total = count * (positions or 1)
        if total * channels <= WHOLE or total <= ROWS:
            return (lambda values: values) if positions is None else lambda values: flattened(values)
        chosen = spread(total, ROWS)
        if positions is None:
            rows = self.index(chosen)
            return lambda values: values[rows]
        return self.some_positions(chosen // positions, chosen % positions, channels, positions)

    def some_positions(self, example, position, *_):
        example, position = self.index(example), self.index(position)
        return lambda values: values[example, :, position]

    def settle(self):
        """Make NumPy's arrays of what was kept."""
        self.arrays = {name: self.to_numpy(values) for name, values in self.arrays.items()}

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
        told = {"version": 1, "framework": self.framework, "steps": steps, "norms": norms}
        part = self.path.with_name(self.path.name + ".part")
        with part.open("wb") as file:
            np.savez(file, bnscope_capture=np.array(json.dumps(told)), **self.arrays)
        part.replace(self.path)
        self.arrays = {}


def flattened(values):
    """(N, C, positions) as rows (n, C)."""
    return values.swapaxes(1, 2).reshape(-1, values.shape[1])


def spread(count, most):
    """`most` places of `count`, one of each equal part, there without a pattern: by multiples of the golden ratio."""
    starts = np.arange(most + 1) * count // most
    within = np.arange(most) * (math.sqrt(5) - 1) / 2 % 1
    return starts[:-1] + (within * np.diff(starts)).astype(int)


class TorchCapture(Capture):
    """Hooks in a torch.nn.Module."""

    framework = "pytorch"

    def hook(self, model):
        import torch

        self.torch = torch
        handles = [model.register_forward_pre_hook(self._root_begins)]
        self.before = {}
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
                self.before[name] = {
                    part: self.copied(values.detach().flatten() if values.dim() else values)
                    for part in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
                    if (values := getattr(module, part, None)) is not None
                }

        return hook

    def _watch(self, name, kind):
        shown = torch_view(kind)

        def hook(module, inputs, keywords, output):
            if self.wants(name):
                with self.torch.no_grad():
                    self._seen(name, kind, module, shown, inputs[0] if inputs else keywords["input"], output)

        return hook

    def _seen(self, name, kind, module, shown, x, output):
        rows, step = shown(module, x.detach()), self.step
        if rows is None:  # a subclass that arranges its input otherwise
            return
        taken = self.taking(kind, rows.shape)
        count = math.prod(rows.shape) // rows.shape[1]
        self.see(name, lambda: torch_told(name, kind, module), self.before[name], count)
        self.keep(name, "x", step, taken(rows))
        if kind == "batch":
            mean, var = self._moments(module, rows, output)
            self.keep(name, "mean", step, mean)
            self.keep(name, "var", step, var)
        if output.requires_grad:
            self.waiting += 1

            output.register_hook(functools.partial(self._gradient, name, step, module, shown, taken))

    def _gradient(self, name, step, module, shown, taken, dy):
        self.keep(name, "dy", step, taken(shown(module, dy.detach())))
        self.gradient_came()

    def _moments(self, module, rows, output):
        """Mean and biased variance of each channel, in float64: the layer's own, where they can be had."""
        own, torch = getattr(output, "grad_fn", None), self.torch
        if not (module.training and hasattr(own, "_saved_result2") and self._graph_is_plain()):
            mean, var = moments_of(torch, rows.double() if rows.numel() < 2**22 else rows.float())
        elif rows.is_cuda:
            mean, var = own._saved_result1.double(), (own._saved_result2.double() ** -2 - module.eps).clamp(min=0)
        else:  # NumPy has less to do for so few numbers
            mean = own._saved_result1.numpy().astype(np.float64)
            var = own._saved_result2.numpy().astype(np.float64) ** -2 - module.eps
            close = (var < FLAT * module.eps) | (mean * mean > FAR**2 * var)
            if close.any():
                mean[close], var[close] = moments_of(torch, rows[:, torch.from_numpy(close)].double())
        return mean, var

    def _graph_is_plain(self):
        """Whether saved tensors are plain ones: to look at a checkpointed one would compute it again."""
        top = getattr(self.torch._C._autograd, "_top_saved_tensors_default_hooks", lambda _: None)
        return top(True) is None

    def copied(self, values):
        """A copy that stays: in the arena, or on the GPU until the step is over."""
        if isinstance(values, Kept):
            return values.array
        if isinstance(values, np.ndarray):
            return self.arena.copy(values)
        values = values.float() if values.dtype in (self.torch.float16, self.torch.bfloat16) else values
        return self.arena.copy(values.numpy()) if values.device.type == "cpu" else values.clone()

    def index(self, places):
        return self.torch.from_numpy(places)

    def some_positions(self, example, position, channels, positions):
        """Of a contiguous array on the CPU by places in memory, right into the arena."""
        usual = super().some_positions(example, position)
        places = (example[:, None] * channels + np.arange(channels)) * positions + position[:, None]

        def taken(values):
            if values.device.type != "cpu" or not values.is_contiguous() or values.dtype != self.torch.float32:
                return usual(values)
            flat = values.numpy().reshape(-1)
            room = self.arena.room(places.shape, flat.dtype)
            return Kept(flat.take(places, out=room, mode="clip"))  # "raise" would take it twice

        return taken

    def to_numpy(self, values):
        return values if isinstance(values, np.ndarray) else values.cpu().numpy()


def moments_of(torch, rows):
    """Mean and biased variance of each channel of (N, C) or (N, C, positions), in float64."""
    var, mean = torch.var_mean(rows, (0, *range(2, rows.dim())), correction=0)
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


def torch_view(kind):
    """A function from a norm and its input to (N, C) or (N, C, positions); None where it is arranged otherwise."""

    def last(module, x):
        over = tuple(getattr(module, "normalized_shape", None) or module.weight.shape)
        return x.reshape(-1, math.prod(over)) if tuple(x.shape[-len(over) :]) == over else None

    def channels(_module, x):
        return x.flatten(2) if x.dim() > 2 else x

    return last if kind in ("layer", "rms") else channels


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
            buffers = {part: self.numpy(values).reshape(-1).copy() for part, values in keras_buffers(layer)}
            output = call(inputs, *rest, **keywords)
            training = bool(keywords.get("training", True)) and layer.trainable
            return self._seen(layer, kind, buffers, training, inputs, output)

        return looked_at

    def _seen(self, layer, kind, buffers, training, x, output):
        shown = keras_view(layer, kind)
        rows, name, step = shown(self.numpy(x)), layer.name, self.step
        if rows is None:
            return output
        taken = self.taking(kind, rows.shape)
        self.see(name, lambda: keras_told(layer, kind, training), buffers, rows.size // rows.shape[1])
        self.keep(name, "x", step, taken(rows))
        if kind == "batch":
            over = (0, *range(2, rows.ndim))
            self.keep(name, "mean", step, rows.mean(over, dtype=np.float64))
            self.keep(name, "var", step, rows.var(over, dtype=np.float64))

        def gradient(dy):
            self.keep(name, "dy", step, taken(shown(self.numpy(dy))))
            self.gradient_came()

        return self._told_of_gradient(output, gradient)

    def _told_of_gradient(self, output, gradient):
        """The output, whose gradient is given to a function."""
        if hasattr(output, "register_hook"):
            if output.requires_grad:
                self.waiting += 1
                output.register_hook(gradient)
            return output
        import tensorflow

        @tensorflow.custom_gradient
        def same(y):
            return tensorflow.identity(y), lambda dy: (gradient(dy), dy)[1]

        self.waiting += 1
        return same(output)

    def copied(self, values):
        return self.arena.copy(np.asarray(values))

    def index(self, places):
        return places

    def to_numpy(self, values):
        return values


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


def keras_view(layer, kind):
    """A function from a norm's input to (N, C) or (N, C, positions); of None where its axes are not the last ones."""

    def last(x):
        axes = [axis % x.ndim for axis in np.atleast_1d(layer.axis)]
        over = x.shape[x.ndim - len(axes) :]
        return x.reshape(-1, math.prod(over)) if sorted(axes) == [*range(x.ndim - len(axes), x.ndim)] else None

    def channels(x):
        rows = np.moveaxis(x, layer.axis, 1)
        return rows if rows.ndim == 2 else rows.reshape(*rows.shape[:2], -1)

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
