"""What a PyTorch file holds beyond tensors and plain containers: refused by name, with the line that converts it."""

from app.errors import UnreadableModel, shortened

STATE = 'torch.save(torch.load("model.pt", weights_only=False).state_dict(), "state.pt")'
"""The line for a whole module."""

PART = 'torch.save(torch.load("model.pt", weights_only=False)["state_dict"], "state.pt")'
"""The line for a checkpoint with other things in it."""

SCRIPT = 'torch.save(torch.jit.load("model.pt").state_dict(), "state.pt")'
"""The line for a TorchScript archive."""

RUNS = frozenset({
    "os", "posix", "nt", "subprocess", "sys", "builtins", "__builtin__", "importlib", "runpy", "pty", "socket",
    "shutil", "webbrowser", "ctypes", "code", "codeop", "operator", "functools", "pickle", "commands", "types",
    "torch.hub", "torch.jit", "numpy.testing",
})  # fmt: skip
"""Modules that a checkpoint has no use for, and an attack has."""


def refusal(module: str, name: str) -> UnreadableModel:
    """The error for a name in a pickle that stands for no tensor and no plain container."""
    full = str(shortened(f"{module}.{name}"))
    return UnreadableModel(f"The PyTorch file {_told(module, full)}", field="file", given=full, allowed="a state_dict")


def _told(module: str, full: str) -> str:
    if module in RUNS or module.split(".")[0] in RUNS:
        return (
            f"would call {full} when it is loaded, which no model needs: nothing of it was run here. "
            "Do not load it elsewhere; get the weights as safetensors."
        )
    if module.startswith(("torch.nn.modules", "torchvision.models", "timm.models", "__main__")):
        return (
            f"is a whole pickled module: it holds {full}, which only code can rebuild, and no code of a file is run "
            f"here. Where you trust it, save its state: {STATE}."
        )
    return (
        f"holds {full}, which only code can rebuild, and no code of a file is run here. Where you trust it, save the "
        f"weights alone: {PART} (or, of a whole module, {STATE})."
    )


def script() -> UnreadableModel:
    """The error for a TorchScript archive."""
    return UnreadableModel(
        f"The PyTorch file is TorchScript, a program with its weights. Save its state: {SCRIPT}.",
        field="file", given="TorchScript", allowed="a state_dict",
    )  # fmt: skip
