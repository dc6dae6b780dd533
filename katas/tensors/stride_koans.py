"""Strides, offsets and contiguity

A tensor is a flat storage, an offset into it, and one stride per dimension: how many elements lie
between neighbours along that dimension. Transposing, slicing and expanding change only these numbers.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a tuple, a list, a number, a bool, or, for raises(...), the name of the exception
class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None
    shares(a, b)   True when both tensors live in the same storage

Rules
    - Strides and offsets count elements, not bytes; untyped_storage().nbytes() counts bytes.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: whether view works, whether a copy is made, and why an operation on a transposed
tensor is slow are all read off the strides. The usual rule, "view needs a contiguous tensor", is wrong.

Example
    "strides_of_a_vector" with the snippet  torch.empty(5).stride()  would be answered by  (1,)
"""

ANSWERS: dict[str, object] = {
    # torch.empty(3, 4).stride()
    "row_major_strides": ...,
    # torch.empty(3, 4).t().stride()
    "transposed_strides": ...,
    # torch.empty(2, 3, 4).stride()
    "three_dim_strides": ...,
    # torch.empty(2, 3, 4).permute(2, 0, 1).stride()
    "permuted_strides": ...,
    # torch.empty(4, 6)[::2, ::3].stride()
    "step_slice_strides": ...,
    # torch.arange(12).reshape(3, 4)[1, 2:].storage_offset()
    "slice_offset": ...,
    # torch.empty(3, 1).expand(3, 4).stride()
    "expand_strides": ...,
    # torch.zeros(3, 4)[0].untyped_storage().nbytes()
    "storage_bytes_of_a_slice": ...,
    # torch.empty(3, 4).t().is_contiguous()
    "transpose_is_contiguous": ...,
    # torch.empty(1, 4).t().is_contiguous()
    "transpose_of_a_row_vector_is_contiguous": ...,
    # torch.empty(3, 4)[1:].is_contiguous()
    "row_slice_is_contiguous": ...,
    # torch.empty(3, 4)[:, 1:].is_contiguous()
    "column_slice_is_contiguous": ...,
    # x = torch.empty(3, 4)
    # x.contiguous() is x
    "contiguous_of_contiguous_is_self": ...,
    # raises(lambda: torch.arange(12).reshape(3, 4).t().view(-1))
    "view_of_transpose": ...,
    # tuple(torch.arange(12).reshape(3, 4)[:, :2].view(3, 2, 1).shape)
    "view_of_a_column_slice": ...,
    # tuple(torch.arange(24).reshape(2, 3, 4).transpose(0, 1).view(3, 2, 2, 2).shape)
    "view_that_only_splits_a_strided_dim": ...,
    # torch.arange(6).reshape(2, 3).t().reshape(-1).tolist()
    "flattened_transpose": ...,
    # x = torch.arange(6).reshape(2, 3)
    # shares(x, x.t().reshape(-1))
    "reshape_of_transpose_shares": ...,
    # torch.empty(3, 4).t().clone().stride()
    "clone_of_transpose_strides": ...,
    # torch.empty(3, 4).t().contiguous().stride()
    "contiguous_of_transpose_strides": ...,
    # torch.empty(2, 3, 4, 5).contiguous(memory_format=torch.channels_last).stride()
    "channels_last_strides": ...,
}
