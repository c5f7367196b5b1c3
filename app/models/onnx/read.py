"""The norms of an ONNX model, its tensors, and what its graph leaves open."""

from collections.abc import Iterator
from typing import Any

from app.errors import UnreadableModel
from app.files.damage import damage_told
from app.models.contents import Contents, check_names
from app.models.mapped import Mapped
from app.models.onnx.graph import graph_of
from app.models.onnx.norms import Built, norms_of
from app.models.onnx.tensors import placed
from app.models.onnx.wire import skeleton
from bncore.doctor import Model

WHAT = "The ONNX model"
DO = "Save it again with onnx.save_model, and upload it whole."
LISTED = 4


def read_onnx(file: Mapped) -> Model:
    """The norms of an ONNX model. Its weights stay in the file, and only its graph is parsed.

    Raises:
        UploadTooLarge: its graph is larger than a model's.
        UnreadableModel: it is damaged, or has numbers in other files.
    """
    with damage_told(WHAT, DO, UnreadableModel):
        proto = _parsed(file)
        at = placed(file, proto.graph)
        check_names(at.tensors, WHAT)
        contents = Contents("onnx", at.tensors, True, at.read, at)
        built = list(norms_of(graph_of(proto.graph, at.tensors), contents))
    return Model(
        format="onnx",
        norms=tuple(one.norm for one in built),
        tensors={name: (tensor.shape, tensor.dtype.name) for name, tensor in at.tensors.items()},
        read=at.read,
        notes=tuple(_notes(built, proto)),
        source=at,
    )


def _parsed(file: Mapped) -> Any:
    import onnx

    proto = onnx.ModelProto()
    proto.ParseFromString(skeleton(file.bytes))
    if not proto.graph.node:
        raise ValueError("it has no graph")
    return proto


def _notes(built: list[Built], proto: Any) -> Iterator[str]:
    """What the graph leaves open, in a sentence each."""
    if not built:
        yield (
            "The graph has no node of a norm. Exporters fold batch norms into convolutions, and write other norms as "
            "sums and roots before operator set 17."
        )
    open_ = [f"{one.norm.name} {', '.join(one.open)}" for one in built if one.open]
    if open_:
        more = f" and {len(open_) - LISTED:,} more" if len(open_) > LISTED else ""
        yield f"Without a layer in front, or not read whole: {'; '.join(open_[:LISTED])}{more}."
    opset = next((one.version for one in proto.opset_import if one.domain in ("", "ai.onnx")), 0)
    if opset < 21 and any(one.norm.kind == "group" for one in built):
        yield f"In operator set {opset} a group norm has one γ and β a group, which stand here as its channels."
