"""Parameters, buffers and everything else

A module keeps three tables: parameters, buffers and submodules. What an attribute is decides which
table it goes to, if any, and that decides whether it is trained, saved, moved and cast.

Predict, without running anything, the value of the last line of each snippet, and write it in the
place of the dots: a list, a tuple, a number, a bool, a dtype as in torch.float32, or, for
raises(...), the name of the exception class as a string, None if nothing is raised.

    raises(f)      the name of the class of the exception that calling f raises, else None

Rules
    - list(state_dict) is the list of its keys, in order.
    - torch, nn, F and np are imported. The default dtype is torch.float32.
    - Each snippet is run on the installed torch and compared with your answer.

Why it is asked: a model that does not train, does not load or computes on the wrong device has very
often something in no table, or in the wrong one. The keys of a state dict are the module tree,
spelled out.

Example
    "parameters_of_a_relu" with the snippet  list(nn.ReLU().parameters())  would be answered by  []
"""

import torch

ANSWERS: dict[str, object] = {
    # list(nn.Linear(2, 3).state_dict())
    "linear_keys": ...,
    # m = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))
    # list(m.state_dict())
    "sequential_keys": ...,
    # raises(lambda: nn.Sequential(("fc", nn.Linear(2, 2))))
    "sequential_of_pairs": ...,
    # from collections import OrderedDict
    # m = nn.Sequential(OrderedDict(fc=nn.Linear(2, 2), act=nn.ReLU()))
    # [name for name, _ in m.named_children()]
    "ordered_dict_names": ...,
    # list(nn.BatchNorm1d(3).state_dict())
    "batchnorm_keys": ...,
    # [name for name, _ in nn.BatchNorm1d(3).named_parameters()]
    "batchnorm_parameter_names": ...,
    # list(nn.Dropout().state_dict())
    "dropout_keys": ...,
    # m = nn.Module()
    # m.w = torch.ones(2)
    # (list(m.state_dict()), len(list(m.parameters())))
    "keys_and_parameters_of_a_plain_tensor": ...,
    # m = nn.Module()
    # m.layers = [nn.Linear(2, 2)]
    # len(list(m.parameters()))
    "parameters_of_a_python_list": ...,
    # m = nn.Module()
    # m.layers = nn.ModuleList([nn.Linear(2, 2, bias=False), nn.ReLU()])
    # list(m.state_dict())
    "module_list_keys": ...,
    # m = nn.Module()
    # m.heads = nn.ModuleDict({"a": nn.Linear(2, 2, bias=False)})
    # list(m.state_dict())
    "module_dict_keys": ...,
    # m = nn.Module()
    # m.register_buffer("b", torch.ones(2))
    # (list(m.state_dict()), len(list(m.parameters())))
    "buffer_in_state_dict": ...,
    # m = nn.Module()
    # m.register_buffer("b", torch.ones(2), persistent=False)
    # (list(m.state_dict()), len(list(m.buffers())))
    "non_persistent_buffer": ...,
    # m = nn.Module()
    # m.register_buffer("b", torch.ones(2))
    # m.t = torch.ones(2)
    # m.double()
    # (m.b.dtype, m.t.dtype)
    "buffer_and_plain_tensor_after_double": ...,
    # nn.BatchNorm1d(3).half().num_batches_tracked.dtype
    "integer_buffer_after_half": ...,
    # m = nn.Module()
    # m.a = nn.Linear(3, 3)
    # m.b = m.a
    # len(list(m.parameters()))
    "shared_layer_parameter_count": ...,
    # m = nn.Module()
    # m.a = nn.Linear(3, 3)
    # m.b = m.a
    # len(m.state_dict())
    "shared_layer_keys": ...,
    # m = nn.Linear(2, 2)
    # raises(lambda: setattr(m, "weight", torch.ones(2, 2)))
    "tensor_over_parameter": ...,
    # class Late(nn.Module):
    #     def __init__(self):
    #         self.fc = nn.Linear(2, 2)
    #         super().__init__()
    # raises(Late)
    "assign_before_super_init": ...,
    # nn.Linear(2, 2).state_dict()["weight"].requires_grad
    "state_dict_values_require_grad": ...,
    # m = nn.Linear(2, 2)
    # w = m.weight
    # m.load_state_dict(nn.Linear(2, 2).state_dict())
    # m.weight is w
    "same_weight_object_after_loading": ...,
    # raises(lambda: nn.Linear(2, 2).load_state_dict({"weight": torch.ones(2, 2)}))
    "missing_key": ...,
    # m = nn.Linear(2, 2)
    # m.load_state_dict({"weight": torch.ones(2, 2)}, strict=False).missing_keys
    "missing_key_not_strict": ...,
    # state = {"weight": torch.ones(3, 2)}
    # raises(lambda: nn.Linear(2, 2).load_state_dict(state, strict=False))
    "wrong_shape_not_strict": ...,
    # sum(p.numel() for p in nn.Linear(10, 20).parameters())
    "count_of_parameters": ...,
}
