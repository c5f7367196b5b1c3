"""What is told from a norm's arrays alone. Gravest causes first: what follows from one stands behind it."""

from bncore.doctor.findings.kinds.kind import Kind

OF_WEIGHTS = (
    Kind(
        "lengths_differ", "Arrays of unlike lengths", "error", 0.0,
        "γ, β, mean and variance of a norm do not all have as many values, or one of mean and variance is missing.",
        "Never of a norm that its framework can load.",
        "Each channel has one of each.",
    ),
    Kind(
        "not_finite", "Not finite", "error", 0.0,
        "γ, β, mean or variance, or the weight in front, holds a NaN or an infinity.",
        "Never of a healthy norm.",
        "One such value makes every output of its channel not finite, and in the next layer every channel's; a "
        "variance of ∞ alone makes x̂ 0 and every output β.",
    ),
    Kind(
        "variance_negative", "Negative variance", "error", 0.0,
        "A running variance is below 0.",
        "Never: a mean of squares is not negative. E[x²] − E[x]² is where it comes from, or a mixed-up array.",
        "Below −ε the root is NaN.",
    ),
    Kind(
        "divides_by_zero", "Division by zero", "error", 0.0,
        "Variance and ε are both 0.",
        "Never: x̂ is 0/0.",
        "Ioffe & Szegedy 2015, algorithm 1: ε is there for this.",
    ),
    Kind(
        "never_updated", "Never updated", "error", 0.0,
        "Every running mean is still 0 and every running variance still 1, exactly.",
        "One update moves both, except of a network that was folded; its identity norms look like new ones.",
        "Frameworks start at 0 and 1.",
    ),
    Kind(
        "half_updated", "Half updated", "error", 0.0,
        "Every running mean is exactly 0 and the variances are not 1, or every variance exactly 1 and the means not 0.",
        "No average of batches is exactly 0 or 1 in every channel of four or more.",
        "One of two buffers was not loaded.",
    ),
    Kind(
        "scale_factor", "One factor in all", "error", 1000.0**0.5,
        "Over the batch norms of a model but the first, the factor that the variances show (the median of variance "
        "over squared weights in front) and the one that the means show (the median of |mean|/√v, over 0.4, squared) "
        "have a geometric mean beyond the threshold, or below its inverse; that of the means, and of each norm's "
        "variances, is beyond 10; and the first norm's means lie on the same side of 0.4. Where no weight in front is "
        "known, the median of |mean|/√v is beyond 6, and in none below 2.",
        "Weights, γ and raw inputs move the one or the other, and of raw inputs the first norm alone: it takes both, "
        "as each norm centres and scales what the next one gets.",
        "A factor s of means and variances makes |mean|/√v √s-fold and variances s-fold; Caffe keeps sums and divides "
        "by its scale factor of about 1,000, of whose decades the threshold is the middle. In 150 norms of trained "
        "networks behind the first ones |mean|/√v is 0.06 to 2, but for one behind another norm, and the variance 0.1 "
        "to 16 times the squared weights.",
    ),
    Kind(
        "too_few_batches", "Too few batches", "warning", 0.01,
        "(1 − momentum)^batches, what is left of the 0 and 1 that the statistics began with, is beyond the threshold.",
        "A file without a momentum is read at 0.1, and told as a warning only beyond ten times the threshold; a "
        "variance below what would be left of its 1 shows that it began elsewhere or was averaged otherwise: silence.",
        "A hundredth of the start is below the noise of a running average of momentum 0.1 at any batch size.",
    ),
    Kind(
        "momentum_forgets", "Momentum the wrong way round", "warning", 2.0 / 3.0,
        "The weight of a new batch is beyond the threshold.",
        "Only of files that say their momentum.",
        "(2 − m)/m, the batches that the average is worth, is below 2. PyTorch's momentum weighs the new batch, "
        "Keras' and ONNX' the old value.",
    ),
    Kind(
        "partly_updated", "Partly updated", "warning", 0.0,
        "Some channels have mean 0 and variance 1 exactly, others not.",
        "A channel whose input is always 0 has mean 0, but a variance on its way from 1 to 0.",
        "Channels were added, or a part of the buffer was loaded.",
    ),
    Kind(
        "copied_statistics", "Copied statistics", "warning", 4.0,
        "Two norms of at least so many channels have the same means and variances to the last bit.",
        "A norm that is kept under two names, γ and β and all, is told as a note; so is a model that is kept twice.",
        "Two layers never see the same batches; averages of unlike numbers do not agree in every bit.",
    ),
    Kind(
        "unlike_neighbours", "Unlike its neighbours", "warning", 1e3,
        "A layer's median variance is so many times above the largest or below the smallest of its neighbours', or its "
        "median |mean|/√v as far above theirs. Where the weight in front is known, the variance is measured by the "
        "sum of its squares, and where not, ten times as much is asked.",
        "Weights that grow take their statistics with them, which the division by their squares takes out, and "
        "variances of norms with and without a known weight are not compared; norms that are new stand aside. The "
        "first norm may see raw inputs, pixels up to 255: a note where it is above.",
        "Each norm brings its output to the scale of γ, so that the next one's input has it, too.",
    ),
    Kind(
        "channel_unlike", "A channel unlike its layer", "warning", 1e4,
        "A channel's variance is so many times the layer's median (both measured by the weight in front), or its "
        "|mean|/√v beyond 1,000 and as many times the median.",
        "Without a weight in front a variance is a note: raw inputs have their own units. A mean in deviations has "
        "none; of a channel whose variance ε outweighs it says nothing.",
        "Channels of a layer see the same inputs, through weights that are known.",
    ),
    Kind(
        "variance_below_eps", "Variance at or below ε", "warning", 1.0,
        "v/ε is at or below the threshold.",
        "Where γ is 0 as well the channel is out of use, and it is a note. So it is of a model's first norm without a "
        "layer in front, down to a hundredth of ε: raw inputs have their own units, and x̂ keeps a tenth of its "
        "deviation.",
        "Then ε and not the data decides the scale: a shift of the input is magnified up to 1/√ε-fold in inference.",
    ),
    Kind(
        "gamma_huge", "Huge γ", "warning", 100.0,
        "|γ| is beyond 10 and so many times the layer's median, or the median itself is beyond the threshold.",
        "Gains of trained networks stay within a few tens of their median.",
        "Beside 10,000 channels of the median's size such a channel is still half of the output's power.",
    ),
    Kind(
        "gamma_dead", "Dead γ", "warning", 1e-3,
        "|γ| is at or below so many times the layer's median, or one in a million.",
        "Weight decay takes γ, weight and variance to 0 together; such a channel is out of use, and it is a note. So "
        "is a γ of 0 of a layer that is new (residual branches begin there), and an RMS norm's: some add 1 to it.",
        "The channel is β whatever the input is, and no gradient reaches the layer in front.",
    ),
    Kind(
        "gamma_negative", "Negative γ", "warning", 1e-2,
        "γ is below 0; a warning where more channels are than a coin would give with such a chance.",
        "Training may carry a few channels through 0, and some RMS norms add 1 to what they keep: a note.",
        "γ begins at 1.",
    ),
    Kind(
        "float16_reach", "Out of float16's reach", "warning", 65504.0,
        "γ/√(v + ε), β − γ mean/√(v + ε) or the weight folded with it is beyond the threshold, or rounds to 0.",
        "A γ that is dead already has nothing to lose.",
        "float16's largest number is 65,504, and what is at most 2⁻²⁵ rounds to 0.",
    ),
    Kind(
        "int8_reach", "Out of int8's reach", "warning", 254.0,
        "The largest folded weight of the layer is more than so many times that of a channel; a warning where it is of "
        "more than half of the channels in use.",
        "A few small channels are common: a note.",
        "With one scale for the tensor, such a channel rounds to 0 altogether: Nagel et al., Data-Free Quantization "
        "(2019), section 3.",
    ),
    Kind(
        "shift_saturates", "Shifted into saturation", "warning", 10.0,
        "The activation behind is flat for every y within so many |γ| of β.",
        "Without an activation in the file it is a note on a ReLU that may follow; dead channels are left out.",
        "Chebyshev: whatever the distribution, at most 1/10² of inputs are farther than 10 deviations from the mean.",
    ),
    Kind(
        "folded", "Folded", "note", 0.0,
        "γ is 1 and v + ε is 1 to float32's last digit in every channel.",
        "A new norm has v = 1: it is told as never updated.",
        "The repair leaves a norm so that was folded into the layer in front; then the bias there is needed.",
    ),
    Kind(
        "bias_in_front", "A bias that does nothing", "note", 0.0,
        "The layer in front of a batch or instance norm has a bias.",
        "It does no harm: a note. Where names alone pair the two, silence unless a running mean is below 0: behind a "
        "ReLU, where a bias matters, none is.",
        "The mean takes it out again; it costs memory, and its gradient is rounding.",
    ),
)  # fmt: skip
