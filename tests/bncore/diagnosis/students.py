"""Each mistake as a change of one line of a right backward pass (`routes`)."""

from typing import Any

import numpy as np

from tests.bncore.diagnosis.routes import COMPACT, LAYER, SPATIAL, STAGED

Change = tuple[str, ...]
"""Which code, then a part of it and what the student wrote instead; then perhaps another part."""

ACROSS = "g.sum(1, keepdims=True) - c0 * x_hat * (g * x_hat).sum(1, keepdims=True)"
DVAR_ACROSS = {
    "variance": "(dx_hat * centred * -0.5 * s ** -3).sum(1, keepdims=True)",
    "deviation": "(dx_hat * -centred * s ** -2).sum(1, keepdims=True) * 0.5 / sigma",
}
DVAR_OUTSIDE = {
    "variance": "(dx_hat * centred).sum(1, keepdims=True) * -0.5 * s ** -3",
    "deviation": "(dx_hat * -centred).sum(1, keepdims=True) * s ** -2 * 0.5 / sigma",
}
S_UNBIASED = {"variance": "np.sqrt(x.var(0, ddof=1) + eps)", "deviation": "(x.std(0, ddof=1) + eps)"}
S_FRESH = {"variance": "np.sqrt(1 + eps)", "deviation": "(1 + eps)"}

