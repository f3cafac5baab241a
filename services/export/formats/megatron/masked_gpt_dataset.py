"""Megatron-core's GPT data set with the loss mask that lies beside the tokens of this export.

Give `MaskedGPTDataset` wherever Megatron takes `GPTDataset`, with `tokens` as the path. It is
known to work with megatron-core 0.16 to 0.19.
"""

import os
from typing import Any

import numpy
import torch
from megatron.core.datasets.gpt_dataset import GPTDataset
from megatron.core.datasets.indexed_dataset import IndexedDataset


class MaskedGPTDataset(GPTDataset):
    """Position t has loss if its label, token t + 1, is trained."""

    def __init__(self, indexed_dataset: Any, dataset_path: str, *others: Any) -> None:
        super().__init__(indexed_dataset, dataset_path, *others)
        self.trained = IndexedDataset(os.path.join(os.path.dirname(dataset_path), "mask"))
        lengths = self.trained.sequence_lengths
        if not numpy.array_equal(lengths, indexed_dataset.sequence_lengths):
            raise ValueError(f"the mask beside {dataset_path} is of other tokens")

    def __getitem__(self, idx: int | None) -> dict[str, torch.Tensor]:
        sample = super().__getitem__(idx)
        sample["loss_mask"] = sample["loss_mask"] * self.mask_of(0 if idx is None else idx)
        return sample

    def mask_of(self, idx: int) -> torch.Tensor:
        """The mask at the positions of a sample, cut and joined by the same indices as it."""
        tokens, self.dataset = self.dataset, self.trained
        try:
            # Versions give two or three values; the first is the sample.
            trained = self._query_document_sample_shuffle_indices(idx)[0] == 1
        finally:
            self.dataset = tokens
        if self.config.add_extra_token_to_sequence:
            labels = trained[1:]
        else:
            labels = numpy.append(trained[1:], False)
        return torch.from_numpy(labels.astype(numpy.float32))
