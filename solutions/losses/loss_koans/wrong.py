from pytest_torchkata.checks import wrong

from . import reference


@wrong("check_answer")
class MeanOverTheBatch:
    """This divides by the number of samples, or keeps one value for each sample. The regression losses
    know no samples: they average over all elements, and "none" reduces nothing at all.
    """

    ANSWERS = reference.ANSWERS | {"mse_mean": 12.0, "mse_none_shape": (4,)}


@wrong("check_answer")
class MeanOfTheRoot:
    """This is the difference itself. It is squared, and no root is taken afterwards."""

    ANSWERS = reference.ANSWERS | {"mse_mean": 2.0, "mse_sum": 24.0}


@wrong("check_answer")
class SumForEachSample:
    """This adds up within a sample only. The reduction "sum" runs over all elements of all samples."""

    ANSWERS = reference.ANSWERS | {"mse_sum": 12.0}


@wrong("check_answer")
class NothingLeftAfterNone:
    """The reduction "none" does return something: the loss of every element, not yet averaged."""

    ANSWERS = reference.ANSWERS | {"mse_none_shape": ()}


@wrong("check_answer")
class PairsUpColumnAndVector:
    """A column and a vector are not paired up: they broadcast to a square, in which every prediction
    meets every target. There is only a warning.
    """

    ANSWERS = reference.ANSWERS | {"mse_column_against_vector": 0.0}


@wrong("check_answer")
class NamedLikeTheMetric:
    """The name from the textbooks is not used in torch: this class is called after its norm."""

    ANSWERS = reference.ANSWERS | {"mae_class_exists": True}


@wrong("check_answer")
class HuberIsSmoothL1:
    """The two agree only where the threshold is 1. Smooth L1 divides its quadratic part by the
    threshold and then has slope 1; Huber does not divide, and its slope is the threshold.
    """

    ANSWERS = reference.ANSWERS | {"huber_and_smooth_l1_at_5": [8.0, 8.0]}


@wrong("check_answer")
class SmoothL1IsHuber:
    """The two agree only where the threshold is 1. The slope of Huber beyond its threshold is the
    threshold itself, and not 1 as in smooth L1.
    """

    ANSWERS = reference.ANSWERS | {"huber_and_smooth_l1_at_5": [4.0, 4.0]}


@wrong("check_answer")
class HuberAndSmoothL1Swapped:
    """These are the right numbers the wrong way round. Of the two, smooth L1 is the one whose slope
    never exceeds 1.
    """

    ANSWERS = reference.ANSWERS | {"huber_and_smooth_l1_at_5": [4.0, 8.0]}


@wrong("check_answer")
class ZerosAreAPerfectScore:
    """Logits of zero are not a loss of zero. They say that all classes are equally likely, and the
    loss is the negative logarithm of that probability.
    """

    ANSWERS = reference.ANSWERS | {"ce_uniform_logits": 0.0}


@wrong("check_answer")
class ProbabilityInsteadOfLogarithm:
    """This is the probability of the target class. The loss is its negative logarithm."""

    ANSWERS = reference.ANSWERS | {"ce_uniform_logits": 0.25}


@wrong("check_answer")
class CountsSamplesForClasses:
    """This is the logarithm of the number of samples. The scores of one sample are a row: the classes
    are in the second dimension.
    """

    ANSWERS = reference.ANSWERS | {"ce_uniform_logits": 1.6094}


@wrong("check_answer")
class SumsOverTheSamples:
    """This is the sum over the samples. The default is the mean."""

    ANSWERS = reference.ANSWERS | {"ce_uniform_logits": 6.9315}


@wrong("check_answer")
class EveryIntegerIsAnIndex:
    """Not every integer dtype will do for class indices: only int64 and, less known, uint8."""

    ANSWERS = reference.ANSWERS | {"ce_int32_target": None}