DX: dict[str, list[Change]] = {
    "variance_path_missing": [("staged", " + dvar * 2 * centred / K", "")],
    "mean_path_missing": [("staged", " + dmean / K", "")],
    "statistics_constant": [("staged", " + dvar * 2 * centred / K + dmean / K", "")],
    "mean_path_not_averaged": [("staged", " + dmean / K", " + dmean")],
    "variance_path_not_averaged": [("staged", "2 * centred / K", "2 * centred")],
    "paths_not_averaged": [
        ("staged", "2 * centred / K + dmean / K", "2 * centred + dmean"),
        ("compact", "/ K * (K * g", "* (g"),
    ],
    "scaled_by_batch_size": [("compact", "s / K * (", "s * (")],
    "divided_by_batch_size": [("compact", "s / K * (", "s / K / K * (")],
    "mean_path_sign": [("staged", "(-dx_hat / s)", "(dx_hat / s)"), ("compact", "- g.sum(0)", "+ g.sum(0)")],
    "variance_path_sign": [("staged", "centred / K", "-centred / K"), ("compact", "- c0", "+ c0")],
    "sign": [("staged", "dx = dx_hat / s", "g = -g\ndx_hat, dvar, dmean = -dx_hat, -dvar, -dmean\ndx = dx_hat / s")],
    "variance_path_doubled": [
        ("variance", "-0.5 * s ** -3", "-1.0 * s ** -3"), ("deviation", "* 0.5 / sigma", "/ sigma"),
    ],
    "variance_path_halved": [("staged", "dvar * 2 * centred", "dvar * centred")],
    "unbiased_in_backward": [("staged", "2 * centred / K", "2 * centred / (K - 1)")],
    "unbiased_in_forward": [
        ("staged", "(centred ** 2).mean(0)", "x.var(0, ddof=1)", "2 * centred / K", "2 * centred / (K - 1)"),
    ],
    "eps_dropped": [
        ("compact", "dx = ", "s, x_hat, c0 = sigma, centred / sigma, 1.0\ndx = "),
        ("compact", "gamma / s", "gamma / sigma"),
        ("variance", "-0.5 * s ** -3", "-0.5 * s ** -2 / sigma"),
    ],
    "eps_placement": [("other",)],
    "sigma_derivative_uses_s": [("deviation", "/ sigma", "/ s"), ("compact beside", "else s / sigma", "else 1.0")],
    "gamma_missing": [("staged", "dx_hat = gamma * g", "dx_hat = g"), ("compact", "dx = gamma / s", "dx = 1 / s")],
    "gamma_squared": [("staged", "dx_hat = gamma * g", "dx_hat = gamma * gamma * g")],
    "gamma_direct_only": [("compact", "gamma / s / K * (K * g", "1 / s / K * (K * gamma * g")],
    "std_power": [
        ("variance", "s ** -3", "s ** -1"),
        ("variance", "s ** -3", "s ** -2"),
        ("deviation", "s ** -2", "s ** -1"),
        ("deviation", "s ** -2", "s ** -3"),
        ("compact", "gamma / s", "gamma / s ** 2"),
        ("compact", "gamma / s", "gamma / var"),
        ("staged", "dx = dx_hat / s", "dmean = (-dx_hat / s ** 2).sum(0)\ndx = dx_hat / s ** 2"),
        ("staged", "dx = dx_hat / s", "dmean = (-dx_hat / var).sum(0)\ndx = dx_hat / var"),
        ("staged", "dx = dx_hat / s", "dx = dx_hat / s ** 2"),
        ("staged", "dx = dx_hat / s", "dx = dx_hat / var"),
    ],
    "scale_missing": [
        ("compact", "gamma / s", "gamma"),
        ("staged", "dx = dx_hat / s", "dmean = (-dx_hat).sum(0)\ndx = dx_hat"),
        ("staged", "dx = dx_hat / s", "dx = dx_hat"),
    ],
    "y_instead_of_x_hat": [
        ("compact", "c0 * x_hat * (g * x_hat)", "c0 * y * (g * x_hat)"),
        ("compact", "c0 * x_hat * (g * x_hat)", "c0 * x_hat * (g * y)"),
        ("compact", "c0 * x_hat * (g * x_hat)", "c0 * y * (g * y)"),
    ],
    "x_instead_of_centred": [
        ("staged", "2 * centred", "2 * x"),
        ("variance", "dx_hat * centred", "dx_hat * x"),
        ("deviation", "dx_hat * -centred", "dx_hat * -x"),
        ("compact", "c0 * x_hat * (g * x_hat)", "c0 * x / s * (g * x / s)"),
    ],
    "wrong_axis": [
        ("compact", "g.sum(0)", "g.sum(1, keepdims=True)", "(g * x_hat).sum(0))", "(g * x_hat).sum(1, keepdims=True))"),
        ("compact", "dx = ", "n = x.shape[1]\ndx = gamma / s / n * (n * g - " + ACROSS + ") #"),
        ("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum(1, keepdims=True)", "dx = ", "dvar = DVAR_ACROSS\ndx = "),
        ("staged", "(-dx_hat / s).sum(0)", "-dx_hat.sum(1, keepdims=True) / s", "dx = ", "dvar = DVAR_OUTSIDE\ndx = "),
    ],
    "running_statistics": [
        ("compact", "gamma / s", "gamma / s_running"),
        ("staged", "dx = dx_hat / s", "dmean = (-dx_hat / s_running).sum(0)\ndx = dx_hat / s_running"),
        ("staged", "dx = dx_hat / s", "dx = dx_hat / s_running"),
        ("compact", "dx = ", "dx = gamma / s_running * g #"),
        ("compact", "dx = ", "s, x_hat = s_running, centred / s_running\ndx = "),
        ("staged", "dx_hat = gamma * g", "dx_hat = gamma * g\ns = s_running"),
        ("deviation", "dx_hat = gamma * g", "dx_hat = gamma * g\ns, sigma = s_running, np.sqrt(running_var)"),
    ],
    "layer_norm": [("layer",)],
    "dx_hat_returned": [("staged", "dx = ", "dx = dx_hat #")],
    "gamma_missing_in_one_path": [
        ("staged", "(-dx_hat / s)", "(-g / s)"), ("staged", "dx = dx_hat / s", "dx = g / s"),
        ("variance", "dx_hat * centred", "g * centred"), ("deviation", "dx_hat * -centred", "g * -centred"),
    ],
    "eps_dropped_in_one_place": [
        ("staged", "dx = dx_hat / s", "dx = dx_hat / sigma"), ("staged", "(-dx_hat / s)", "(-dx_hat / sigma)"),
        ("variance", "s ** -3", "sigma ** -3"), ("deviation", "s ** -2", "sigma ** -2"),
        ("staged", "dx = dx_hat / s", "dmean = (-dx_hat / sigma).sum(0)\ndx = dx_hat / sigma"),
    ],
    "unbiased_scale_in_backward": [
        ("compact", "gamma / s", "gamma / S_UNBIASED"), ("compact", "dx = ", "dx = np.sqrt((K - 1) / K) * "),
        ("staged", "dx_hat = gamma * g", "dx_hat = gamma * g\ns = S_UNBIASED"),
        ("staged", "dx = dx_hat / s", "dx = dx_hat / S_UNBIASED"),
    ],
    "uncentred_in_dmean": [
        ("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum(0) + dvar * (-2 * x).mean(0)"),
        ("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum(0) + dvar * (-2 * x).sum(0)"),
    ],
    "summed_without_axis": [
        ("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum()"),
        ("variance", "-3).sum(0)", "-3).sum()"), ("deviation", "-2).sum(0)", "-2).sum()"),
        ("variance", "-3).sum(0)", "-3).sum()", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum()"),
    ],
    "fresh_running_statistics": [("compact", "dx = ", "dx = gamma / S_FRESH * g #")],
}  # fmt: skip
SPATIALLY: dict[str, list[dict[str, str]]] = {
    "channel_batch_only": [
        {"BACK": "(0,)", "m = x.shape[0] * x.shape[2] * x.shape[3]": "m = x.shape[0]"},
        {"BACK": "(0,)", "AXES": "(0,)", "m = x.shape[0] * x.shape[2] * x.shape[3]": "m = x.shape[0]"},
    ],
    "channel_space_only": [
        {"BACK": "(2, 3)", "m = x.shape[0] * x.shape[2] * x.shape[3]": "m = x.shape[2] * x.shape[3]"},
        {"BACK": "(2, 3)", "AXES": "(2, 3)", "m = x.shape[0] * x.shape[2] * x.shape[3]": "m = x.shape[2] * x.shape[3]"},
    ],
    "channel_count": [
        {"m = x.shape[0] * x.shape[2] * x.shape[3]": "m = x.shape[0]"},
        {"sum_g / m": "sum_g / x.shape[0]"},
        {"sum_gx / m": "sum_gx / x.shape[0]"},
    ],
    "scaled_by_batch_size": [{"c0 * x_hat * sum_gx / m) / s": "c0 * x_hat * sum_gx / m) / s * x.shape[0]"}],
    "divided_by_batch_size": [{"dx_hat = gamma * g": "dx_hat = gamma * g / x.shape[0]"}],
    "layer_norm": [{"AXES": "(1, 2, 3)", "BACK": "(1, 2, 3)", "m = x.shape[0] ": "m = x.shape[1] "}],
}
NODES: dict[tuple[str, str], list[Change]] = {
    ("dgamma", "dgamma_uses_x"): [("staged", "(g * x_hat)", "(g * x)")],
    ("dgamma", "dgamma_uses_centred"): [("staged", "(g * x_hat)", "(g * centred)")],
    ("dgamma", "dgamma_uses_y"): [("staged", "(g * x_hat)", "(g * y)")],
    ("dgamma", "averaged"): [("staged", "(g * x_hat).sum(0)", "(g * x_hat).mean(0)")],
    ("dgamma", "times_gamma"): [("staged", "(g * x_hat)", "(gamma * g * x_hat)")],
    ("dgamma", "swapped"): [("staged", "dx = ", "dgamma, dbeta = dbeta, dgamma\ndx = ")],
    ("dgamma", "unbiased_in_forward"): [("staged", "(centred ** 2).mean(0)", "x.var(0, ddof=1)")],
    ("dgamma", "eps_dropped"): [("staged", "x_hat = centred / s", "x_hat = centred / sigma")],
    ("dgamma", "eps_placement"): [("other",)],
    ("dgamma", "sign"): [("staged", "(g * x_hat)", "(-g * x_hat)")],
    ("dgamma", "running_statistics"): [("staged", "(g * x_hat)", "(g * (x - running_mean) / s_running)")],
    ("dgamma", "layer_norm"): [("layer",)],
    ("dgamma", "dgamma_uses_x_over_s"): [("staged", "(g * x_hat)", "(g * x / s)")],
    ("dgamma", "summed_without_axis"): [("staged", "(g * x_hat).sum(0)", "(g * x_hat).sum()")],
    ("dbeta", "summed_without_axis"): [("staged", "dbeta = g.sum(0)", "dbeta = g.sum()")],
    ("dsigma", "summed_without_axis"): [("staged", "s ** -2).sum(0)", "s ** -2).sum()")],
    ("dvar", "summed_without_axis"): [("variance", "s ** -3).sum(0)", "s ** -3).sum()")],
    ("dmean", "summed_without_axis"): [("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum()")],
    ("dmean", "uncentred_in_dmean"): [
        ("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).sum(0) + dvar * (-2 * x).mean(0)"),
    ],
    ("dgamma", "fresh_running_statistics"): [("staged", "(g * x_hat)", "(g * x / S_FRESH)")],
    ("dbeta", "averaged"): [("staged", "g.sum(0)", "g.mean(0)")],
    ("dbeta", "times_gamma"): [("staged", "g.sum(0)", "(gamma * g).sum(0)")],
    ("dbeta", "swapped"): [("staged", "dx = ", "dgamma, dbeta = dbeta, dgamma\ndx = ")],
    ("dbeta", "sign"): [("staged", "g.sum(0)", "-g.sum(0)")],
    ("dx_hat", "gamma_missing"): [("staged", "gamma * g", "g")],
    ("dx_hat", "gamma_squared"): [("staged", "gamma * g", "gamma ** 2 * g")],
    ("dx_hat", "sign"): [("staged", "gamma * g", "-gamma * g")],
    ("dsigma", "variance_path_sign"): [("staged", "-centred", "centred")],
    ("dsigma", "averaged"): [("staged", "s ** -2).sum(0)", "s ** -2).mean(0)")],
    ("dsigma", "gamma_missing"): [("staged", "gamma * g", "g")],
    ("dsigma", "gamma_squared"): [("staged", "gamma * g", "gamma ** 2 * g")],
    ("dsigma", "std_power"): [("staged", "s ** -2", "s ** -1"), ("staged", "s ** -2", "s ** -3")],
    ("dsigma", "y_instead_of_x_hat"): [("staged", "-centred * s ** -2", "-y / s")],
    ("dsigma", "x_instead_of_centred"): [("staged", "dx_hat * -centred", "dx_hat * -x")],
    ("dvar", "variance_path_sign"): [("variance", "-0.5", "0.5"), ("deviation", "0.5", "-0.5")],
    ("dvar", "variance_path_doubled"): [("staged", "0.5", "1.0")],
    ("dvar", "variance_path_halved"): [("staged", "0.5", "0.25")],
    ("dvar", "averaged"): [("variance", "-3).sum(0)", "-3).mean(0)"), ("deviation", "-2).sum(0)", "-2).mean(0)")],
    ("dvar", "gamma_missing"): [("staged", "gamma * g", "g")],
    ("dvar", "gamma_squared"): [("staged", "gamma * g", "gamma ** 2 * g")],
    ("dvar", "std_power"): [
        ("variance", "s ** -3", "s ** -2"), ("variance", "s ** -3", "s ** -1"),
        ("deviation", "s ** -2", "s ** -1"), ("deviation", "s ** -2", "s ** -3"),
    ],
    ("dvar", "eps_dropped"): [("variance", "s ** -3", "sigma ** -3"), ("deviation", "s ** -2", "sigma ** -2")],
    ("dvar", "sigma_derivative_uses_s"): [("deviation", "/ sigma", "/ s")],
    ("dvar", "y_instead_of_x_hat"): [
        ("variance", "centred * -0.5 * s ** -3", "y * -0.5 * s ** -2"), ("deviation", "-centred * s ** -2", "-y / s"),
    ],
    ("dvar", "x_instead_of_centred"): [
        ("variance", "dx_hat * centred", "dx_hat * x"), ("deviation", "dx_hat * -centred", "dx_hat * -x"),
    ],
    ("dmean", "mean_path_sign"): [("staged", "(-dx_hat / s)", "(dx_hat / s)")],
    ("dmean", "averaged"): [("staged", "(-dx_hat / s).sum(0)", "(-dx_hat / s).mean(0)")],
    ("dmean", "gamma_missing"): [("staged", "gamma * g", "g")],
    ("dmean", "gamma_squared"): [("staged", "gamma * g", "gamma ** 2 * g")],
    ("dmean", "scale_missing"): [("staged", "(-dx_hat / s)", "(-dx_hat)")],
    ("dmean", "std_power"): [("staged", "(-dx_hat / s)", "(-dx_hat / s ** 2)")],
}  # fmt: skip


def run(code: str, batch: dict[str, Any]) -> dict[str, Any]:
    """What a student's code leaves in its variables; `batch` has x and g as rows, or as images for `SPATIAL`."""
    running, eps = batch["running_var"], batch["eps"]
    known = dict(batch, np=np, K=len(batch["x"]))
    known["s_running"] = np.sqrt(running + eps) if batch["placement"] == "variance" else np.sqrt(running) + eps
    exec(code, known)
    return known


def with_change(change: Change, placement: str) -> tuple[str, str] | None:
    """The changed code and the placement that it runs with; None if the change is one of the other placement's code."""
    kind, *parts = change
    other = "deviation" if placement == "variance" else "variance"
    if kind == other or (kind == "compact beside" and placement == "variance"):
        return None
    codes = {"compact": COMPACT, "compact beside": COMPACT, "layer": LAYER, "other": STAGED[other]}
    code = codes.get(kind, STAGED[placement])
    for old, new in zip(parts[::2], parts[1::2], strict=True):
        code = replaced(code, old, new)
    for name, table in (
        ("DVAR_ACROSS", DVAR_ACROSS),
        ("DVAR_OUTSIDE", DVAR_OUTSIDE),
        ("S_FRESH", S_FRESH),
        ("S_UNBIASED", S_UNBIASED),
    ):
        code = code.replace(name, table[placement])
    return code, other if kind == "other" else placement


def replaced(code: str, old: str, new: str) -> str:
    """The code with one part changed; the part has to be there."""
    assert old in code, old
    return code.replace(old, new)


def spatial(changes: dict[str, str]) -> str:
    """`SPATIAL` with changes, over examples, rows and columns where they say nothing else."""
    code = SPATIAL
    for old, new in changes.items():
        code = replaced(code, old, new)
    return code.replace("AXES", "(0, 2, 3)").replace("BACK", "(0, 2, 3)")
