import re

from pytest_torchkata.checks import truth

# The truth is not written down here: every snippet is run on the installed torch.
QUESTIONS = """
iterations_per_epoch:
    len(DataLoader(range(10000), batch_size=50))
iterations_with_a_rest:
    len(DataLoader(range(1000), batch_size=32))
last_batch_size:
    [len(b) for b in DataLoader(range(10), batch_size=4)]
drop_last_sizes:
    [len(b) for b in DataLoader(range(10), batch_size=4, drop_last=True)]
samples_seen_with_drop_last:
    loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, drop_last=True)
    (sum(len(b[0]) for b in loader), len(loader.dataset))
batch_of_python_ints_dtype:
    next(iter(DataLoader(range(4), batch_size=2))).dtype
batch_of_python_floats_dtype:
    next(iter(DataLoader([0.5, 1.5], batch_size=2))).dtype
batch_of_float32_numpy_dtype:
    next(iter(DataLoader(np.zeros((4, 3), dtype=np.float32), batch_size=2))).dtype
batch_of_pairs:
    pairs = [(torch.ones(2), 1), (torch.ones(2), 0)]
    type(next(iter(DataLoader(pairs, batch_size=2)))).__name__
batch_of_dicts:
    items = [{"x": torch.ones(3)}, {"x": torch.ones(3)}]
    tuple(next(iter(DataLoader(items, batch_size=2)))["x"].shape)
batch_of_strings:
    next(iter(DataLoader(["a", "b"], batch_size=2)))
ragged_batch:
    raises(lambda: next(iter(DataLoader([torch.ones(2), torch.ones(3)], batch_size=2))))
batch_of_unknown_objects:
    raises(lambda: next(iter(DataLoader([object(), object()], batch_size=2))))
batch_size_none:
    tuple(next(iter(DataLoader([torch.ones(3), torch.ones(3)], batch_size=None))).shape)
two_shuffled_epochs_are_equal:
    torch.manual_seed(0)
    loader = DataLoader(range(100), batch_size=100, shuffle=True)
    torch.equal(next(iter(loader)), next(iter(loader)))
equal_generator_seeds_give_equal_orders:
    g, h = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    a = DataLoader(range(100), batch_size=100, shuffle=True, generator=g)
    b = DataLoader(range(100), batch_size=100, shuffle=True, generator=h)
    torch.equal(next(iter(a)), next(iter(b)))
shuffle_with_sampler:
    raises(lambda: DataLoader(range(4), shuffle=True, sampler=[0, 1, 2, 3]))
random_split_fractions:
    [len(s) for s in random_split(range(11), [0.7, 0.15, 0.15])]
random_split_wrong_total:
    raises(lambda: random_split(range(10), [5, 4]))
int_of_029_times_100:
    int(0.29 * 100)
two_subsets_hold_one_dataset:
    data = list(range(10))
    a, b = random_split(data, [5, 5])
    a.dataset is b.dataset
main_pid_among_worker_pids:
    class Pid(Dataset):
        def __len__(self):
            return 2
        def __getitem__(self, i):
            return os.getpid()
    loader = DataLoader(Pid(), batch_size=2, num_workers=1, multiprocessing_context="fork")
    os.getpid() in next(iter(loader)).tolist()
numpy_global_stream_differs_between_workers:
    class Noise(Dataset):
        def __len__(self):
            return 2
        def __getitem__(self, i):
            return np.random.randint(10 ** 9)
    a, b = DataLoader(Noise(), batch_size=1, num_workers=2, multiprocessing_context="fork")
    a.item() != b.item()
numpy_global_stream_differs_between_epochs:
    class Noise(Dataset):
        def __len__(self):
            return 1
        def __getitem__(self, i):
            return np.random.randint(10 ** 9)
    loader = DataLoader(Noise(), num_workers=1, multiprocessing_context="fork")
    next(iter(loader)).item() != next(iter(loader)).item()
torch_seed_repeats_numpy_in_workers:
    class Noise(Dataset):
        def __len__(self):
            return 1
        def __getitem__(self, i):
            return np.random.randint(10 ** 9)
    loader = DataLoader(Noise(), num_workers=1, multiprocessing_context="fork")
    torch.manual_seed(0)
    first = next(iter(loader)).item()
    torch.manual_seed(0)
    first == next(iter(loader)).item()
private_generator_differs_between_workers:
    class Noise(Dataset):
        def __init__(self):
            self.rng = np.random.default_rng(0)
        def __len__(self):
            return 2
        def __getitem__(self, i):
            return int(self.rng.integers(10 ** 9))
    a, b = DataLoader(Noise(), batch_size=1, num_workers=2, multiprocessing_context="fork")
    a.item() != b.item()
"""

IMPORTS = """
    import os
    from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split"""

ANSWERS = truth(re.sub(r"^\w+:$", rf"\g<0>{IMPORTS}", QUESTIONS, flags=re.MULTILINE))