@wrong("check_answer")
class OnlyLongIndices:
    """int64 is the usual dtype of class indices, but one other is accepted: the error for the rest
    says "expected target dtype to be Long or Byte".
    """

    ANSWERS = reference.ANSWERS | {"ce_uint8_target": "RuntimeError"}


@wrong("check_answer")
class WholeFloatsAreIndices:
    """A floating target of shape (N,) is not converted to indices, however whole its numbers are.
    Floating targets are read as probabilities, and these need a value for every class.
    """

    ANSWERS = reference.ANSWERS | {"ce_float_index_target": None}


@wrong("check_answer")
class NeverFloatingTargets:
    """A floating target is accepted if it has the shape of the logits: it then holds the
    probabilities of the classes.
    """

    ANSWERS = reference.ANSWERS | {"ce_probability_target": "RuntimeError"}


@wrong("check_answer")
class OneHotIntegersAreProbabilities:
    """One-hot rows are probabilities only if they are floating. An integer target is always read as
    class indices, and has no class dimension.
    """

    ANSWERS = reference.ANSWERS | {"ce_one_hot_int_target": None}


@wrong("check_answer")
class IndicesAreNotChecked:
    """Class indices start at 0, so with three classes the last is 2. The CPU looks at every index."""

    ANSWERS = reference.ANSWERS | {"ce_target_out_of_range": None}


@wrong("check_answer")
class OutOfRangeIsRuntimeError:
    """It does raise, but a target out of range is treated as what it is, an index: think of what a
    Python list raises.
    """

    ANSWERS = reference.ANSWERS | {"ce_target_out_of_range": "RuntimeError"}


@wrong("check_answer")
class ValueErrorForValues:
    """It does raise, but not ValueError, which would be the Python of it. For a dtype or a shape that
    does not fit this loss raises what torch raises for nearly everything, and for an index that is
    out of range what a list raises.
    """

    ANSWERS = reference.ANSWERS | {
        "ce_target_out_of_range": "ValueError",
        "ce_wrong_sequence_layout": "ValueError",
        "ce_float_index_target": "ValueError",
        "ce_one_hot_int_target": "ValueError",
    }


@wrong("check_answer")
class DtypesRaiseTypeError:
    """It does raise, but a dtype that does not fit is no TypeError: to Python they are all tensors."""

    ANSWERS = reference.ANSWERS | {
        "ce_int32_target": "TypeError",
        "ce_float_index_target": "TypeError",
        "bce_with_int_target": "TypeError",
    }


@wrong("check_answer")
class ClassesComeLast:
    """For sequences and images, too, the classes are in the second dimension, and the target has the
    shape that is left without it. Scores of shape (batch, time, classes) must be transposed.
    """

    ANSWERS = reference.ANSWERS | {"ce_sequence_layout": (2, 5), "ce_wrong_sequence_layout": None}


@wrong("check_answer")
class AveragesOverTime:
    """Without a reduction there is one loss for each place in each sequence, and nothing is averaged
    or added up over time.
    """

    ANSWERS = reference.ANSWERS | {"ce_sequence_layout": (2,)}


@wrong("check_answer")
class NothingCountedIsZero:
    """The mean is a sum divided by the number of targets that count. With none of them that is 0 / 0."""

    ANSWERS = reference.ANSWERS | {"ce_of_ignored_targets_is_nan": False}


@wrong("check_answer")
class WeightMultipliesTheMean:
    """The mean divides by the sum of the weights of the targets, and not by their number. With one
    sample its weight is multiplied in and divided out again.
    """

    ANSWERS = reference.ANSWERS | {"weight_changes_the_mean_of_one_sample": True}


@wrong("check_answer")
class SmoothingHasNoFloor:
    """With smoothing the target is no longer one class: a score that is sure of itself pays for the
    share that the other class was given.
    """

    ANSWERS = reference.ANSWERS | {"label_smoothing_floor": 0.0}


