from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
default_linear_std:
    torch.manual_seed(0)
    round(nn.Linear(256, 4096).weight.std().item(), 3)
default_linear_largest_weight:
    torch.manual_seed(0)
    round(nn.Linear(100, 10000).weight.abs().max().item(), 3)
default_linear_largest_bias:
    torch.manual_seed(0)
    round(nn.Linear(100, 10000).bias.abs().max().item(), 3)
default_conv_std:
    torch.manual_seed(0)
    round(nn.Conv2d(64, 256, 3).weight.std().item(), 3)
default_conv_largest_weight:
    torch.manual_seed(0)
    round(nn.Conv2d(16, 256, 3).weight.abs().max().item(), 3)
kaiming_normal_std:
    torch.manual_seed(0)
    round(nn.init.kaiming_normal_(torch.empty(4096, 200), nonlinearity="relu").std().item(), 2)
xavier_uniform_std:
    torch.manual_seed(0)
    round(nn.init.xavier_uniform_(torch.empty(500, 4500)).std().item(), 2)
relu_gain_squared:
    round(nn.init.calculate_gain("relu") ** 2, 4)
embedding_std:
    torch.manual_seed(0)
    round(nn.Embedding(1000, 500).weight.std().item(), 1)
batch_norm_weight:
    nn.BatchNorm1d(3).weight.tolist()
lstm_bias_is_zero:
    torch.manual_seed(0)
    nn.LSTM(4, 4).bias_ih_l0.abs().sum().item() == 0
kaiming_of_a_bias:
    raises(lambda: nn.init.kaiming_normal_(torch.empty(5)))
zeros_of_a_missing_bias:
    raises(lambda: nn.init.zeros_(nn.Linear(2, 2, bias=False).bias))
init_keeps_requires_grad:
    nn.init.ones_(nn.Linear(2, 2).weight).requires_grad
apply_visits:
    seen = []
    nn.Sequential(nn.Linear(2, 2), nn.ReLU()).apply(lambda m: seen.append(type(m).__name__))
    seen
zero_init_parameters_with_gradient:
    torch.manual_seed(0)
    m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    for p in m.parameters():
        nn.init.zeros_(p)
    F.cross_entropy(m(torch.randn(16, 4)), torch.arange(16) % 3 // 2).backward()
    [n for n, p in m.named_parameters() if p.grad.abs().sum() > 0]
zero_last_layer_parameters_with_gradient:
    torch.manual_seed(0)
    m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    for p in m[2].parameters():
        nn.init.zeros_(p)
    F.cross_entropy(m(torch.randn(16, 4)), torch.arange(16) % 3 // 2).backward()
    [n for n, p in m.named_parameters() if p.grad.abs().sum() > 0]
constant_init_rows_stay_equal:
    torch.manual_seed(0)
    m = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    for p in m.parameters():
        nn.init.constant_(p, 0.1)
    opt = torch.optim.SGD(m.parameters(), lr=0.1)
    for _ in range(20):
        opt.zero_grad()
        F.cross_entropy(m(torch.randn(16, 4)), torch.randint(0, 3, (16,))).backward()
        opt.step()
    torch.allclose(m[0].weight, m[0].weight[:1].expand_as(m[0].weight))
default_init_relu_stack_is_tiny:
    torch.manual_seed(0)
    x = torch.randn(128, 256)
    for _ in range(10):
        x = torch.relu(nn.Linear(256, 256)(x))
    x.std().item() < 0.05
xavier_relu_stack_is_tiny:
    torch.manual_seed(0)
    x = torch.randn(128, 256)
    for _ in range(10):
        m = nn.Linear(256, 256)
        nn.init.xavier_uniform_(m.weight)
        nn.init.zeros_(m.bias)
        x = torch.relu(m(x))
    x.std().item() < 0.05
kaiming_relu_stack_is_near_one:
    torch.manual_seed(0)
    x = torch.randn(128, 256)
    for _ in range(10):
        m = nn.Linear(256, 256)
        nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
        nn.init.zeros_(m.bias)
        x = torch.relu(m(x))
    0.3 < x.std().item() < 3
"""

ANSWERS = truth(QUESTIONS)
