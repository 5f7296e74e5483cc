"""Let an ONNX model whose weights are stored in 8 bits also compute with them.

Such a file turns its weights into float32 when it is opened, which takes four times the memory and, for a short text,
half as much time again. Here each product with a stored weight becomes one `MatMulNBits` (a contrib operator of ONNX
Runtime): the very same weights, and activations rounded to 8 bits in blocks of 64, each with a scale of its own. One
scale for a whole batch (`DynamicQuantizeMatMul`) is faster still, but moved vectors to a cosine of 0.995 and cost a
tenth of the recall on long queries; the blocks keep it at 0.9997.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

FLOAT, UINT8, INT8 = 1, 2, 3
INT_ATTRIBUTE = 2
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "ModelProto": {"graph": (7, "GraphProto"), "opset_import": (8, "OperatorSetIdProto*")},
    "GraphProto": {"node": (1, "NodeProto*"), "initializer": (5, "TensorProto*"), "output": (12, "ValueInfoProto*")},
    "ValueInfoProto": {"name": (1, "string")},
    "OperatorSetIdProto": {"domain": (1, "string"), "version": (2, "int64")},
    "NodeProto": {
        "input": (1, "string*"),
        "output": (2, "string*"),
        "name": (3, "string"),
        "op_type": (4, "string"),
        "attribute": (5, "AttributeProto*"),
        "domain": (7, "string"),
    },
    "AttributeProto": {"name": (1, "string"), "i": (3, "int64"), "type": (20, "int64")},
    "TensorProto": {
        "dims": (1, "int64*"),
        "data_type": (2, "int64"),
        "name": (8, "string"),
        "raw_data": (9, "bytes"),
        "external_data": (13, "StringStringEntryProto*"),
        "data_location": (14, "int64"),
    },
    "StringStringEntryProto": {"key": (1, "string"), "value": (2, "string")},
}
"""Each field's number and kind, `*` where it repeats, as onnx.proto has them; its enums and int32 are read as int64."""


def _described() -> FileDescriptorProto:
    file = FileDescriptorProto(name="onnx_messages.proto", package="onnx_messages", syntax="proto2")
    for message, fields in _MESSAGES.items():
        described = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            repeated, kind = kind.endswith("*"), kind.rstrip("*")
            field = described.field.add(name=name, number=number)
            field.label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
            if kind in _MESSAGES:
                field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".onnx_messages.{kind}"
            else:
                field.type = getattr(FieldDescriptorProto, f"TYPE_{kind.upper()}")
    return file


_POOL = DescriptorPool()
_POOL.Add(_described())


def message(kind: str, /, **fields: Any) -> Any:
    """Return a new message of one of the kinds above."""
    return GetMessageClass(_POOL.FindMessageTypeByName(f"onnx_messages.{kind}"))(**fields)


BLOCK = 64
LARGE = 65_536
"""Bytes from which on a tensor that is used as it is stays in the file."""
_IN_A_FILE = 1  # a tensor's `data_location`
_CONTRIB = "com.microsoft"
_INT8_ACTIVATIONS = 4  # the operator's `accuracy_level`
_TYPES: dict[int, np.dtype[Any]] = {FLOAT: np.dtype("<f4"), UINT8: np.dtype("u1"), INT8: np.dtype("i1")}


@dataclass(frozen=True)
class _Weight:
    """Name the 8-bit numbers and the scales whose product a weight is."""

    numbers: str
    scales: str


def eight_bit_model(content: bytes, *, products: bool = True, file_name: str) -> bytes:
    """Return the model of a file with its table look-ups, and its products if wanted, in 8 bits; all else stays.

    Large tables are left in the file, as external data under its name: whoever opens the model maps the file, and has
    in memory what was looked up.

    Raises:
        ValueError: it is no ONNX model.
    """
    model = message("ModelProto")
    try:
        model.ParseFromString(content)
    except DecodeError as error:
        raise ValueError(f"the file is no ONNX model ({type(error).__name__})") from None
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = _weights(graph, stored)
    nodes: list[Any] = []
    for node in graph.node:
        if products and node.op_type == "MatMul" and (weight := weights.get(node.input[1])):
            numbers = _array(stored[weight.numbers])
            if numbers.ndim == 2 and numbers.dtype == np.int8 and len(numbers) % BLOCK == 0:
                graph.initializer.extend(_blocks(node.name, numbers, _array(stored[weight.scales])))
                nodes.append(_product(node, numbers.shape))
                continue
        if node.op_type == "Gather" and (weight := weights.get(node.input[0])) and not any(a.i for a in node.attribute):
            nodes += _look_up(node, weight)
            continue
        nodes.append(node)
    _keep_what_is_used(graph, nodes)
    _leave_in_file((tensor for tensor in graph.initializer if tensor.name in stored), content, file_name)
    model.opset_import.append(message("OperatorSetIdProto", domain=_CONTRIB, version=1))
    return bytes(model.SerializeToString())


