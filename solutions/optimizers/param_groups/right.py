from pytest_torchkata.checks import right


@right
class NamedParameters:
    """A loop over named_parameters; ndim; the int 0; a key more for each group."""

    def param_groups(model, weight_decay):
        decay, no_decay = [], []
        for _name, param in model.named_parameters():
            if not param.requires_grad:
                continue
            if param.ndim < 2:
                no_decay.append(param)
            else:
                decay.append(param)
        return [
            {"params": decay, "weight_decay": weight_decay, "name": "decay"},
            {"params": no_decay, "weight_decay": 0, "name": "no decay"},
        ]


@right
class ByModuleWithIdentity:
    """All parameters of all modules, each once, put into order afterwards."""

    def param_groups(model, weight_decay):
        found = {}
        for module in model.modules():
            found.update({p: len(p.shape) > 1 for p in module.parameters(recurse=False) if p.requires_grad})
        ordered = [p for p in model.parameters() if p in found]
        return [
            {"params": [p for p in ordered if found[p]], "weight_decay": weight_decay},
            {"params": [p for p in ordered if not found[p]], "weight_decay": 0.0},
        ]
