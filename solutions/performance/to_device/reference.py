import torch


def to_device(batch: object, device: torch.device | str, non_blocking: bool = False) -> object:
    if hasattr(batch, "to"):  # first: a packed sequence is a named tuple too
        return batch.to(device, non_blocking=non_blocking)
    if isinstance(batch, dict):
        return {key: to_device(value, device, non_blocking) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        moved = [to_device(value, device, non_blocking) for value in batch]
        # A named tuple takes its fields one by one, a plain one takes a list.
        return type(batch)(*moved) if hasattr(batch, "_fields") else type(batch)(moved)
    return batch


def pick_device() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
