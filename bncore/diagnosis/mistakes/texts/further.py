"""Mistakes of one place, of one path, of a reshape, and the gradients of other norms."""

from bncore.diagnosis.mistakes.texts.formulas import DGAMMA, DMEAN, DVAR, DX, DX_HAT, SCALE, X_HAT, Mistake

NHWC = r"x_{nchw}\to x_{(nhw)\,c}"
OWN_STATISTICS = r"\mu,\ \sigma\text{ of the numbers that share them}"

FURTHER: dict[str, Mistake] = {
    "dx_hat_returned": Mistake(
        "dx_hat is returned as dx",
        "This is gamma times dy, the gradient at x_hat: the way from x_hat back to x is missing. Divide by s, and add "
        "the paths through the mean and the variance.",
        DX,
    ),
    "gamma_missing_in_one_path": Mistake(
        "Gamma is missing in one path",
        "One of the paths of dx was taken of dy, the others of gamma dy. All of them start at dx_hat, that is "
        "gamma dy.",
        DX_HAT,
    ),
    "eps_dropped_in_one_place": Mistake(
        "Epsilon is missing in one place",
        "One path of the backward pass divides by sigma where the others divide by s, which holds epsilon. Every "
        "division is by the s of the forward pass.",
        SCALE,
    ),
    "unbiased_scale_in_backward": Mistake(
        "The backward pass divides by an unbiased deviation",
        "Your backward pass computes s anew, with ddof=1, or multiplies by the root of (K - 1)/K. The forward pass "
        "divided by the s of the variance over K: cache it.",
        SCALE,
    ),
    "uncentred_in_dmean": Mistake(
        "x stands where x - mean belongs in dmean",
        "The variance does not move with the mean: the sum of -2 (x - mean) is 0. Your dmean has that sum over x "
        "itself.",
        DMEAN,
    ),
    "summed_without_axis": Mistake(
        "A sum runs over all units",
        "One number stands where every unit has its own: np.sum was called without an axis, so that all units were "
        "added up. Sum over the examples, axis 0 of a table.",
        DMEAN + r",\quad " + DVAR,
    ),
    "dgamma_uses_x_over_s": Mistake(
        "dgamma is summed over x / s instead of x_hat",
        "Gamma multiplies the normalized value, so its derivative is dy times x_hat. Your sum takes x divided by s, "
        "from which the mean was not subtracted.",
        DGAMMA,
    ),
    "channels_not_moved": Mistake(
        "Images were reshaped without moving the channels last",
        "x.reshape(-1, C) of images (N, C, H, W) mixes channels and positions. Move the channels to the end first: "
        "x.transpose(0, 2, 3, 1).reshape(-1, C), and back in the same way.",
        NHWC,
    ),
    "mean_path_added": Mistake(
        "A path through a mean is there",
        "Your gradient subtracts the mean of dx_hat. RMS norm subtracts no mean from x, so there is no path "
        "through one.",
        DX,
    ),
    "batch_norm": Mistake(
        "This is batch norm",
        "This is the gradient of batch norm: the statistics were taken over the examples, for each channel. The norm "
        "that is checked takes them over other numbers.",
        OWN_STATISTICS,
    ),
    "instance_norm": Mistake(
        "This is instance norm",
        "This is the gradient of instance norm: the statistics were taken over the positions, for each example and "
        "channel. The norm that is checked takes them over other numbers.",
        OWN_STATISTICS,
    ),
    "rms_norm": Mistake(
        "This is RMS norm",
        "This is the gradient of RMS norm, which subtracts no mean and divides by the root of the mean square. The "
        "norm that is checked subtracts the mean.",
        X_HAT,
    ),
}
