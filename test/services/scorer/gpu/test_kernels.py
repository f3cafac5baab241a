"""Attention in two parts equals attention at once; and what a GPU's kernel is called with, checked
with a plain implementation of PyTorch's public function."""

from __future__ import annotations

import inspect
import unittest
from typing import Any

import torch
from backstory_scorer.attention import CpuKernel, CudaKernel, check_kernel, merge
from torch import Tensor
from torch.nn.attention import varlen

CPU = torch.device("cpu")


POSITIONAL = ["query", "key", "value", "cu_seq_q", "cu_seq_k", "max_q", "max_k"]


def plain_varlen(
    *parts: Any,
    return_aux: object,
    scale: float,
    window_size: tuple[int, int],
    enable_gqa: bool,
) -> tuple[Tensor, Tensor]:
    """As torch.nn.attention.varlen.varlen_attn is documented, for CPUs."""
    query, key, value, cu_seq_q, cu_seq_k, max_q, max_k = parts
    assert return_aux is not None and enable_gqa == (query.shape[1] != key.shape[1])
    assert cu_seq_q.dtype == cu_seq_k.dtype == torch.int32
    assert max_q == int(cu_seq_q.diff().max()) and max_k == int(cu_seq_k.diff().max())
    assert window_size in ((-1, 0), (-1, -1))
    share = query.shape[1] // key.shape[1]
    outs, sums = [], []
    bounds = zip(cu_seq_q.tolist(), cu_seq_q.tolist()[1:], strict=False)
    other = zip(cu_seq_k.tolist(), cu_seq_k.tolist()[1:], strict=False)
    for (start, end), (first, last) in zip(bounds, other, strict=True):
        keys = key[first:last].repeat_interleave(share, 1)
        values = value[first:last].repeat_interleave(share, 1)
        scores = torch.einsum("qhd,khd->hqk", query[start:end], keys) * scale
        if window_size == (-1, 0):
            assert end - start == last - first
            scores = scores.masked_fill(~torch.ones_like(scores[0]).tril().bool(), -torch.inf)
        outs.append(torch.einsum("hqk,khd->qhd", scores.softmax(-1), values))
        sums.append(scores.logsumexp(-1))
    return torch.cat(outs), torch.cat(sums, 1)


class Kernels(unittest.TestCase):
    def test_the_cpu_kernel_equals_plain_attention(self) -> None:
        self.assertLess(check_kernel(CpuKernel(), CPU, torch.float32), 1e-5)
        self.assertLess(check_kernel(CpuKernel(), CPU, torch.bfloat16), 0.03)

    def test_a_kernel_that_is_wrong_is_found(self) -> None:
        class Shifted(CpuKernel):
            def full(self, *parts: object) -> tuple[Tensor, Tensor]:
                out, lse = super().full(*parts)
                return out, lse / 0.6931471805599453

        self.assertGreater(check_kernel(Shifted(), CPU, torch.float32), 0.1)

    def test_the_gpu_kernel_asks_the_public_function_as_it_is_documented(self) -> None:
        kernel = CudaKernel()
        asked = set(inspect.signature(plain_varlen).parameters) - {"parts"}
        known = list(inspect.signature(varlen.varlen_attn).parameters)
        self.assertEqual(known[:7], POSITIONAL)
        self.assertLessEqual(asked, set(known[7:]))
        kernel._attend = plain_varlen
        self.assertLess(check_kernel(kernel, CPU, torch.float32), 1e-5)

    def test_two_parts_merge_to_the_whole(self) -> None:
        draw = torch.Generator().manual_seed(3)
        q, k, v = (torch.randn(size, 2, 8, generator=draw) for size in (5, 40, 40))
        kernel = CpuKernel()
        whole = kernel.full(q, k, v, 0.3)[0]
        for cut in (1, 20, 39):
            first = kernel.full(q, k[:cut], v[:cut], 0.3)
            second = kernel.full(q, k[cut:], v[cut:], 0.3)
            self.assertLess((merge(first, second) - whole).abs().max().item(), 1e-5)

    def test_one_part_that_outweighs_the_other_by_far_stays_finite(self) -> None:
        one = torch.ones(1, 1, 8)
        merged = merge((one, torch.full((1, 1), -1e4)), (2 * one, torch.full((1, 1), 1e4)))
        self.assertTrue(torch.equal(merged, 2 * one))


if __name__ == "__main__":
    unittest.main()
