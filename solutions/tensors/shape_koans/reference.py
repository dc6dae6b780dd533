from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
cat_rows:
    tuple(torch.cat([torch.ones(2, 3), torch.ones(2, 3)], dim=0).shape)
stack_rows:
    tuple(torch.stack([torch.ones(2, 3), torch.ones(2, 3)], dim=0).shape)
stack_last:
    tuple(torch.stack([torch.ones(2, 3), torch.ones(2, 3)], dim=-1).shape)
cat_unequal_rows:
    tuple(torch.cat([torch.ones(2, 3), torch.ones(5, 3)]).shape)
stack_unequal_rows:
    raises(lambda: torch.stack([torch.ones(2, 3), torch.ones(5, 3)]))
unsqueeze_one:
    tuple(torch.ones(2, 3).unsqueeze(1).shape)
squeeze_everything:
    tuple(torch.ones(1, 3, 1).squeeze().shape)
squeeze_a_dim_of_size_two:
    tuple(torch.ones(2, 3).squeeze(0).shape)
permute_shape:
    tuple(torch.ones(2, 3, 4).permute(2, 0, 1).shape)
flatten_from_one:
    tuple(torch.ones(2, 3, 4).flatten(1).shape)
reshape_with_minus_one:
    tuple(torch.arange(12).reshape(3, -1).shape)
sum_over_dim_one:
    torch.tensor([[1, 2, 3], [4, 5, 6]]).sum(dim=1).tolist()
mean_keepdim:
    tuple(torch.ones(2, 3).mean(dim=1, keepdim=True).shape)
argmax_without_dim:
    torch.tensor([[1, 9], [7, 3]]).argmax().item()
length_of_max_with_dim:
    len(torch.ones(4, 3).max(dim=1))
chunk_sizes:
    [len(c) for c in torch.arange(10).chunk(4)]
expand_shape:
    tuple(torch.ones(3, 1).expand(-1, 4).shape)
inplace_result_is_x:
    x = torch.ones(2)
    x.add_(1) is x
x_after_plain_add:
    x = torch.ones(2)
    x.add(1)
    x.tolist()
"""

ANSWERS = truth(QUESTIONS)
