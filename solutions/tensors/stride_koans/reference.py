from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
row_major_strides:
    torch.empty(3, 4).stride()
transposed_strides:
    torch.empty(3, 4).t().stride()
three_dim_strides:
    torch.empty(2, 3, 4).stride()
permuted_strides:
    torch.empty(2, 3, 4).permute(2, 0, 1).stride()
step_slice_strides:
    torch.empty(4, 6)[::2, ::3].stride()
slice_offset:
    torch.arange(12).reshape(3, 4)[1, 2:].storage_offset()
expand_strides:
    torch.empty(3, 1).expand(3, 4).stride()
storage_bytes_of_a_slice:
    torch.zeros(3, 4)[0].untyped_storage().nbytes()
transpose_is_contiguous:
    torch.empty(3, 4).t().is_contiguous()
transpose_of_a_row_vector_is_contiguous:
    torch.empty(1, 4).t().is_contiguous()
row_slice_is_contiguous:
    torch.empty(3, 4)[1:].is_contiguous()
column_slice_is_contiguous:
    torch.empty(3, 4)[:, 1:].is_contiguous()
contiguous_of_contiguous_is_self:
    x = torch.empty(3, 4)
    x.contiguous() is x
view_of_transpose:
    raises(lambda: torch.arange(12).reshape(3, 4).t().view(-1))
view_of_a_column_slice:
    tuple(torch.arange(12).reshape(3, 4)[:, :2].view(3, 2, 1).shape)
view_that_only_splits_a_strided_dim:
    tuple(torch.arange(24).reshape(2, 3, 4).transpose(0, 1).view(3, 2, 2, 2).shape)
flattened_transpose:
    torch.arange(6).reshape(2, 3).t().reshape(-1).tolist()
reshape_of_transpose_shares:
    x = torch.arange(6).reshape(2, 3)
    shares(x, x.t().reshape(-1))
clone_of_transpose_strides:
    torch.empty(3, 4).t().clone().stride()
contiguous_of_transpose_strides:
    torch.empty(3, 4).t().contiguous().stride()
channels_last_strides:
    torch.empty(2, 3, 4, 5).contiguous(memory_format=torch.channels_last).stride()
"""

ANSWERS = truth(QUESTIONS)
