"""The same weights twice, from a quantized GGUF file: `smollm2.py FILE FOLDER`.

Writes the folder of Hugging Face FOLDER/smollm2 and FOLDER/smollm2-f32.gguf, both in float32.
"""

import sys
from pathlib import Path

import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize
from transformers import AutoModelForCausalLM, AutoTokenizer


def write_folder(source: Path, target: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(
        source.parent, gguf_file=source.name, dtype=torch.float32
    )
    # What remembers that the weights were quantized cannot be written, and no longer holds.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer = None
    model.is_quantized = False
    model.quantization_method = None
    model.save_pretrained(target)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    tokenizer.save_pretrained(target)


def write_gguf(source: Path, target: Path) -> None:
    reader = GGUFReader(source)
    writer = GGUFWriter(target, "llama")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        value = 0 if field.name == "general.file_type" else field.contents()
        inner = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, field.types[0], sub_type=inner)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values, raw_dtype=GGMLQuantizationType.F32)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


source, folder = Path(sys.argv[1]), Path(sys.argv[2])
write_folder(source, folder / "smollm2")
write_gguf(source, folder / "smollm2-f32.gguf")
