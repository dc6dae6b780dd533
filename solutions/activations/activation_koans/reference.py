from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
relu_values:
    torch.relu(torch.tensor([-2.0, 0.0, 2.0])).tolist()
leaky_value:
    round(F.leaky_relu(torch.tensor(-2.0), 0.01).item(), 4)
leaky_value_with_slope_two:
    F.leaky_relu(torch.tensor(1.0), 2.0).item()
gelu_goes_below_minus_a_tenth:
    F.gelu(torch.linspace(-5, 5, 1001)).min().item() < -0.1
gelu_goes_below_minus_a_half:
    F.gelu(torch.linspace(-1000, 1000, 100001)).min().item() < -0.5
gelu_default_is_exact:
    x = torch.tensor([1.0])
    torch.allclose(F.gelu(x), x * 0.5 * (1 + torch.erf(x / 2 ** 0.5)), atol=1e-7)
gelu_tanh_equals_exact:
    x = torch.linspace(-3, 3, 61, dtype=torch.float64)
    torch.equal(F.gelu(x), F.gelu(x, approximate="tanh"))
sigmoid_slope_at_zero:
    x = torch.zeros(1, requires_grad=True)
    torch.sigmoid(x).sum().backward()
    x.grad.item()
sigmoid_slope_at_20_is_tiny:
    x = torch.tensor([20.0], requires_grad=True)
    torch.sigmoid(x).sum().backward()
    x.grad.item() < 1e-6
tanh_slope_at_zero:
    x = torch.zeros(1, requires_grad=True)
    torch.tanh(x).sum().backward()
    x.grad.item()
relu_slope_far_out:
    x = torch.tensor([20.0], requires_grad=True)
    torch.relu(x).sum().backward()
    x.grad.item()
dead_relu_gradient:
    x = torch.tensor([-3.0], requires_grad=True)
    torch.relu(x).sum().backward()
    x.grad.item()
softmax_dim_one_sums:
    F.softmax(torch.zeros(2, 4), dim=1).sum(dim=1).tolist()
softmax_dim_zero_row_sum:
    F.softmax(torch.zeros(2, 4), dim=0).sum(dim=1).tolist()
softmax_shift_invariant:
    x = torch.tensor([1.0, 2.0, 3.0])
    torch.allclose(F.softmax(x, 0), F.softmax(x + 100, 0))
softmax_scale_invariant:
    x = torch.tensor([1.0, 2.0, 3.0])
    torch.allclose(F.softmax(x, 0), F.softmax(x * 10, 0))
log_of_softmax_200_below:
    torch.log(F.softmax(torch.tensor([0.0, 200.0]), 0))[0].item()
log_softmax_200_below:
    F.log_softmax(torch.tensor([0.0, 200.0]), 0)[0].item()
exp_of_100:
    torch.exp(torch.tensor(100.0)).item()
softmax_of_all_minus_inf_is_nan:
    F.softmax(torch.tensor([float("-inf"), float("-inf")]), 0).isnan().all().item()
silu_at_minus_100_is_tiny:
    abs(F.silu(torch.tensor(-100.0)).item()) < 1e-6
"""

ANSWERS = truth(QUESTIONS)
