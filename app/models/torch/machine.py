"""A pickle's steps taken by a machine that can build containers, text and numbers, and tensors of a file's storages.

It is no unpickler with a filter: nothing is imported, no name is looked up, no function of a file's choice is called.
A name is text, and what may be made of it stands in `app.models.torch.made`. `pickletools` reads the steps.
"""

import pickletools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.errors import UploadTooLarge
from app.models.limits import HEADER, NAME, OPCODES
from app.models.torch.made import Global, Mark, Storage, known, made, stored, updated

MARK = Mark()
Kept = TypeVar("Kept")

CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": list,
    "MARK": lambda: MARK,
}

LITERALS = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "UNICODE", "BINUNICODE",
    "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8",
})  # fmt: skip


@dataclass
class Machine:
    """The state of a pickle that is being read."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)

    def pop(self) -> Any:
        """What is on top, which is no mark."""
        value = self.stack.pop()
        if value is MARK:
            raise ValueError("a step of its pickle wants a value where a mark stands")
        return value

    def marked(self) -> list[Any]:
        """What stands above the last mark, which goes."""
        values: list[Any] = []
        while (value := self.stack.pop()) is not MARK:
            values.append(value)
        return values[::-1]

    def tuple_of(self, length: int) -> None:
        """The last values as a tuple."""
        values = [self.pop() for _ in range(length)]
        self.stack.append(tuple(values[::-1]))

    def extend(self, values: list[Any]) -> None:
        """Values for the list on top."""
        _kept(self.stack[-1], list).extend(values)

    def set_items(self, pairs: list[Any]) -> None:
        """Keys and values, in turn, for the dictionary on top."""
        target = _kept(self.stack[-1], dict)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, (str, int)) or (isinstance(key, str) and len(key) > NAME):
                raise ValueError(f"a dictionary of its pickle has a key that is no name ({type(key).__name__})")
            target[key] = value

    def dictionary(self) -> None:
        """A dictionary of what stands above the last mark."""
        pairs = self.marked()
        self.stack.append({})
        self.set_items(pairs)

    def memoize(self, place: int) -> None:
        """Keeps what is on top for later steps."""
        self.memo[place] = self.stack[-1]

    def call(self) -> None:
        """Makes what a name stands for, of the arguments on top."""
        arguments, named = self.pop(), self.pop()
        self.stack.append(made(named, arguments))

    def build(self) -> None:
        """Takes the state of what is below; no object that we make has one that matters."""
        state = self.pop()
        updated(self.stack[-1], state)

    def outside(self) -> None:
        """The storage that is named on top."""
        storage = stored(self.pop())
        self.storages[storage.key] = storage
        self.stack.append(storage)

    def global_of(self) -> None:
        """A name of two texts."""
        name, module = _kept(self.pop(), str), _kept(self.pop(), str)
        self.stack.append(known(Global(module, name)))


Step = Callable[[Machine, Any], Any]

STEPS: dict[str, Step] = {
    "PROTO": lambda *_: None,
    "FRAME": lambda *_: None,
    "POP": lambda machine, _: machine.stack.pop(),
    "POP_MARK": lambda machine, _: machine.marked(),
    "DUP": lambda machine, _: machine.stack.append(machine.stack[-1]),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.marked())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "LIST": lambda machine, _: machine.stack.append(machine.marked()),
    "DICT": lambda machine, _: machine.dictionary(),
    "APPEND": lambda machine, _: machine.extend([machine.pop()]),
    "APPENDS": lambda machine, _: machine.extend(machine.marked()),
    "ADDITEMS": lambda machine, _: machine.extend(machine.marked()),
    "SETITEM": lambda machine, _: machine.set_items([machine.pop(), machine.pop()][::-1]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.marked()),
    "PUT": Machine.memoize,
    "BINPUT": Machine.memoize,
    "LONG_BINPUT": Machine.memoize,
    "MEMOIZE": lambda machine, _: machine.memoize(len(machine.memo)),
    "GET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "LONG_BINGET": lambda machine, place: machine.stack.append(machine.memo[place]),
    "GLOBAL": lambda machine, named: machine.stack.append(known(Global(*named.split(" ", 1)))),
    "STACK_GLOBAL": lambda machine, _: machine.global_of(),
    "REDUCE": lambda machine, _: machine.call(),
    "NEWOBJ": lambda machine, _: machine.call(),
    "BUILD": lambda machine, _: machine.build(),
    "BINPERSID": lambda machine, _: machine.outside(),
}


@dataclass(frozen=True)
class Unpickled:
    """What a pickle builds, where it ends, and the storages that it names."""

    value: Any
    end: int
    storages: dict[str, Storage]


def unpickled(data: bytes) -> Unpickled:
    """What the pickle at the start of `data` builds.

    Raises:
        UploadTooLarge: it is larger than the pickle of a model.
        UnreadableModel: it names something that is neither a tensor nor a plain container.
        Exception: it is damaged (of many kinds: `damage_told` has a sentence for all).
    """
    machine = Machine()
    for count, (opcode, argument, place) in enumerate(_steps(data)):
        if count >= OPCODES:
            raise _too_large(f"more than {OPCODES:,} steps")
        if opcode == "STOP":
            return Unpickled(machine.pop(), place + 1, machine.storages)
        if opcode in LITERALS:
            machine.stack.append(argument)
        elif opcode in CONSTANTS:
            machine.stack.append(CONSTANTS[opcode]())
        elif opcode in STEPS:
            STEPS[opcode](machine, argument)
        else:
            raise ValueError(f"its pickle has the step {opcode}, which no tensor needs")
    raise ValueError("its pickle has no end")


def _steps(data: bytes) -> Iterator[tuple[str, Any, int]]:
    if len(data) > HEADER:
        raise _too_large(f"{len(data):,} bytes")
    for opcode, argument, place in pickletools.genops(data):
        yield opcode.name, argument, place or 0


def _too_large(size: str) -> UploadTooLarge:
    return UploadTooLarge(
        f"The pickle of the PyTorch file has {size}; up to {HEADER:,} bytes and {OPCODES:,} steps are read, which is a "
        'model of 65,000 tensors. Save its state alone: torch.save(model.state_dict(), "state.pt").',
        field="file", allowed=f"at most {HEADER} bytes and {OPCODES} steps",
    )  # fmt: skip


def _kept(value: Any, kind: type[Kept]) -> Kept:
    if type(value) is not kind:
        raise ValueError(f"a step of its pickle fills {type(value).__name__} as if it were {kind.__name__}")
    return value
