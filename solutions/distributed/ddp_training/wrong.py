import torch
import torch.distributed as dist
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

from pytest_torchkata.checks import wrong


class _Run:
    """The steps of the reference, apart, so that a mistake can replace one of them."""

    def __new__(cls, *arguments):
        return super().__new__(cls).all(*arguments)

    def all(self, rank, world_size, init_method, make_model, dataset, epochs, batch_size, lr, path):
        self.rank, self.world_size, self.path = rank, world_size, path
        dist.init_process_group("gloo", init_method=init_method, rank=rank, world_size=world_size)
        try:
            losses = self.training(make_model, dataset, epochs, batch_size, lr)
        except BaseException:
            self.after_error()
            raise
        self.leave()
        return losses

    def after_error(self):
        dist.destroy_process_group()

    def leave(self):
        dist.destroy_process_group()

    def training(self, make_model, dataset, epochs, batch_size, lr):
        self.model = self.wrapped(make_model())
        sampler = self.sampler(dataset)
        loader = self.loader(dataset, batch_size, sampler)
        optimizer = torch.optim.SGD(self.model.parameters(), lr=lr)
        losses = []
        for epoch in range(epochs):
            self.begin(sampler, epoch)
            losses.append(self.epoch(loader, optimizer))
        self.finish()
        return losses

    def wrapped(self, model):
        return DistributedDataParallel(model)

    def sampler(self, dataset):
        return DistributedSampler(dataset, self.world_size, self.rank, seed=0)

    def loader(self, dataset, batch_size, sampler):
        return DataLoader(dataset, batch_size=batch_size, sampler=sampler)

    def begin(self, sampler, epoch):
        sampler.set_epoch(epoch)

    def epoch(self, loader, optimizer):
        self.model.train()
        pairs = []
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(self.model(x), y)
            loss.backward()
            self.before_step()
            optimizer.step()
            pairs.append((loss.item(), len(x)))
        return self.mean(pairs)

    def before_step(self):
        pass

    def mean(self, pairs):
        sums = torch.tensor([sum(a * b for a, b in pairs), sum(b for _, b in pairs)], dtype=torch.float64)
        dist.all_reduce(sums)
        return (sums[0] / sums[1]).item()

    def finish(self):
        if self.rank == 0:
            self.save()
        dist.barrier()

    def save(self):
        torch.save(getattr(self.model, "module", self.model).state_dict(), self.path)


def _average(model, divisor):
    for p in model.parameters():
        dist.all_reduce(p.grad)
        p.grad /= divisor


@wrong("check_epochs")
class ForgetsSetEpoch:
    """set_epoch is not called. The sampler cannot know that a new epoch has begun, and each one has the
    order of the first.
    """

    class run(_Run):
        def begin(self, sampler, epoch):
            pass


@wrong("check_file")
class SavesTheWrapper:
    """The state dict of the wrapper is saved. All of its names begin with module., and the plain model
    does not know them.
    """

    class run(_Run):
        def save(self):
            torch.save(self.model.state_dict(), self.path)


@wrong("check_file")
class EveryRankSaves:
    """Every rank writes the file. On one machine they all write to the same path at the same time, and
    what is left may be torn.
    """

    class run(_Run):
        def finish(self):
            self.save()
            dist.barrier()


@wrong("check_one_epoch")
class LocalLoss:
    """The loss of this rank's own samples is returned: every rank reports another number."""

    class run(_Run):
        def mean(self, pairs):
            return sum(a * b for a, b in pairs) / sum(b for _, b in pairs)


@wrong("check_epochs")
class MeanOfBatchMeans:
    """The mean is taken over batches, whatever their size. The samples of a smaller last batch count more
    than the others.
    """

    class run(_Run):
        def mean(self, pairs):
            return super().mean([(loss, 1) for loss, _ in pairs])


@wrong("check_one_epoch")
class SumOfRanks:
    """The losses of the ranks are added and not divided by their number."""

    class run(_Run):
        def mean(self, pairs):
            return super().mean(pairs) * self.world_size


@wrong("check_file_is_complete")
class NoBarrier:
    """The other ranks do not wait until rank 0 has written the file: they meet nowhere at the end, or
    before the writing. Whoever reads the file right after run may find none, or half of one.
    """

    class run(_Run):
        def finish(self):
            if self.rank == 0:
                self.save()


@wrong("check_one_epoch")
class DividesAgain:
    """The gradients are divided by the number of ranks after the backward. DDP has averaged them already:
    the steps are too short.
    """

    class run(_Run):
        def before_step(self):
            for p in self.model.parameters():
                p.grad /= self.world_size


