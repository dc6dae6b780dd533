from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
int_list_dtype:
    torch.tensor([1, 2, 3]).dtype
float_list_dtype:
    torch.tensor([1.0, 2.0]).dtype
mixed_list_dtype:
    torch.tensor([1, 2.5]).dtype
bool_list_dtype:
    torch.tensor([True, False]).dtype
capital_list_dtype:
    torch.Tensor([1, 2, 3]).dtype
capital_of_int_tensor:
    torch.Tensor(torch.tensor([1, 2])).dtype
capital_with_double_default:
    torch.set_default_dtype(torch.float64)
    got = torch.Tensor([1]).dtype
    torch.set_default_dtype(torch.float32)
    got
lower_scalar_shape:
    tuple(torch.tensor(3).shape)
capital_scalar_shape:
    tuple(torch.Tensor(3).shape)
capital_two_ints_shape:
    tuple(torch.Tensor(2, 3).shape)
capital_float_argument:
    raises(lambda: torch.Tensor(3.0))
arange_dtype:
    torch.arange(0, 10, 2).dtype
arange_values:
    torch.arange(0, 9, 3).tolist()
linspace_values:
    torch.linspace(0, 1, 5).tolist()
full_dtype:
    torch.full((2,), 7).dtype
zeros_like_dtype:
    torch.zeros_like(torch.tensor([1, 2])).dtype
eye_total:
    torch.eye(3).sum().item()
rand_like_of_ints:
    raises(lambda: torch.rand_like(torch.tensor([1, 2])))
literal_with_double_default:
    torch.set_default_dtype(torch.float64)
    got = torch.tensor([1.0]).dtype
    torch.set_default_dtype(torch.float32)
    got
"""

ANSWERS = truth(QUESTIONS)
