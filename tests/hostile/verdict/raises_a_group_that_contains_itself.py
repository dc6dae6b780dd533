"""Its exception is its own cause, in a group with itself: whoever walks along it never ends."""

# kata: activations/softmax
# says: *ExceptionGroup: round (1 sub-exception)*


def my_softmax(x, dim=-1):
    error = ValueError("round and round")
    group = ExceptionGroup("round", [error])
    error.__cause__, error.__context__, group.__context__ = group, group, error
    group.__cause__ = error
    raise group


my_log_softmax = my_logsumexp = my_softmax