def multiplies_eight_bit() -> bool:
    """Say whether this processor has instructions for 8-bit products, as far as Linux tells.

    Without them such a product takes several times as long as one in float32.
    """
    try:
        flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split())
    except OSError:
        return True
    return bool(flags & {"avx_vnni", "avx512_vnni", "asimddp"})


def _array(tensor: Any) -> npt.NDArray[Any]:
    return np.frombuffer(tensor.raw_data, dtype=_TYPES[tensor.data_type]).reshape(tensor.dims)


def _tensor(name: str, array: npt.NDArray[Any]) -> Any:
    kind = next(number for number, dtype in _TYPES.items() if dtype == array.dtype)
    return message("TensorProto", name=name, dims=array.shape, data_type=kind, raw_data=array.tobytes())


def _weights(graph: Any, stored: dict[str, Any]) -> dict[str, _Weight]:
    """Return the values that are stored integers, cast, times stored scales."""
    readable = {name for name, tensor in stored.items() if tensor.data_type in _TYPES and tensor.raw_data}
    cast = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Cast" and n.input[0] in readable}
    return {
        node.output[0]: _Weight(cast[numbers], scales)
        for node in graph.node
        if node.op_type == "Mul"
        for numbers, scales in (tuple(node.input), tuple(reversed(node.input)))
        if numbers in cast and scales in readable
    }


def _blocks(name: str, numbers: npt.NDArray[np.int8], scales: npt.NDArray[np.float32]) -> Iterator[Any]:
    """Yield weights of shape (rows, columns) as the operator wants them: by column, in blocks, with 128 for nought."""
    rows, columns = numbers.shape
    unsigned = numbers.view(np.uint8) ^ 128
    yield _tensor(f"{name}.numbers", unsigned.T.reshape(columns, rows // BLOCK, BLOCK))
    by_block = np.broadcast_to(scales.reshape(-1, 1), (columns, rows // BLOCK)).astype(np.float32)
    yield _tensor(f"{name}.scales", by_block)


def _product(node: Any, shape: tuple[int, ...]) -> Any:
    numbers = {"K": shape[0], "N": shape[1], "bits": 8, "block_size": BLOCK, "accuracy_level": _INT8_ACTIVATIONS}
    return message(
        "NodeProto",
        op_type="MatMulNBits",
        input=[node.input[0], f"{node.name}.numbers", f"{node.name}.scales"],
        output=node.output,
        name=node.name,
        domain=_CONTRIB,
        attribute=[_attribute(name, value) for name, value in numbers.items()],
    )


def _attribute(name: str, value: int) -> Any:
    return message("AttributeProto", name=name, i=value, type=INT_ATTRIBUTE)


def _look_up(node: Any, weight: _Weight) -> list[Any]:
    """Return nodes that take rows out of a table before they make them float32, not the whole table."""
    name = node.name

    def step(kind: str, takes: list[str], gives: str, label: str, **fields: Any) -> Any:
        return message("NodeProto", op_type=kind, input=takes, output=[gives], name=label, **fields)

    return [
        step("Gather", [weight.numbers, node.input[1]], f"{name}.numbers", f"{name}.take"),
        step("Cast", [f"{name}.numbers"], f"{name}.float", f"{name}.cast", attribute=[_attribute("to", FLOAT)]),
        step("Gather", [weight.scales, node.input[1]], f"{name}.scales", f"{name}.scale"),
        step("Mul", [f"{name}.float", f"{name}.scales"], node.output[0], name),
    ]


def _leave_in_file(tensors: Iterable[Any], content: bytes, file_name: str) -> None:
    """Say of large tensors of 8 bits where they stand in a file, instead of repeating them."""
    for tensor in tensors:
        size = len(tensor.raw_data)
        place = content.find(tensor.raw_data[:LARGE]) if size >= LARGE and tensor.data_type == INT8 else -1
        if place < 0 or memoryview(content)[place : place + size] != tensor.raw_data:
            continue
        told = {"location": file_name, "offset": str(place), "length": str(size)}
        tensor.ClearField("raw_data")
        tensor.external_data.extend(message("StringStringEntryProto", key=k, value=v) for k, v in told.items())
        tensor.data_location = _IN_A_FILE


def _keep_what_is_used(graph: Any, nodes: list[Any]) -> None:
    """Put nodes in the place of those there were, without those and the tensors that nothing reads any more."""
    used = {value.name for value in graph.output}
    kept: list[Any] = []
    for node in reversed(nodes):
        if used.intersection(node.output):
            kept.append(node)
            used.update(node.input)
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(tensors)
