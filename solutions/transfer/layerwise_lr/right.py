from pytest_torchkata.checks import right


@right
class ByName:
    """Every parameter looks for the first stage that it is in, from the input side."""

    def layerwise_groups(model, stages, base_lr, decay):
        owners = [{id(p) for p in model.get_submodule(stage).parameters()} for stage in stages]
        members = {index: [] for index in range(-1, len(stages))}
        for p in model.parameters():
            if p.requires_grad:
                index = next((i for i, owned in enumerate(owners) if id(p) in owned), -1)
                members[index].append(p)
        groups = []
        for index, params in members.items():
            if params:
                lr = base_lr
                for _ in range(len(stages) - 1 - max(index, 0)):
                    lr *= decay
                name = "rest" if index < 0 else stages[index]
                groups.append({"params": params, "lr": lr, "name": name})
        return groups


@right
class FromTheEnd:
    """The rate is divided down from the last stage; parameters are kept in a set."""

    def layerwise_groups(model, stages, base_lr, decay):
        lrs, lr = {}, base_lr
        for stage in reversed(stages):
            lrs[stage] = lr
            lr = lr * decay
        first_lr = lrs[stages[0]] if stages else base_lr
        groups, used = [], set()
        for stage in stages:
            params = [p for p in model.get_submodule(stage).parameters() if p.requires_grad and p not in used]
            used.update(params)
            if len(params) > 0:
                groups.append({"params": params, "lr": lrs[stage], "name": stage})
        rest = [p for n, p in model.named_parameters() if p.requires_grad and p not in used]
        if rest:
            groups.insert(0, {"name": "rest", "params": rest, "lr": first_lr})
        return groups
