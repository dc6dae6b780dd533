from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
view_shares:
    x = torch.arange(6)
    shares(x, x.view(2, 3))
reshape_of_contiguous_shares:
    x = torch.arange(6)
    shares(x, x.reshape(3, 2))
transpose_shares:
    x = torch.ones(2, 3)
    shares(x, x.t())
squeeze_shares:
    x = torch.ones(1, 3)
    shares(x, x.squeeze())
clone_shares:
    x = torch.ones(2)
    shares(x, x.clone())
detach_shares:
    x = torch.ones(2, requires_grad=True)
    shares(x, x.detach())
basic_slice_shares:
    x = torch.ones(4)
    shares(x, x[1:3])
mask_shares:
    x = torch.ones(4)
    shares(x, x[x > 0])
index_list_shares:
    x = torch.ones(4)
    shares(x, x[[0, 1, 2, 3]])
expand_shares:
    x = torch.ones(3, 1)
    shares(x, x.expand(3, 4))
repeat_shares:
    x = torch.ones(3, 1)
    shares(x, x.repeat(1, 4))
chunk_shares:
    x = torch.arange(4)
    shares(x, x.chunk(2)[1])
cat_of_one_shares:
    x = torch.arange(4)
    shares(x, torch.cat([x]))
flatten_of_contiguous_shares:
    x = torch.ones(2, 3)
    shares(x, x.flatten())
flatten_of_transpose_shares:
    x = torch.ones(2, 3)
    shares(x, x.t().flatten())
contiguous_of_contiguous_shares:
    x = torch.ones(2, 3)
    shares(x, x.contiguous())
float_of_float_shares:
    x = torch.ones(2)
    shares(x, x.float())
double_of_float_shares:
    x = torch.ones(2)
    shares(x, x.double())
state_dict_shares_with_parameter:
    m = nn.Linear(2, 2)
    shares(m.weight, m.state_dict()["weight"])
write_to_expanded:
    raises(lambda: torch.ones(1, 3).expand(2, 3).add_(1))
"""

ANSWERS = truth(QUESTIONS)
