from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
from_numpy_dtype:
    torch.from_numpy(np.array([1.0])).dtype
tensor_of_float_array_dtype:
    torch.tensor(np.array([1.0])).dtype
from_numpy_sees_writes:
    a = np.zeros(2)
    t = torch.from_numpy(a)
    a[0] = 5
    t[0].item()
tensor_sees_writes:
    a = np.zeros(2)
    t = torch.tensor(a)
    a[0] = 5
    t[0].item()
as_tensor_sees_writes:
    a = np.zeros(2)
    t = torch.as_tensor(a)
    a[0] = 5
    t[0].item()
cast_sees_writes:
    a = np.zeros(2)
    t = torch.from_numpy(a).float()
    a[0] = 5
    t[0].item()
after_rebinding_the_array_name:
    a = np.zeros(2)
    t = torch.from_numpy(a)
    a = a + 1
    t[0].item()
numpy_view_sees_inplace:
    t = torch.zeros(2)
    a = t.numpy()
    t.add_(1)
    float(a[0])
numpy_view_sees_out_of_place:
    t = torch.zeros(2)
    a = t.numpy()
    t = t + 1
    float(a[0])
numpy_of_tensor_with_grad:
    raises(lambda: torch.ones(2, requires_grad=True).numpy())
after_writing_detached_numpy:
    t = torch.ones(2, requires_grad=True)
    t.detach().numpy()[0] = 7
    t[0].item()
reversed_array:
    raises(lambda: torch.from_numpy(np.arange(3)[::-1]))
numpy_scalar_dtype:
    torch.tensor(np.float64(1.0)).dtype
"""

ANSWERS = truth(QUESTIONS)
