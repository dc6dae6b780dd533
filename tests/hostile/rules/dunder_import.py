"""It calls __import__ and takes what it needs by subscript."""

# kata: activations/softmax
# says: The rule: without *

SOFT = "soft" + "max"
tools = __import__("torch.nn.functional", fromlist=["functional"]).__dict__


def my_softmax(x, dim=-1):
    return tools[SOFT](x, dim)


def my_log_softmax(x, dim=-1):
    return tools["log_" + SOFT](x, dim)


def my_logsumexp(x, dim=-1, keepdim=False):
    return __import__("torch").__dict__["logsum" + "exp"](x, dim, keepdim)
