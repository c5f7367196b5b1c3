"""What is told from a capture of training steps. Gravest causes first."""

from bncore.doctor.findings.kinds.kind import Kind

OF_CAPTURE = (
    Kind(
        "input_not_finite", "Input not finite", "error", 0.0,
        "A row, or the moments of a batch, of a norm's input hold a NaN or an infinity, or all together no "
        "variance in float64.",
        "Never in a healthy step.",
        "The mean of the channel, and with it all of its outputs, are not finite then.",
    ),
    Kind(
        "constant_input", "A constant channel", "warning", 16.0,
        "A channel has the same value in at least so many numbers of all steps together.",
        "A channel that the running variance knows to vary may be a rare one: a note, up to 1,000 numbers, and where "
        "its running mean is so near that the value can be common (Cantelli): (1 + (distance in deviations)²)^(−√n) of "
        "each step's n numbers, multiplied, is 1 in 10,000 or more.",
        "Half of a ReLU's outputs are 0: of 16 all once in 65,536 times.",
    ),
    Kind(
        "heavy_tails", "One value outweighs the rest", "warning", 0.5,
        "A single number has more than this share of a channel's variance, in 64 numbers or more.",
        "A bell's largest of 64 numbers has about 9 % of the variance, of a Laplace's 20 %. Where an excess kurtosis "
        "beyond 30 is all it is a note.",
        "The batch's statistics are that one example's then: all others are moved and shrunk by it.",
    ),
    Kind(
        "mode_gap", "Training and inference differ", "warning", 0.1,
        "The output by the running statistics is farther than the threshold, in units of |γ| and as a root mean "
        "square, from that by the exact statistics of the capture, in channels that chance does not explain.",
        "What K batches of this size stray by chance, by their own spread and with the running average's own noise: of "
        "1,000 healthy captures 1 at most is told so, whatever the batch size, 2 included; of inputs as skewed as a "
        "lognormal's, whose variances stray farther, up to 50. Weights that move fast leave the running statistics "
        "behind, which is a gap as well.",
        "A tenth of γ moves a bell's outputs across a ReLU's corner in 1 of 25. The law is `captured/held.py`'s.",
    ),
    Kind(
        "no_gradient", "No gradient comes back", "warning", 1e-4,
        "dy of a channel is 0 in every row of all steps, of which a healthy activation would make so little a chance.",
        "A channel that its β holds below a ReLU's corner for most inputs has few rows of another gradient: its chance "
        "is taken by the bell's share at −β/γ; and rows of one image are alike, so that but their root counts.",
        "What follows is dead for all inputs: neither γ, β nor the layer in front learn any more there.",
    ),
    Kind(
        "low_precision", "Beyond less exact arithmetic", "warning", 0.1,
        "With the mean and variance that E[x²] − E[x]² in float32, float16 or bfloat16 make of the rows, the output "
        "moves by more than the threshold in units of |γ|, or there is none.",
        "float16 and bfloat16 are notes, as nobody says that they are used. Inputs within some ten deviations of 0 "
        "lose nothing in any of them.",
        "The error of E[x²] − E[x]² is 2⁻²⁴ (mean/deviation)², that of rounded inputs 2⁻¹¹ or 2⁻⁸ mean/deviation: "
        "Chan, Golub & LeVeque 1983.",
    ),
    Kind(
        "other_weights", "A capture of other weights", "warning", 0.0,
        "γ or β of the capture are not those of the model, in most norms that both have.",
        "A capture of the steps that follow the checkpoint begins with its very arrays.",
        "Statistics that belong to other weights mend nothing.",
    ),
    Kind(
        "statistics_off", "Running statistics off", "note", 1e-3,
        "A running mean or variance is off by more than chance explains, but changes the output by less than a tenth "
        "of γ.",
        "As for the gap between the modes.",
        "It shows that the weights or the data have moved.",
    ),
    Kind(
        "frozen", "Frozen in training", "note", 0.0,
        "The norm ran by its running statistics in a training step.",
        "Fine-tuning does so on purpose: a note.",
        "Its gradient is then that of a plain scale: γ/√(v + ε) dy.",
    ),
    Kind(
        "variance_between", "Variance between batches", "note", 0.1,
        "The average of the batches' variances changes the output by more than the threshold, in units of |γ|, beside "
        "the exact variance of all of them.",
        "A note, as few and small batches differ by chance.",
        "Running averages and precise_bn average variances; the variance between batches is in none of them.",
    ),
    Kind(
        "folding_rounds", "Folding rounds", "note", 1e-3,
        "scale·x + shift in float32 differs from (x − mean)·scale + β by more than the threshold, in units of |γ|.",
        "A mean of 10,000 deviations is what it takes.",
        "float32 keeps 24 bits of scale·x and of shift, which cancel where the mean is far from 0.",
    ),
    Kind(
        "noisy_statistics", "Noisy statistics", "note", 0.1,
        "From batch to batch the mean strayed by more than so many deviations, or the deviation by as large a share.",
        "That is so for every batch of fewer than 50 independent examples: a note.",
        "It is what x̂ is moved or scaled by, one standard error, in the median channel.",
    ),
)  # fmt: skip
