from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
linear_keys:
    list(nn.Linear(2, 3).state_dict())
sequential_keys:
    m = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))
    list(m.state_dict())
sequential_of_pairs:
    raises(lambda: nn.Sequential(("fc", nn.Linear(2, 2))))
ordered_dict_names:
    from collections import OrderedDict
    m = nn.Sequential(OrderedDict(fc=nn.Linear(2, 2), act=nn.ReLU()))
    [name for name, _ in m.named_children()]
batchnorm_keys:
    list(nn.BatchNorm1d(3).state_dict())
batchnorm_parameter_names:
    [name for name, _ in nn.BatchNorm1d(3).named_parameters()]
dropout_keys:
    list(nn.Dropout().state_dict())
keys_and_parameters_of_a_plain_tensor:
    m = nn.Module()
    m.w = torch.ones(2)
    (list(m.state_dict()), len(list(m.parameters())))
parameters_of_a_python_list:
    m = nn.Module()
    m.layers = [nn.Linear(2, 2)]
    len(list(m.parameters()))
module_list_keys:
    m = nn.Module()
    m.layers = nn.ModuleList([nn.Linear(2, 2, bias=False), nn.ReLU()])
    list(m.state_dict())
module_dict_keys:
    m = nn.Module()
    m.heads = nn.ModuleDict({"a": nn.Linear(2, 2, bias=False)})
    list(m.state_dict())
buffer_in_state_dict:
    m = nn.Module()
    m.register_buffer("b", torch.ones(2))
    (list(m.state_dict()), len(list(m.parameters())))
non_persistent_buffer:
    m = nn.Module()
    m.register_buffer("b", torch.ones(2), persistent=False)
    (list(m.state_dict()), len(list(m.buffers())))
buffer_and_plain_tensor_after_double:
    m = nn.Module()
    m.register_buffer("b", torch.ones(2))
    m.t = torch.ones(2)
    m.double()
    (m.b.dtype, m.t.dtype)
integer_buffer_after_half:
    nn.BatchNorm1d(3).half().num_batches_tracked.dtype
shared_layer_parameter_count:
    m = nn.Module()
    m.a = nn.Linear(3, 3)
    m.b = m.a
    len(list(m.parameters()))
shared_layer_keys:
    m = nn.Module()
    m.a = nn.Linear(3, 3)
    m.b = m.a
    len(m.state_dict())
tensor_over_parameter:
    m = nn.Linear(2, 2)
    raises(lambda: setattr(m, "weight", torch.ones(2, 2)))
assign_before_super_init:
    class Late(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(2, 2)
            super().__init__()
    raises(Late)
state_dict_values_require_grad:
    nn.Linear(2, 2).state_dict()["weight"].requires_grad
same_weight_object_after_loading:
    m = nn.Linear(2, 2)
    w = m.weight
    m.load_state_dict(nn.Linear(2, 2).state_dict())
    m.weight is w
missing_key:
    raises(lambda: nn.Linear(2, 2).load_state_dict({"weight": torch.ones(2, 2)}))
missing_key_not_strict:
    m = nn.Linear(2, 2)
    m.load_state_dict({"weight": torch.ones(2, 2)}, strict=False).missing_keys
wrong_shape_not_strict:
    state = {"weight": torch.ones(3, 2)}
    raises(lambda: nn.Linear(2, 2).load_state_dict(state, strict=False))
count_of_parameters:
    sum(p.numel() for p in nn.Linear(10, 20).parameters())
"""

ANSWERS = truth(QUESTIONS)
