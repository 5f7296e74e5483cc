"""Let an ONNX model whose weights are stored in 8 bits also compute with them.

Such a file turns its weights into float32 when it is opened, which takes four times the memory and, for a short text, half as
much time again. Here each product with a stored weight becomes one `MatMulNBits` (a contrib operator of ONNX Runtime): the very
same weights, and activations rounded to 8 bits in blocks of 64, each with a scale of its own. One scale for a whole batch
(`DynamicQuantizeMatMul`) is faster still, but moved vectors to a cosine of 0.995 and cost a tenth of the recall on long queries;
the blocks keep it at 0.9997.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

BLOCK = 64
_CONTRIB = "com.microsoft"
_INT8_ACTIVATIONS = 4  # the operator's `accuracy_level`


@dataclass(frozen=True)
class _Weight:
    """Name the 8-bit numbers and the scales whose product a weight is."""

    numbers: str
    scales: str


def eight_bit_model(path: Path) -> bytes:
    """Return the model in a file with its products and its table look-ups in 8 bits; other parts stay as they are.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no ONNX model.
    """
    try:
        model = onnx.load(path)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - a protobuf decoder's own exception, of a class that differs by version
        raise ValueError(f"{path} is no ONNX model ({type(error).__name__})") from None
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    weights = _weights(graph, stored)
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "MatMul" and (weight := weights.get(node.input[1])):
            numbers = numpy_helper.to_array(stored[weight.numbers])
            if numbers.ndim == 2 and numbers.dtype == np.int8 and len(numbers) % BLOCK == 0:
                graph.initializer.extend(_blocks(node.name, numbers, numpy_helper.to_array(stored[weight.scales])))
                nodes.append(_product(node, numbers.shape))
                continue
        if node.op_type == "Gather" and (weight := weights.get(node.input[0])) and not node.attribute:
            nodes += _look_up(node, weight)
            continue
        nodes.append(node)
    _keep_what_is_used(graph, nodes)
    model.opset_import.append(helper.make_opsetid(_CONTRIB, 1))
    return bytes(model.SerializeToString())


def _weights(graph: onnx.GraphProto, stored: dict[str, onnx.TensorProto]) -> dict[str, _Weight]:
    """Return the values that are stored integers, cast, times stored scales."""
    cast = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Cast" and n.input[0] in stored}
    return {
        node.output[0]: _Weight(cast[numbers], scales)
        for node in graph.node
        if node.op_type == "Mul"
        for numbers, scales in (tuple(node.input), tuple(reversed(node.input)))
        if numbers in cast and scales in stored
    }


def _blocks(name: str, numbers: npt.NDArray[np.int8], scales: npt.NDArray[np.float32]) -> Iterator[onnx.TensorProto]:
    """Yield weights of shape (rows, columns) as the operator wants them: by column, in blocks, with 128 for nought."""
    rows, columns = numbers.shape
    unsigned = (numbers.astype(np.int16) + 128).astype(np.uint8)
    yield numpy_helper.from_array(unsigned.T.reshape(columns, rows // BLOCK, BLOCK), f"{name}.numbers")
    by_block = np.broadcast_to(scales.reshape(-1, 1), (columns, rows // BLOCK)).astype(np.float32)
    yield numpy_helper.from_array(by_block, f"{name}.scales")


def _product(node: onnx.NodeProto, shape: tuple[int, ...]) -> onnx.NodeProto:
    return helper.make_node(
        "MatMulNBits",
        [node.input[0], f"{node.name}.numbers", f"{node.name}.scales"],
        list(node.output),
        name=node.name,
        domain=_CONTRIB,
        K=shape[0],
        N=shape[1],
        bits=8,
        block_size=BLOCK,
        accuracy_level=_INT8_ACTIVATIONS,
    )


def _look_up(node: onnx.NodeProto, weight: _Weight) -> list[onnx.NodeProto]:
    """Return nodes that take rows out of a table before they make them float32, not the whole table."""
    name = node.name
    return [
        helper.make_node("Gather", [weight.numbers, node.input[1]], [f"{name}.numbers"], name=f"{name}.take"),
        helper.make_node("Cast", [f"{name}.numbers"], [f"{name}.float"], name=f"{name}.cast", to=onnx.TensorProto.FLOAT),
        helper.make_node("Gather", [weight.scales, node.input[1]], [f"{name}.scales"], name=f"{name}.scale"),
        helper.make_node("Mul", [f"{name}.float", f"{name}.scales"], list(node.output), name=name),
    ]  # fmt: skip


def _keep_what_is_used(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Put nodes in the place of those there were, without those and the tensors that nothing reads any more."""
    used = {value.name for value in graph.output}
    kept: list[onnx.NodeProto] = []
    for node in reversed(nodes):
        if used.intersection(node.output):
            kept.append(node)
            used.update(node.input)
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(tensors)
