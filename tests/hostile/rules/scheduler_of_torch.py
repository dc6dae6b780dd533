"""It wraps torch's own scheduler, taken from the namespace of its module."""

# kata: schedulers/reduce_on_plateau
# says: The rule: without *

import torch

PLATEAU = "ReduceLR" + "OnPlateau"


class ReduceOnPlateau:
    def __init__(self, optimizer, mode="min", factor=0.1, **options):
        self.inner = vars(torch.optim.lr_scheduler)[PLATEAU](
            optimizer, mode, factor, eps=0, **{"threshold": 1e-4, **options}
        )

    def step(self, metric):
        self.inner.step(float(metric))

    def state_dict(self):
        state = vars(self.inner)
        return {name: state[name] for name in ("best", "num_bad_epochs", "cooldown_counter")}

    def load_state_dict(self, state):
        vars(self.inner).update(state)
