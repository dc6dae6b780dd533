from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
int_true_division:
    (torch.tensor(7) / torch.tensor(2)).dtype
negative_floor_division:
    (torch.tensor(-7) // torch.tensor(2)).item()
int_plus_python_float:
    (torch.tensor([1]) + 1.5).dtype
half_plus_zero_dim_float:
    (torch.ones(2, dtype=torch.float16) + torch.tensor(1.0)).dtype
half_plus_one_dim_float:
    (torch.ones(2, dtype=torch.float16) + torch.ones(1)).dtype
float_plus_double:
    (torch.ones(2) + torch.ones(2, dtype=torch.float64)).dtype
bool_sum_dtype:
    torch.tensor([True, True, False]).sum().dtype
uint8_250_plus_10:
    (torch.tensor([250], dtype=torch.uint8) + 10).item()
float_to_int:
    torch.tensor([1.9, -1.9]).to(torch.int64).tolist()
half_of_70000:
    torch.tensor(70000.0).half().item()
bfloat16_of_70000_is_finite:
    torch.tensor(70000.0).bfloat16().isfinite().item()
bfloat16_of_257:
    torch.tensor(257.0).bfloat16().item()
half_of_1e_minus_8:
    torch.tensor(1e-8).half().item()
mean_of_ints:
    raises(lambda: torch.tensor([1, 2]).mean())
bytes_per_bool:
    torch.tensor([True]).element_size()
to_same_dtype_is_self:
    x = torch.ones(2)
    x.to(torch.float32) is x
to_without_assignment:
    x = torch.ones(2)
    x.to(torch.float64)
    x.dtype
module_to_without_assignment:
    m = nn.Linear(2, 2)
    m.to(torch.float64)
    m.weight.dtype
double_input_to_float_model:
    raises(lambda: nn.Linear(2, 2)(torch.ones(1, 2, dtype=torch.float64)))
tensors_on_two_devices:
    raises(lambda: torch.ones(2, device="meta") + torch.ones(2))
zero_dim_cpu_tensor_plus_other_device:
    (torch.ones(2, device="meta") + torch.tensor(1.0)).device.type
numpy_of_other_device:
    raises(lambda: torch.ones(2, device="meta").numpy())
"""

ANSWERS = truth(QUESTIONS)
