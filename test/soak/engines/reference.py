"""What plain transformers says: `reference.py FOLDER` reads requests as JSON from its input.

Writes the nats of each token of the code, for each thought of each request. All parts are tokenized
apart.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])


def ids(text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False)["input_ids"] if text else []


def nats(context: str, thought: str, target: str) -> list[float]:
    before, code = ids(context) + ids(thought), ids(target)
    with torch.inference_mode():
        logits = model(torch.tensor([before + code])).logits[0].float()
    rows = torch.log_softmax(logits[len(before) - 1 : -1], dim=-1)
    return rows.gather(1, torch.tensor(code)[:, None])[:, 0].tolist()


json.dump(
    [
        [nats(each["context"], thought, each["target"]) for thought in each["thoughts"]]
        for each in json.load(sys.stdin)
    ],
    sys.stdout,
)
