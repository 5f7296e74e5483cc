"""Read and write ONNX models: the messages of its protocol as far as `onnx_int8` reads them; what else is in a file
stays.

The package `onnx` holds all of it, compiled checkers and a reference runtime included, in 25 MB.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
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
    },
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
