from pytest_torchkata.checks import wrong

from . import reference


def grouping(
    members=lambda model, stage: model.get_submodule(stage).parameters(),
    steps=lambda index, stages: len(stages) - 1 - index,
    distinct=True,
    trainable=True,
    rest_rate=lambda rates, base_lr: [*rates, base_lr][0],
    rest_first=True,
    finish=lambda groups: [group for group in groups if group["params"]],
):
    """Return a layerwise_groups with one thing done otherwise."""

    def layerwise_groups(model, stages, base_lr, decay):
        seen = set()

        def take(parameters, distinct=distinct):
            taken = []
            for p in parameters:
                if (p.requires_grad or not trainable) and not (distinct and id(p) in seen):
                    taken.append(p)
            seen.update(map(id, taken))
            return taken

        rates = [base_lr * decay ** steps(index, stages) for index in range(len(stages))]
        groups = [
            {"params": take(members(model, stage)), "lr": rate, "name": stage}
            for stage, rate in zip(stages, rates, strict=True)
        ]
        left = take(model.parameters(), distinct=True)
        rest = {"params": left, "lr": rest_rate(rates, base_lr), "name": "rest"}
        return finish([rest, *groups] if rest_first else [*groups, rest])

    return layerwise_groups


@wrong("check_groups")
class ForgetsTheRest:
    """Parameters outside of the stages are in no group. The optimizer never hears of them: they are not
    updated, and nothing says so.
    """

    layerwise_groups = grouping(
        finish=lambda groups: [g for g in groups if g["params"] and g["name"] != "rest"]
    )


@wrong("check_groups")
class LargestRateFirst:
    """The earliest layers have the largest rate. They are the most general and are to change least: the
    last stage has base_lr.
    """

    layerwise_groups = grouping(steps=lambda index, stages: index)


@wrong("check_groups")
class DecaysOnceMore:
    """The last stage already has a factor of decay. It is to have base_lr itself."""

    layerwise_groups = grouping(steps=lambda index, stages: len(stages) - index)


@wrong("check_groups")
class RestAtTheBaseRate:
    """What is left over has base_lr, the rate of the head. It is to be as careful as the first stage is."""

    layerwise_groups = grouping(rest_rate=lambda rates, base_lr: base_lr)


@wrong("check_groups")
class RestComesLast:
    """The group of what is left over is the last one. It is to come first."""

    layerwise_groups = grouping(rest_first=False)


@wrong("check_groups")
class RestIsOneMoreStage:
    """What is left over has one factor of decay more than the first stage. It is to have the same rate."""

    def layerwise_groups(model, stages, base_lr, decay):
        groups = reference.layerwise_groups(model, stages, base_lr, decay)
        for group in groups:
            if group["name"] == "rest" and stages:
                group["lr"] *= decay
        return groups


@wrong("check_groups")
class PrefixOfTheName:
    """Parameters are found by how their names begin. layer10 begins with layer1, and lands in its group."""

    layerwise_groups = grouping(
        members=lambda model, stage: [
            p for n, p in model.named_parameters() if n.startswith(stage) and model.get_submodule(stage)
        ]
    )


@wrong("check_groups")
class NamesThatContainTheStage:
    """Parameters are found by whether the stage occurs somewhere in their names."""

    layerwise_groups = grouping(
        members=lambda model, stage: [p for n, p in model.named_parameters() if stage in n]
    )


@wrong("check_rates")
class DividesByTheDecay:
    """The rates are divided by decay, so they grow towards the input."""

    layerwise_groups = grouping(steps=lambda index, stages: index + 1 - len(stages))


@wrong("check_nested")
class InEveryStage:
    """A parameter is in the group of every stage that contains it. An optimizer refuses that: each may be in
    one group only.
    """

    layerwise_groups = grouping(distinct=False)


