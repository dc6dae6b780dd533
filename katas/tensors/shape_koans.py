"""Shapes after reshaping, joining and reducing

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a tuple, a list, a number, a bool, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - item() and tolist() give the Python type of the elements: 1.0 for a floating tensor, 1 for
      an integer one.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: most of the errors in a first training script are errors of shape, and whoever
can follow shapes in the head finds them without a debugger. Some of these rules are not NumPy's.

Example
    "ones_shape" with the snippet  tuple(torch.ones(2, 3).shape)  would be answered by  (2, 3)
"""

ANSWERS: dict[str, object] = {
    # tuple(torch.cat([torch.ones(2, 3), torch.ones(2, 3)], dim=0).shape)
    "cat_rows": ...,
    # tuple(torch.stack([torch.ones(2, 3), torch.ones(2, 3)], dim=0).shape)
    "stack_rows": ...,
    # tuple(torch.stack([torch.ones(2, 3), torch.ones(2, 3)], dim=-1).shape)
    "stack_last": ...,
    # tuple(torch.cat([torch.ones(2, 3), torch.ones(5, 3)]).shape)
    "cat_unequal_rows": ...,
    # raises(lambda: torch.stack([torch.ones(2, 3), torch.ones(5, 3)]))
    "stack_unequal_rows": ...,
    # tuple(torch.ones(2, 3).unsqueeze(1).shape)
    "unsqueeze_one": ...,
    # tuple(torch.ones(1, 3, 1).squeeze().shape)
    "squeeze_everything": ...,
    # tuple(torch.ones(2, 3).squeeze(0).shape)
    "squeeze_a_dim_of_size_two": ...,
    # tuple(torch.ones(2, 3, 4).permute(2, 0, 1).shape)
    "permute_shape": ...,
    # tuple(torch.ones(2, 3, 4).flatten(1).shape)
    "flatten_from_one": ...,
    # tuple(torch.arange(12).reshape(3, -1).shape)
    "reshape_with_minus_one": ...,
    # torch.tensor([[1, 2, 3], [4, 5, 6]]).sum(dim=1).tolist()
    "sum_over_dim_one": ...,
    # tuple(torch.ones(2, 3).mean(dim=1, keepdim=True).shape)
    "mean_keepdim": ...,
    # torch.tensor([[1, 9], [7, 3]]).argmax().item()
    "argmax_without_dim": ...,
    # len(torch.ones(4, 3).max(dim=1))
    "length_of_max_with_dim": ...,
    # [len(c) for c in torch.arange(10).chunk(4)]
    "chunk_sizes": ...,
    # tuple(torch.ones(3, 1).expand(-1, 4).shape)
    "expand_shape": ...,
    # x = torch.ones(2)
    # x.add_(1) is x
    "inplace_result_is_x": ...,
    # x = torch.ones(2)
    # x.add(1)
    # x.tolist()
    "x_after_plain_add": ...,
}
