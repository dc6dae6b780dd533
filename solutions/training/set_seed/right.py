import os
import random

import numpy as np
import torch

from pytest_torchkata.checks import right


@right
class AllTheSwitches:
    """Every switch that is usually named, and worker seeds cut to size with a mask."""

    def set_seed(seed=42):
        os.environ["PYTHONHASHSEED"] = f"{seed}"
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        torch.manual_seed(seed)
        torch.cuda.manual_seed(seed)
        torch.cuda.manual_seed_all(seed)
        np.random.seed(seed)
        random.seed(seed)

    def seed_worker(worker_id):
        worker_seed = torch.initial_seed() & 0xFFFFFFFF
        np.random.seed(worker_seed)
        random.seed(worker_seed)

    def make_generator(seed):
        generator = torch.Generator(device="cpu")
        generator.manual_seed(seed)
        return generator


@right
class WorkerInfo:
    """The worker's seed from get_worker_info, and random with all of its bits."""

    def seed_worker(worker_id):
        info = torch.utils.data.get_worker_info()
        seed = torch.initial_seed() if info is None else info.seed
        random.seed(seed)
        np.random.seed(seed % 2**32)
