"""Protobuf bodies whose texts are no UTF-8, which protobuf refuses whole, with U+FFFD where the letters were wrong.

Some senders cut texts inside of a letter, or write half of a surrogate pair. Only bodies that were refused come here.
"""

from google.protobuf.descriptor import Descriptor, FieldDescriptor

VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5
FIXED_SIZES = {FIXED_64: 8, FIXED_32: 4}
MAX_DEPTH = 100


def mend_texts(data: bytes, descriptor: Descriptor, depth: int = 0) -> bytes:
    """The same message, its string fields decodable. Raises ValueError where `data` is no message at all."""
    if depth > MAX_DEPTH:
        raise ValueError(f"Messages are nested over {MAX_DEPTH} deep")
    mended = bytearray()
    position = 0
    while position < len(data):
        start = position
        tag, position = read_varint(data, position)
        wire_type = tag & 7
        if wire_type == LENGTH_DELIMITED:
            size, position = read_varint(data, position)
            content = take(data, position, size)
            position += size
            content = mend_field(content, descriptor.fields_by_number.get(tag >> 3), depth)
            mended += write_varint(tag) + write_varint(len(content)) + content
            continue
        position = skip_number(data, position, wire_type)
        mended += data[start:position]
    return bytes(mended)


def mend_field(content: bytes, field: FieldDescriptor | None, depth: int) -> bytes:
    if field is None or field.type == FieldDescriptor.TYPE_BYTES:
        return content
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return mend_texts(content, field.message_type, depth + 1)
    if field.type == FieldDescriptor.TYPE_STRING:
        return content.decode(errors="replace").encode()
    return content


def skip_number(data: bytes, position: int, wire_type: int) -> int:
    """Where the number that stands at `position` ends."""
    if wire_type == VARINT:
        return read_varint(data, position)[1]
    size = FIXED_SIZES.get(wire_type)
    if size is None:
        raise ValueError(f"There is no wire type {wire_type}")
    take(data, position, size)
    return position + size


def take(data: bytes, position: int, size: int) -> bytes:
    if position + size > len(data):
        raise ValueError("A field is longer than its message")
    return data[position : position + size]


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """The number that stands at `position`, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise ValueError("The message ends inside of a number")
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise ValueError("A number has over ten bytes")


def write_varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
