"""Does it share storage?

Many operations return a tensor that lies in the same memory as their argument, so that an
in-place write to one is seen in the other. Others copy. Some do the one or the other, depending
on what they are given.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a bool, or, for raises(...), the name of the exception class as a string, None
if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None
    shares(a, b)   True when both tensors live in the same storage

Rules
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: an in-place edit of a forgotten view changes data somewhere else, and a forgotten
copy costs memory. Lists of view operations contain mistakes: "release" is in one, which no tensor
has; the partner of squeeze is unsqueeze.

Example
    "row_shares" with the lines  x = torch.ones(2, 3)  and  shares(x, x[0])  would be answered by
    True
"""

ANSWERS: dict[str, object] = {
    # x = torch.arange(6)
    # shares(x, x.view(2, 3))
    "view_shares": ...,
    # x = torch.arange(6)
    # shares(x, x.reshape(3, 2))
    "reshape_of_contiguous_shares": ...,
    # x = torch.ones(2, 3)
    # shares(x, x.t())
    "transpose_shares": ...,
    # x = torch.ones(1, 3)
    # shares(x, x.squeeze())
    "squeeze_shares": ...,
    # x = torch.ones(2)
    # shares(x, x.clone())
    "clone_shares": ...,
    # x = torch.ones(2, requires_grad=True)
    # shares(x, x.detach())
    "detach_shares": ...,
    # x = torch.ones(4)
    # shares(x, x[1:3])
    "basic_slice_shares": ...,
    # x = torch.ones(4)
    # shares(x, x[x > 0])
    "mask_shares": ...,
    # x = torch.ones(4)
    # shares(x, x[[0, 1, 2, 3]])
    "index_list_shares": ...,
    # x = torch.ones(3, 1)
    # shares(x, x.expand(3, 4))
    "expand_shares": ...,
    # x = torch.ones(3, 1)
    # shares(x, x.repeat(1, 4))
    "repeat_shares": ...,
    # x = torch.arange(4)
    # shares(x, x.chunk(2)[1])
    "chunk_shares": ...,
    # x = torch.arange(4)
    # shares(x, torch.cat([x]))
    "cat_of_one_shares": ...,
    # x = torch.ones(2, 3)
    # shares(x, x.flatten())
    "flatten_of_contiguous_shares": ...,
    # x = torch.ones(2, 3)
    # shares(x, x.t().flatten())
    "flatten_of_transpose_shares": ...,
    # x = torch.ones(2, 3)
    # shares(x, x.contiguous())
    "contiguous_of_contiguous_shares": ...,
    # x = torch.ones(2)
    # shares(x, x.float())
    "float_of_float_shares": ...,
    # x = torch.ones(2)
    # shares(x, x.double())
    "double_of_float_shares": ...,
    # m = nn.Linear(2, 2)
    # shares(m.weight, m.state_dict()["weight"])
    "state_dict_shares_with_parameter": ...,
    # raises(lambda: torch.ones(1, 3).expand(2, 3).add_(1))
    "write_to_expanded": ...,
}
