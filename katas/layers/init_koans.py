"""How are layers born?

How large are the weights of a fresh layer, what do the functions of nn.init make of them, and what
do the first values do to learning?

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a float (0.0, not 0), a list, a bool, or, for raises(...), the name of the
exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - Where random numbers are drawn, there are so many, or the question is so coarse, that the
      answer is the same for every seed.
    - round(x, 3) keeps three digits after the point: round(0.0123, 3) is 0.012.
    - fan_in is the number of inputs that one output sums over, fan_out the number of outputs that
      one input reaches, both as nn.init counts them: for a convolution, times the kernel's area.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: deep networks that do not learn have often been lost before the first step. Whoever
knows the bound of the default can say how much of a signal ten layers leave, and lists of interview
questions are often wrong about it.

Example
    "zeros" with the snippet  nn.init.zeros_(torch.empty(2)).tolist()  is answered by  [0.0, 0.0]
"""

ANSWERS: dict[str, object] = {
    # torch.manual_seed(0)
    # round(nn.Linear(256, 4096).weight.std().item(), 3)
    "default_linear_std": ...,
    # torch.manual_seed(0)
    # round(nn.Linear(100, 10000).weight.abs().max().item(), 3)
    "default_linear_largest_weight": ...,
    # torch.manual_seed(0)
    # round(nn.Linear(100, 10000).bias.abs().max().item(), 3)
    "default_linear_largest_bias": ...,
    # torch.manual_seed(0)
    # round(nn.Conv2d(64, 256, 3).weight.std().item(), 3)
    "default_conv_std": ...,
    # torch.manual_seed(0)
    # round(nn.Conv2d(16, 256, 3).weight.abs().max().item(), 3)
    "default_conv_largest_weight": ...,
    # torch.manual_seed(0)
    # round(nn.init.kaiming_normal_(torch.empty(4096, 200), nonlinearity="relu").std().item(), 2)
    "kaiming_normal_std": ...,
    # torch.manual_seed(0)
    # round(nn.init.xavier_uniform_(torch.empty(500, 4500)).std().item(), 2)
    "xavier_uniform_std": ...,
    # round(nn.init.calculate_gain("relu") ** 2, 4)
    "relu_gain_squared": ...,
    # torch.manual_seed(0)
    # round(nn.Embedding(1000, 500).weight.std().item(), 1)
    "embedding_std": ...,
    # nn.BatchNorm1d(3).weight.tolist()
    "batch_norm_weight": ...,
    # torch.manual_seed(0)
    # nn.LSTM(4, 4).bias_ih_l0.abs().sum().item() == 0
    "lstm_bias_is_zero": ...,
    # raises(lambda: nn.init.kaiming_normal_(torch.empty(5)))
    "kaiming_of_a_bias": ...,
    # raises(lambda: nn.init.zeros_(nn.Linear(2, 2, bias=False).bias))
    "zeros_of_a_missing_bias": ...,
    # nn.init.ones_(nn.Linear(2, 2).weight).requires_grad
    "init_keeps_requires_grad": ...,
    # seen = []
    # nn.Sequential(nn.Linear(2, 2), nn.ReLU()).apply(lambda m: seen.append(type(m).__name__))
    # seen
    "apply_visits": ...,
    # torch.manual_seed(0)
    # m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    # for p in m.parameters():
    #     nn.init.zeros_(p)
    # F.cross_entropy(m(torch.randn(16, 4)), torch.arange(16) % 3 // 2).backward()
    # [n for n, p in m.named_parameters() if p.grad.abs().sum() > 0]
    "zero_init_parameters_with_gradient": ...,
    # torch.manual_seed(0)
    # m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    # for p in m[2].parameters():
    #     nn.init.zeros_(p)
    # F.cross_entropy(m(torch.randn(16, 4)), torch.arange(16) % 3 // 2).backward()
    # [n for n, p in m.named_parameters() if p.grad.abs().sum() > 0]
    "zero_last_layer_parameters_with_gradient": ...,
    # torch.manual_seed(0)
    # m = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    # for p in m.parameters():
    #     nn.init.constant_(p, 0.1)
    # opt = torch.optim.SGD(m.parameters(), lr=0.1)
    # for _ in range(20):
    #     opt.zero_grad()
    #     F.cross_entropy(m(torch.randn(16, 4)), torch.randint(0, 3, (16,))).backward()
    #     opt.step()
    # torch.allclose(m[0].weight, m[0].weight[:1].expand_as(m[0].weight))
    "constant_init_rows_stay_equal": ...,
    # torch.manual_seed(0)
    # x = torch.randn(128, 256)
    # for _ in range(10):
    #     x = torch.relu(nn.Linear(256, 256)(x))
    # x.std().item() < 0.05
    "default_init_relu_stack_is_tiny": ...,
    # torch.manual_seed(0)
    # x = torch.randn(128, 256)
    # for _ in range(10):
    #     m = nn.Linear(256, 256)
    #     nn.init.xavier_uniform_(m.weight)
    #     nn.init.zeros_(m.bias)
    #     x = torch.relu(m(x))
    # x.std().item() < 0.05
    "xavier_relu_stack_is_tiny": ...,
    # torch.manual_seed(0)
    # x = torch.randn(128, 256)
    # for _ in range(10):
    #     m = nn.Linear(256, 256)
    #     nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
    #     nn.init.zeros_(m.bias)
    #     x = torch.relu(m(x))
    # 0.3 < x.std().item() < 3
    "kaiming_relu_stack_is_near_one": ...,
}
