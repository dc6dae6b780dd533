from pytest_torchkata.checks import right


@right
class NoneAsBest:
    """best is None at first, the cooldown is handled last, and the state is built by leaving out."""

    class ReduceOnPlateau:
        def __init__(
            self,
            optimizer,
            mode="min",
            factor=0.1,
            patience=10,
            threshold=1e-4,
            cooldown=0,
            min_lr=0.0,
        ):
            if mode not in {"min", "max"}:
                raise ValueError(mode)
            if not factor < 1.0:
                raise ValueError(factor)
            self.optimizer = optimizer
            self.sign = -1 if mode == "max" else 1
            self.factor = factor
            self.patience = patience
            self.threshold = threshold
            self.cooldown = cooldown
            self.min_lr = min_lr
            self.best = None
            self.num_bad_epochs = 0
            self.cooldown_counter = 0

        def step(self, metrics):
            current = float(metrics)
            if current != current:
                better = False
            elif self.best is None:
                better = True
            else:
                limit = self.best * (1 - self.sign * self.threshold)
                better = self.sign * current < self.sign * limit
            if better:
                self.best = current
                self.num_bad_epochs = 0
            else:
                self.num_bad_epochs += 1
            if self.cooldown_counter > 0:
                self.cooldown_counter -= 1
                self.num_bad_epochs = 0
            if self.num_bad_epochs > self.patience:
                for group in self.optimizer.param_groups:
                    if group["lr"] > self.min_lr:
                        group["lr"] = max(self.factor * group["lr"], self.min_lr)
                self.cooldown_counter = self.cooldown
                self.num_bad_epochs = 0

        def state_dict(self):
            return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

        def load_state_dict(self, state_dict):
            self.__dict__.update(state_dict)