@wrong("check_nested")
class LastStageWins:
    """A parameter that is in several stages is in the last of them. It is to be in the first."""

    def layerwise_groups(model, stages, base_lr, decay):
        groups = {g["name"]: g for g in reference.layerwise_groups(model, [], base_lr, decay)}
        rates = [base_lr * decay**n for n in reversed(range(len(stages)))]
        owner = {}
        for stage, rate in zip(stages, rates, strict=True):
            for p in model.get_submodule(stage).parameters():
                owner[id(p)] = (stage, rate)
        first = rates[0] if stages else base_lr
        groups = {"rest": {"params": [], "lr": first, "name": "rest"}}
        groups |= {s: {"params": [], "lr": r, "name": s} for s, r in zip(stages, rates, strict=True)}
        for p in model.parameters():
            if p.requires_grad:
                groups[owner.get(id(p), ("rest",))[0]]["params"].append(p)
        return [group for group in groups.values() if group["params"]]


@wrong("check_shared")
class SharedByName:
    """Parameters are told apart by their names. A shared one is found under another name in each stage, and
    is in two groups.
    """

    def layerwise_groups(model, stages, base_lr, decay):
        seen, groups = set(), []
        named = list(model.named_parameters(remove_duplicate=False))
        rates = [base_lr * decay**n for n in reversed(range(len(stages)))]
        for stage, rate in zip(stages, rates, strict=True):
            model.get_submodule(stage)
            mine = [
                (n, p) for n, p in named if n.startswith(stage + ".") and n not in seen and p.requires_grad
            ]
            seen.update(n for n, _ in mine)
            groups.append({"params": [p for _, p in mine], "lr": rate, "name": stage})
        rest = [p for n, p in named if n not in seen and p.requires_grad]
        groups.insert(0, {"params": rest, "lr": [*rates, base_lr][0], "name": "rest"})
        return [group for group in groups if group["params"]]


@wrong("check_frozen")
class FrozenOnesToo:
    """Frozen parameters are in the groups as well. They would be moved by gradients that they still hold."""

    layerwise_groups = grouping(trainable=False)


@wrong("check_frozen")
class DecayStartsAgain:
    """A stage without trainable parameters is skipped before the rates are counted, so all earlier stages
    have too large a rate. It keeps its place.
    """

    def layerwise_groups(model, stages, base_lr, decay):
        alive = [s for s in stages if any(p.requires_grad for p in model.get_submodule(s).parameters())]
        return reference.layerwise_groups(model, alive, base_lr, decay)


@wrong("check_frozen")
class EmptyGroups:
    """A stage without trainable parameters has a group without parameters. It is to have none."""

    layerwise_groups = grouping(
        finish=lambda groups: [g for g in groups if g["params"] or g["name"] != "rest"]
    )


@wrong("check_groups")
class EmptyRest:
    """There is a group of what is left over although nothing is."""

    layerwise_groups = grouping(
        finish=lambda groups: [g for g in groups if g["params"] or g["name"] == "rest"]
    )


@wrong("check_lists")
class Generators:
    """params is a generator. The first that goes through it uses it up: print the groups, and the optimizer
    gets empty ones.
    """

    def layerwise_groups(model, stages, base_lr, decay):
        groups = reference.layerwise_groups(model, stages, base_lr, decay)
        return [group | {"params": (p for p in group["params"])} for group in groups]


@wrong("check_unknown")
class SkipsUnknownStages:
    """A stage that does not exist is skipped. A misspelt name then goes unnoticed, and the layer is trained
    at another rate.
    """

    def layerwise_groups(model, stages, base_lr, decay):
        known = dict(model.named_modules())
        return reference.layerwise_groups(model, [s for s in stages if s in known], base_lr, decay)


@wrong("check_unknown")
class UnknownStageIsAKeyError:
    """The stages are looked up in a dict, which raises KeyError. AttributeError was asked for, as
    get_submodule raises it.
    """

    layerwise_groups = grouping(members=lambda model, stage: dict(model.named_modules())[stage].parameters())