@wrong("check_one_epoch")
class SumsTheGradients:
    """The gradients are averaged by hand, but all_reduce adds up and nothing divides. The steps are as
    many times too long as there are ranks.
    """

    class run(_Run):
        def wrapped(self, model):
            for tensor in (*model.parameters(), *model.buffers()):
                dist.broadcast(tensor.detach(), 0)
            return model

        def before_step(self):
            _average(self.model, 1)


@wrong("check_one_epoch")
class NotWrapped:
    """The model is not wrapped. Each rank trains one of its own on its part of the data, and that of rank
    0 is saved.
    """

    class run(_Run):
        def wrapped(self, model):
            for tensor in (*model.parameters(), *model.buffers()):
                dist.broadcast(tensor.detach(), 0)
            return model


@wrong("check_initial_weights")
class OwnInitialWeights:
    """The gradients are averaged, but every rank starts from its own weights. They are moved alike, and
    stay as different as they were.
    """

    class run(_Run):
        def wrapped(self, model):
            return model

        def before_step(self):
            _average(self.model, self.world_size)


@wrong("check_one_epoch")
class WholeDatasetOnEveryRank:
    """There is no sampler, so that every rank goes over the whole dataset. All do the same work, and
    nothing is gained.
    """

    class run(_Run):
        def sampler(self, dataset):
            return None

        def loader(self, dataset, batch_size, sampler):
            self.generator = torch.Generator()
            return DataLoader(dataset, batch_size, shuffle=True, generator=self.generator)

        def begin(self, sampler, epoch):
            self.generator.manual_seed(epoch)


@wrong("check_epochs")
class NoShuffling:
    """The sampler does not shuffle. Every epoch has the order of the dataset."""

    class run(_Run):
        def sampler(self, dataset):
            return DistributedSampler(dataset, self.world_size, self.rank, shuffle=False)


@wrong("check_epochs")
class DropsTheLastBatch:
    """The last batch of a rank is left out where it is smaller. It is to be used."""

    class run(_Run):
        def loader(self, dataset, batch_size, sampler):
            return DataLoader(dataset, batch_size=batch_size, sampler=sampler, drop_last=True)


@wrong("check_uneven")
class DropsTheRest:
    """The samples that cannot be shared out evenly are left out. The order is to be extended from its
    own beginning.
    """

    class run(_Run):
        def sampler(self, dataset):
            return DistributedSampler(dataset, self.world_size, self.rank, drop_last=True)


@wrong("check_one_epoch")
class BatchSharedOut:
    """batch_size is divided by the number of ranks. It is the number of samples per rank."""

    class run(_Run):
        def loader(self, dataset, batch_size, sampler):
            return DataLoader(dataset, batch_size=batch_size // self.world_size, sampler=sampler)


@wrong("check_batch_norm")
class NotInTrainMode:
    """The model stays in the mode in which it was made. In eval mode batch norm neither uses its batch nor
    learns from it.
    """

    class run(_Run):
        def epoch(self, loader, optimizer):
            kept, self.model.train = self.model.train, lambda: None
            result = super().epoch(loader, optimizer)
            self.model.train = kept
            return result

        def wrapped(self, model):
            wrapped = super().wrapped(model)
            wrapped.train(model.training)
            return wrapped


@wrong("check_batch_norm")
class SavesParametersOnly:
    """Only the parameters are saved. The running statistics of batch norm are buffers, and belong to the
    state dict.
    """

    class run(_Run):
        def save(self):
            torch.save({n: p.detach() for n, p in self.model.module.named_parameters()}, self.path)


@wrong("check_group")
class LeavesOnSuccessOnly:
    """destroy_process_group is behind the training. When that raises, the line is never reached, and the
    process stays in the group.
    """

    class run(_Run):
        def after_error(self):
            pass


@wrong("check_group")
class NeverLeaves:
    """The group is never left. A second call of run in the same process would fail."""

    class run(_Run):
        def after_error(self):
            pass

        def leave(self):
            pass


@wrong("check_group")
class SwallowsTheError:
    """What is raised in training is caught and does not come through. The caller takes the run for a
    success.
    """

    class run(_Run):
        def all(self, *arguments):
            try:
                return super().all(*arguments)
            except Exception:
                return []


@wrong("check_one_epoch")
class ReturnsTensors:
    """The losses are tensors. Plain numbers were asked for."""

    class run(_Run):
        def mean(self, pairs):
            return torch.tensor(super().mean(pairs))


@wrong("check_epochs")
class KeepsOldGradients:
    """The gradients are never cleared: those of earlier steps are added to the new ones."""

    class run(_Run):
        def epoch(self, loader, optimizer):
            optimizer.zero_grad = lambda: None
            return super().epoch(loader, optimizer)