@wrong("check_answer")
class SmoothingOverTheOthers:
    """The smoothing is spread over all classes, the right one included. With two classes the other one
    gets half of it, not all.
    """

    ANSWERS = reference.ANSWERS | {"label_smoothing_floor": 10.0}


@wrong("check_answer")
class SmoothingScalesTheProbability:
    """Smoothing changes the target, not the prediction: the probability of the right class is still 1
    here, and it is the logarithm of the other one that costs.
    """

    ANSWERS = reference.ANSWERS | {"label_smoothing_floor": 0.105}


@wrong("check_answer")
class CrossEntropyTakesProbabilities:
    """Cross-entropy takes raw scores: it does the log-softmax itself and then picks the target out.
    Probabilities that are given to it go through softmax a second time.
    """

    ANSWERS = reference.ANSWERS | {
        "ce_is_log_softmax_plus_nll": False,
        "best_loss_after_double_softmax": 0.0,
    }


@wrong("check_answer")
class NllTakesTheLogarithm:
    """nll_loss does not take a logarithm, in spite of its name. It picks out what it is given and
    changes the sign, so it wants log-probabilities.
    """

    ANSWERS = reference.ANSWERS | {"nll_of_probabilities_is_negative": False}


@wrong("check_answer")
class IntegersAreConverted:
    """The target of the binary loss is multiplied with logarithms and may lie anywhere from 0 to 1.
    It must be floating; whole numbers are not converted.
    """

    ANSWERS = reference.ANSWERS | {"bce_with_int_target": None}


@wrong("check_answer")
class EveryLossBroadcasts:
    """The binary losses want a target of exactly the input's shape. Unlike mse_loss and l1_loss they
    do not broadcast.
    """

    ANSWERS = reference.ANSWERS | {"bce_column_against_vector": None}


@wrong("check_answer")
class ShapesRaiseRuntimeError:
    """It does raise, but here the shapes are compared in Python, before any kernel runs."""

    ANSWERS = reference.ANSWERS | {"bce_column_against_vector": "RuntimeError"}


@wrong("check_answer")
class LogOfZeroIsInfinite:
    """The sigmoid of 200 is exactly 1 in float32, and the logarithm of 0 would be infinite.
    binary_cross_entropy therefore limits its logarithms from below.
    """

    ANSWERS = reference.ANSWERS | {"bce_of_saturated_sigmoid": float("inf")}


@wrong("check_answer")
class SigmoidKeepsItsDigits:
    """Once the sigmoid is rounded to 1 nobody can tell any more whether the logit was 20 or 200. The
    logarithm cannot bring it back: what comes out is a limit.
    """

    ANSWERS = reference.ANSWERS | {"bce_of_saturated_sigmoid": 200.0}


@wrong("check_answer")
class TheLogitsAreLimitedToo:
    """The limit belongs to the loss that takes probabilities. From logits the loss is computed without
    any, and grows with the logit of a confident mistake.
    """

    ANSWERS = reference.ANSWERS | {"bce_with_logits_saturated": 100.0}


@wrong("check_answer")
class SaturationIsInfinite:
    """From logits nothing overflows: for a large logit the loss of a wrong target is the logit."""

    ANSWERS = reference.ANSWERS | {"bce_with_logits_saturated": float("inf")}


@wrong("check_answer")
class DefaultIsTheDivergence:
    """The two reductions differ. The default averages over elements, as the other losses do, but the
    divergence of one distribution is a sum over its classes.
    """

    ANSWERS = reference.ANSWERS | {"kl_batchmean_over_default": 1.0}


@wrong("check_answer")
class DefaultIsTheSum:
    """The default is an average as well. It divides by more than "batchmean" does, not by less."""

    ANSWERS = reference.ANSWERS | {"kl_batchmean_over_default": 0.5}


@wrong("check_keys")
class InventedKey:
    """A key that is no question is answered by nothing: it is probably a misspelt one."""

    ANSWERS = reference.ANSWERS | {"mse_average": 4.0}
