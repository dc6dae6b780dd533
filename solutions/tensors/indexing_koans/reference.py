from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
two_ints:
    tuple(torch.arange(24).reshape(2, 3, 4)[0, 1].shape)
slice_all_and_minus_one:
    tuple(torch.arange(24).reshape(2, 3, 4)[0:1, :, -1].shape)
ellipsis:
    tuple(torch.arange(24).reshape(2, 3, 4)[..., 0].shape)
full_index_type:
    type(torch.arange(24).reshape(2, 3, 4)[0, 1, 2]).__name__
mask_result:
    torch.arange(5)[torch.arange(5) > 2].tolist()
mask_of_matrix_shape:
    tuple(torch.ones(2, 3)[torch.ones(2, 3) > 0].shape)
one_index_list:
    tuple(torch.arange(24).reshape(2, 3, 4)[:, torch.tensor([0, 2]), :].shape)
two_index_lists:
    tuple(torch.arange(24).reshape(2, 3, 4)[[0, 1], [1, 2]].shape)
split_index_lists:
    tuple(torch.ones(2, 3, 4)[[0, 1], :, [0, 1]].shape)
none_in_the_middle:
    tuple(torch.ones(2, 3)[:, None].shape)
negative_step:
    raises(lambda: torch.arange(5)[::-1])
slice_past_the_end:
    torch.arange(5)[3:100].tolist()
gather_rows:
    s = torch.tensor([[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])
    s.gather(1, torch.tensor([[1], [2]])).tolist()
where_above_ten:
    x = torch.tensor([5, 15])
    torch.where(x > 10, x, torch.zeros_like(x)).tolist()
write_through_a_slice:
    x = torch.zeros(2, 2)
    y = x[0]
    y[0] = 999
    x[0, 0].item()
write_through_a_full_index:
    x = torch.zeros(2, 2)
    y = x[0, 1]
    y.add_(999)
    x[0, 1].item()
write_through_a_mask_result:
    x = torch.ones(3)
    y = x[x > 0]
    y[0] = 999
    x[0].item()
mask_assignment:
    x = torch.tensor([1, 20, 3])
    x[x > 10] = 0
    x.tolist()
repeated_index_increment:
    z = torch.zeros(3)
    z[torch.tensor([0, 0, 1])] += 1
    z.tolist()
repeated_index_add:
    z = torch.zeros(3)
    z.index_add_(0, torch.tensor([0, 0, 1]), torch.ones(3))
    z.tolist()
"""

ANSWERS = truth(QUESTIONS)
