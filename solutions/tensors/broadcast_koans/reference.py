from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
column_plus_row:
    tuple((torch.ones(3, 1) + torch.ones(1, 4)).shape)
batch_plus_bias:
    tuple((torch.ones(32, 128) + torch.ones(128)).shape)
vector_against_rows:
    raises(lambda: torch.ones(3, 4) + torch.ones(3))
vector_as_column:
    tuple((torch.ones(3, 4) + torch.ones(3).reshape(3, 1)).shape)
vector_minus_column:
    tuple((torch.ones(4) - torch.ones(4, 1)).shape)
three_dims:
    tuple((torch.ones(5, 1, 4) + torch.ones(3, 1)).shape)
empty_dim:
    tuple((torch.ones(0, 1) + torch.ones(3)).shape)
outer_sum:
    (torch.arange(3).reshape(3, 1) + torch.arange(4)).tolist()
inplace_add_of_a_larger_operand:
    raises(lambda: torch.ones(3).add_(torch.ones(2, 3)))
bias_gradient:
    b = torch.zeros(3, requires_grad=True)
    (torch.ones(4, 3) + b).sum().backward()
    b.grad.tolist()
where_shape:
    tuple(torch.where(torch.tensor([[True], [False]]), torch.ones(3), torch.zeros(3)).shape)
dot_product:
    tuple((torch.ones(3) @ torch.ones(3)).shape)
matrix_times_vector:
    tuple((torch.ones(2, 3) @ torch.ones(3)).shape)
batched_times_matrix:
    tuple((torch.ones(5, 2, 3) @ torch.ones(3, 4)).shape)
two_batch_dims:
    tuple((torch.ones(2, 1, 3, 4) @ torch.ones(5, 4, 6)).shape)
mm_of_a_batch:
    raises(lambda: torch.mm(torch.ones(5, 2, 3), torch.ones(3, 4)))
star_product:
    a = torch.tensor([[1, 2], [3, 4]])
    (a * a).tolist()
at_product:
    a = torch.tensor([[1, 2], [3, 4]])
    (a @ a).tolist()
"""

ANSWERS = truth(QUESTIONS)
