"""The mistakes of a batch norm's backward pass in training, and of the statistics it goes by."""

from bncore.diagnosis.mistakes.texts.formulas import (
    DBETA,
    DGAMMA,
    DMEAN,
    DVAR,
    DX,
    DX_HAT,
    INFERENCE,
    OF_MEAN,
    OF_SIGMA,
    OF_VAR,
    SCALE,
    X_HAT,
    Mistake,
)

USUAL: dict[str, Mistake] = {
    "variance_path_missing": Mistake(
        "The path through the variance is missing",
        "Every x also moves the variance, and the variance rescales every output of its unit; your gradient leaves "
        "this path out. Add dL/dvar times dvar/dx, or the term with x_hat in the compact formula.",
        OF_VAR,
    ),
    "mean_path_missing": Mistake(
        "The path through the mean is missing",
        "Every x also moves the mean, and the mean is subtracted from every example; your gradient leaves this "
        "path out. Add dL/dmean times 1/K, after which dx sums to 0 over the batch.",
        OF_MEAN,
    ),
    "statistics_constant": Mistake(
        "Mean and variance are treated as constants",
        "This is the gradient of inference mode, gamma/s times dy, where the statistics are fixed numbers. In "
        "training they are computed from x, so dx also has a path through the mean and one through the variance.",
        DX,
    ),
    "mean_path_not_averaged": Mistake(
        "The path through the mean lacks 1/K",
        "Your path through the mean is K times too large. One x moves the mean of K numbers by only 1/K.",
        OF_MEAN,
    ),
    "variance_path_not_averaged": Mistake(
        "The path through the variance lacks 1/K",
        "Your path through the variance is K times too large. The variance is a mean over K numbers, so its "
        "derivative by one x carries the factor 1/K.",
        OF_VAR,
    ),
    "paths_not_averaged": Mistake(
        "Sums stand where means belong",
        "Both paths through the statistics are K times too large: the sums of g and of g x_hat were not divided by "
        "K. In the compact formula the angle brackets are means over the batch.",
        DX,
    ),
    "scaled_by_batch_size": Mistake(
        "The gradient is too large by the batch size",
        "Everything is right up to one factor: K, the numbers of a unit, or N, the images alone. In the form with "
        "K g - sum g - ..., the factor 1/K in front was forgotten.",
        r"\frac{\gamma}{K s}\left(K g-\sum_k g_k-c_0\,\hat{x}\sum_k g_k\hat{x}_k\right)",
    ),
    "divided_by_batch_size": Mistake(
        "The gradient is divided by the batch size once too often",
        "Everything is right up to one factor: 1/K, or 1/N, N the images alone. The loss's own average over the batch "
        "is already in dy, so batch norm must not divide again.",
        DX,
    ),
    "mean_path_sign": Mistake(
        "The path through the mean has the wrong sign",
        "The mean is subtracted, so its derivative brings a minus. Your gradient adds the mean of g where it has "
        "to subtract it.",
        DMEAN,
    ),
    "variance_path_sign": Mistake(
        "The path through the variance has the wrong sign",
        "A larger variance makes every output smaller, so the derivative of 1/s brings a minus. Your gradient has "
        "a plus.",
        DVAR,
    ),
    "sign": Mistake(
        "The sign is wrong",
        "Every number is right except for its sign. Look for a minus that was lost, or for y - target turned round.",
        DX,
    ),
    "variance_path_doubled": Mistake(
        "A factor of one half is missing in the variance",
        "Your path through the variance is twice what it should be. The derivative of a square root, s = (var + "
        "eps) to the power 1/2, carries the factor 1/2.",
        DVAR,
    ),
    "variance_path_halved": Mistake(
        "A factor of 2 is missing in the variance",
        "Your path through the variance is half of what it should be. The derivative of a square carries the "
        "factor 2, which cancels the 1/2 of the root.",
        OF_VAR,
    ),
    "unbiased_in_backward": Mistake(
        "The variance path divides by K - 1",
        "Your forward pass divides the variance by K, but your backward pass by K - 1. Batch norm normalizes by "
        "the biased variance; K - 1 belongs in the running variance at most.",
        OF_VAR,
    ),
    "unbiased_in_forward": Mistake(
        "The forward pass uses the unbiased variance",
        "This is the exact gradient of a forward pass whose variance is divided by K - 1 (ddof=1, the default of "
        "torch.var). Batch norm normalizes by the variance divided by K.",
        r"\sigma^2=\frac{1}{K}\sum_j(x_j-\mu)^2",
    ),
    "biased_in_backward": Mistake(
        "The variance path divides by K",
        "Your forward pass means to divide the variance by K - 1, and your backward pass divides by K. The derivative "
        "of that variance by one x has K - 1 below it, too.",
        r"\frac{\partial\sigma^2}{\partial x_j}=\frac{2}{K-1}(x_j-\mu)",
    ),
    "biased_in_forward": Mistake(
        "The forward pass uses the biased variance",
        "This is the exact gradient of a forward pass whose variance is divided by K, the default of numpy.var. The "
        "forward pass that is checked here divides by K - 1.",
        r"\sigma^2=\frac{1}{K-1}\sum_j(x_j-\mu)^2",
    ),
    "eps_dropped": Mistake(
        "Epsilon is missing in the backward pass",
        "Somewhere the backward pass divides by sigma where the forward pass divides by s, which holds epsilon. "
        "The lecture's printed formula drops epsilon too; the exact gradient keeps it.",
        SCALE,
    ),
    "eps_placement": Mistake(
        "Epsilon sits in the other place",
        "This is the exact gradient of the other convention: epsilon added to the variance, or to the deviation. "
        "Both are batch norm, but forward, backward and this check have to agree on one.",
        SCALE,
    ),
    "sigma_derivative_uses_s": Mistake(
        "The derivative of sigma is divided by s",
        "With epsilon beside the deviation, s = sigma + eps, the root is taken of the variance alone. Its "
        "derivative is divided by sigma, without epsilon.",
        OF_SIGMA,
    ),
    "gamma_missing": Mistake(
        "Gamma is missing",
        "The gradient passes through y = gamma x_hat + beta before it reaches x_hat, and is multiplied with gamma "
        "there. Your numbers are those for gamma = 1.",
        DX_HAT,
    ),
    "gamma_squared": Mistake(
        "Gamma is multiplied in twice",
        "The gradient at x_hat already holds gamma, and it was multiplied in once more further down. Use either "
        "dx_hat, or gamma and dy.",
        DX_HAT,
    ),
    "gamma_direct_only": Mistake(
        "Gamma is missing in the paths through the statistics",
        "Your direct path holds gamma, but the sums for mean and variance were taken over dy. They are sums over "
        "dx_hat, that is gamma dy.",
        DVAR,
    ),
    "std_power": Mistake(
        "The deviation stands in the wrong power",
        "Somewhere s has the wrong exponent: 1/var where 1/s belongs in front, or another power of s in the "
        "derivative by the variance. The derivative of 1/s by the variance is -1/2 times s to the power -3; by s "
        "itself, s to the -2.",
        DVAR,
    ),
    "scale_missing": Mistake(
        "The factor 1/s is missing",
        "The normalized value is (x - mean) divided by s, so every path back to x is divided by s as well. Yours "
        "is not, or the path through the variance alone is.",
        r"\frac{\partial\hat{x}}{\partial x}=\frac{1}{s}",
    ),
    "y_instead_of_x_hat": Mistake(
        "y stands where x_hat belongs",
        "The path through the variance needs the normalized value before gamma and beta. Your code uses the output "
        "y there; cache x_hat in the forward pass.",
        DX,
    ),
    "x_instead_of_centred": Mistake(
        "x stands where x - mean belongs",
        "The path through the variance needs the centred values. Your code uses x itself there, which is right "
        "only for a batch with mean 0.",
        OF_VAR,
    ),
    "wrong_axis": Mistake(
        "The means are taken over the wrong axis",
        "The forward pass is right, but the backward pass averages over the units of an example. Batch norm's "
        "statistics, and so the sums in its gradient, run over the examples of one unit.",
        r"\langle g\rangle_i=\frac{1}{K}\sum_{j=1}^{K}g_{ij}",
    ),
    "layer_norm": Mistake(
        "This is layer norm",
        "This is the gradient of layer norm: every example was normalized over its own units. Batch norm "
        "normalizes every unit over the examples of the batch.",
        r"\mu_i=\frac{1}{K}\sum_{j=1}^{K}x_{ij}",
    ),
    "channel_batch_only": Mistake(
        "The means run over the examples alone",
        "For images a channel has one mean and one variance, over examples, rows and columns together. Yours run "
        "over the examples alone, separately for every pixel.",
        r"\langle g\rangle_c=\frac{1}{NHW}\sum_{n,h,w}g_{nchw}",
    ),
    "channel_space_only": Mistake(
        "The means run over the pixels alone",
        "For images a channel has one mean and one variance, over examples, rows and columns together. Yours run "
        "over rows and columns alone, separately for every example, as in instance norm.",
        r"\langle g\rangle_c=\frac{1}{NHW}\sum_{n,h,w}g_{nchw}",
    ),
    "channel_count": Mistake(
        "The sums are divided by N instead of N H W",
        "A channel's statistics are taken over N H W numbers, so that is the K of the formulas. Your code divides "
        "by the batch size N alone, which makes the paths through the statistics H W times too large.",
        r"K=N\,H\,W",
    ),
    "running_statistics": Mistake(
        "The backward pass uses the running statistics",
        "Your backward pass divides by the s of the running variance. In training the batch was normalized by its "
        "own statistics, and the gradient needs the same s.",
        X_HAT,
    ),
    "fresh_running_statistics": Mistake(
        "The running statistics are still 0 and 1",
        "These are the numbers of inference by a running mean of 0 and a running variance of 1, as before the first "
        "batch: eval() on a fresh layer, or buffers that were never loaded. Train first, or load them.",
        X_HAT,
    ),
    "training_mode": Mistake(
        "This is the gradient of training",
        "Your numbers are those of training, where mean and variance come from the batch and move with x. In inference "
        "the running statistics are used, and they are constants.",
        INFERENCE,
    ),
    "batch_statistics": Mistake(
        "The batch's deviation stands where the running one belongs",
        "Your gradient treats the statistics as constants, as it should, but divides by the s of the batch. In "
        "inference x_hat is divided by the s of the running variance, and so is the gradient.",
        INFERENCE,
    ),
    "statistics_move": Mistake(
        "Constant statistics are differentiated through",
        "Your gradient has a path through the mean or the variance. In inference, and in a frozen layer, the running "
        "statistics do not depend on x, so that only the direct path is there.",
        INFERENCE,
    ),
    "transposed": Mistake(
        "The axes are in another order",
        "The numbers are right but stand in each other's places: the array is transposed. Give it in the axes' "
        "order of x.",
        r"\frac{\partial L}{\partial x}\text{ has the shape of }x",
    ),
    "dgamma_uses_x": Mistake(
        "dgamma is summed over x instead of x_hat",
        "Gamma multiplies the normalized value, so its derivative is dy times x_hat. Your sum multiplies dy with "
        "the input x.",
        DGAMMA,
    ),
    "dgamma_uses_centred": Mistake(
        "dgamma is summed over x - mean instead of x_hat",
        "Gamma multiplies the normalized value, so its derivative is dy times x_hat. Your sum multiplies dy with "
        "the centred value, which is not yet divided by s.",
        DGAMMA,
    ),
    "dgamma_uses_y": Mistake(
        "dgamma is summed over y instead of x_hat",
        "Gamma multiplies the normalized value, so its derivative is dy times x_hat. Your sum multiplies dy with "
        "the output y, which already holds gamma and beta.",
        DGAMMA,
    ),
    "averaged": Mistake(
        "A mean stands where a sum belongs",
        "One parameter, mean or variance serves all K numbers of its unit, so its gradient is the sum over them. Your "
        "number is divided by the batch size.",
        DGAMMA + r",\quad " + DBETA,
    ),
    "times_gamma": Mistake(
        "Gamma is multiplied in",
        "The gradients by gamma and beta are sums over dy itself. Yours are sums over dx_hat, which is already "
        "multiplied with gamma.",
        DGAMMA,
    ),
    "swapped": Mistake(
        "dgamma and dbeta are swapped",
        "This is the other parameter's gradient. Look at the order in which your function returns dx, dgamma and "
        "dbeta.",
        r"\frac{\partial L}{\partial\gamma}=\sum_j g_j\hat{x}_j,\quad\frac{\partial L}{\partial\beta}=\sum_j g_j",
    ),
}
