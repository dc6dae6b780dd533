import torch

from pytest_torchkata.checks import right


@right
class ThreeCountsPerClass:
    """True positives, predictions and targets counted per class, in plain Python."""

    class ClassificationMeter:
        def __init__(self, num_classes):
            self.C = num_classes
            self.reset()

        def reset(self):
            self.tp = [0] * self.C
            self.fp = [0] * self.C
            self.fn = [0] * self.C
            self.total = 0

        @torch.no_grad()
        def update(self, logits, targets):
            for p, t in zip(logits.argmax(-1).tolist(), targets.tolist(), strict=True):
                if not 0 <= t < self.C:
                    raise IndexError(f"target {t}")
                self.total += 1
                if p == t:
                    self.tp[t] += 1
                else:
                    self.fp[p] += 1
                    self.fn[t] += 1

        def compute(self):
            if self.total == 0:
                raise ValueError("no samples")
            ps, rs, fs = [], [], []
            for tp, fp, fn in zip(self.tp, self.fp, self.fn, strict=True):
                if tp + fp + fn == 0:
                    continue
                p = tp / (tp + fp) if tp + fp else 0.0
                r = tp / (tp + fn) if tp + fn else 0.0
                ps.append(p)
                rs.append(r)
                fs.append(2 * p * r / (p + r) if p + r else 0.0)
            n = len(ps)
            accuracy = sum(self.tp) / self.total
            return {"accuracy": accuracy, "precision": sum(ps) / n, "recall": sum(rs) / n, "f1": sum(fs) / n}


@right
class ConfusionMatrix:
    """A confusion matrix filled by bincount, which refuses bad targets by itself; float32 ratios."""

    class ClassificationMeter:
        def __init__(self, num_classes):
            self.num_classes = num_classes
            self.confusion = torch.zeros(num_classes, num_classes, dtype=torch.long)

        def update(self, logits, targets):
            predictions = logits.detach().argmax(dim=1).cpu()
            index = targets.cpu() * self.num_classes + predictions
            if (targets < 0).any():
                raise ValueError("negative target")
            counts = torch.bincount(index, minlength=self.num_classes**2)
            self.confusion += counts.reshape(self.num_classes, self.num_classes)

        def compute(self):
            cm = self.confusion.float()
            if cm.sum() == 0:
                raise ValueError("empty")
            tp = cm.diag()
            keep = (cm.sum(0) + cm.sum(1)) > 0
            precision = torch.nan_to_num(tp / cm.sum(0), nan=0.0)
            recall = torch.nan_to_num(tp / cm.sum(1), nan=0.0)
            f1 = torch.nan_to_num(2 * precision * recall / (precision + recall), nan=0.0)
            return {
                "accuracy": float(tp.sum() / cm.sum()),
                "precision": float(precision[keep].mean()),
                "recall": float(recall[keep].mean()),
                "f1": float(f1[keep].mean()),
            }

        def reset(self):
            self.confusion.zero_()
