"""Ranges, slopes and saturation

Activation functions are compared by three things: which values they give, how steep they are, and
what floating point makes of them far out.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a float (1.0, not 1), a list of floats or a bool. Infinity is float("inf"), minus
infinity -float("inf").

Rules
    - Everything is float32 unless the snippet says otherwise. float32 ends at about 3.4e38, and its
      smallest number above zero is about 1.4e-45.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: "which activation, and why" is answered with slopes, since a layer passes back its
slope times what it gets. "Why not the logarithm of softmax" is answered with the numbers that
float32 has and has not.

Example
    "relu_of_minus_one" with the snippet  torch.relu(torch.tensor(-1.0)).item()  is answered by  0.0
"""

ANSWERS: dict[str, object] = {
    # torch.relu(torch.tensor([-2.0, 0.0, 2.0])).tolist()
    "relu_values": ...,
    # round(F.leaky_relu(torch.tensor(-2.0), 0.01).item(), 4)
    "leaky_value": ...,
    # F.leaky_relu(torch.tensor(1.0), 2.0).item()
    "leaky_value_with_slope_two": ...,
    # F.gelu(torch.linspace(-5, 5, 1001)).min().item() < -0.1
    "gelu_goes_below_minus_a_tenth": ...,
    # F.gelu(torch.linspace(-1000, 1000, 100001)).min().item() < -0.5
    "gelu_goes_below_minus_a_half": ...,
    # x = torch.tensor([1.0])
    # torch.allclose(F.gelu(x), x * 0.5 * (1 + torch.erf(x / 2 ** 0.5)), atol=1e-7)
    "gelu_default_is_exact": ...,
    # x = torch.linspace(-3, 3, 61, dtype=torch.float64)
    # torch.equal(F.gelu(x), F.gelu(x, approximate="tanh"))
    "gelu_tanh_equals_exact": ...,
    # x = torch.zeros(1, requires_grad=True)
    # torch.sigmoid(x).sum().backward()
    # x.grad.item()
    "sigmoid_slope_at_zero": ...,
    # x = torch.tensor([20.0], requires_grad=True)
    # torch.sigmoid(x).sum().backward()
    # x.grad.item() < 1e-6
    "sigmoid_slope_at_20_is_tiny": ...,
    # x = torch.zeros(1, requires_grad=True)
    # torch.tanh(x).sum().backward()
    # x.grad.item()
    "tanh_slope_at_zero": ...,
    # x = torch.tensor([20.0], requires_grad=True)
    # torch.relu(x).sum().backward()
    # x.grad.item()
    "relu_slope_far_out": ...,
    # x = torch.tensor([-3.0], requires_grad=True)
    # torch.relu(x).sum().backward()
    # x.grad.item()
    "dead_relu_gradient": ...,
    # F.softmax(torch.zeros(2, 4), dim=1).sum(dim=1).tolist()
    "softmax_dim_one_sums": ...,
    # F.softmax(torch.zeros(2, 4), dim=0).sum(dim=1).tolist()
    "softmax_dim_zero_row_sum": ...,
    # x = torch.tensor([1.0, 2.0, 3.0])
    # torch.allclose(F.softmax(x, 0), F.softmax(x + 100, 0))
    "softmax_shift_invariant": ...,
    # x = torch.tensor([1.0, 2.0, 3.0])
    # torch.allclose(F.softmax(x, 0), F.softmax(x * 10, 0))
    "softmax_scale_invariant": ...,
    # torch.log(F.softmax(torch.tensor([0.0, 200.0]), 0))[0].item()
    "log_of_softmax_200_below": ...,
    # F.log_softmax(torch.tensor([0.0, 200.0]), 0)[0].item()
    "log_softmax_200_below": ...,
    # torch.exp(torch.tensor(100.0)).item()
    "exp_of_100": ...,
    # F.softmax(torch.tensor([float("-inf"), float("-inf")]), 0).isnan().all().item()
    "softmax_of_all_minus_inf_is_nan": ...,
    # abs(F.silu(torch.tensor(-100.0)).item()) < 1e-6
    "silu_at_minus_100_is_tiny": ...,
}
