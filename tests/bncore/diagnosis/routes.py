"""Right backward passes by several routes, as the text of a student's code.

Nothing here is shared with `bncore`: these are the routes that the diagnoses are held against.
"""

FORWARD = """
mean = x.mean(0)
centred = x - mean
var = (centred ** 2).mean(0)
sigma = np.sqrt(var)
s = np.sqrt(var + eps) if placement == "variance" else sigma + eps
x_hat = centred / s
y = gamma * x_hat + beta
"""
PARAMETERS = """
dgamma = (g * x_hat).sum(0)
dbeta = g.sum(0)
dx_hat = gamma * g
"""
STAGED = {
    "variance": FORWARD
    + PARAMETERS
    + """
dsigma = (dx_hat * -centred * s ** -2).sum(0)
dvar = (dx_hat * centred * -0.5 * s ** -3).sum(0)
dmean = (-dx_hat / s).sum(0)
dx = dx_hat / s + dvar * 2 * centred / K + dmean / K
""",
    "deviation": FORWARD
    + PARAMETERS
    + """
dsigma = (dx_hat * -centred * s ** -2).sum(0)
dvar = dsigma * 0.5 / sigma
dmean = (-dx_hat / s).sum(0)
dx = dx_hat / s + dvar * 2 * centred / K + dmean / K
""",
}
COMPACT = (
    FORWARD
    + """
c0 = 1.0 if placement == "variance" else s / sigma
"""
    + PARAMETERS
    + """
dx = gamma / s / K * (K * g - g.sum(0) - c0 * x_hat * (g * x_hat).sum(0))
"""
)
CS231N = (
    FORWARD
    + """
N = x.shape[0]
dbeta = np.sum(g, axis=0)
dgamma = np.sum(x_hat * g, axis=0)
dx_hat = g * gamma
dinverse = np.sum(dx_hat * centred, axis=0)
dcentred = dx_hat / s
ds = -dinverse / s ** 2
root = s if placement == "variance" else np.sqrt(var)
dvariance = 0.5 / root * ds
dsquare = np.ones_like(x) * dvariance / N
dcentred += 2 * centred * dsquare
dmean = -np.sum(dcentred, axis=0)
dx = dcentred + np.ones_like(x) * dmean / N
"""
)
SPATIAL = """
mean = x.mean(AXES, keepdims=True)
var = x.var(AXES, keepdims=True)
sigma = np.sqrt(var)
s = np.sqrt(var + eps) if placement == "variance" else sigma + eps
x_hat = (x - mean) / s
dx_hat = gamma * g
m = x.shape[0] * x.shape[2] * x.shape[3]
c0 = 1.0 if placement == "variance" else s / sigma
sum_g = dx_hat.sum(BACK, keepdims=True)
sum_gx = (dx_hat * x_hat).sum(BACK, keepdims=True)
dx = (dx_hat - sum_g / m - c0 * x_hat * sum_gx / m) / s
"""

LAYER = """
mean = x.mean(1, keepdims=True)
var = x.var(1, keepdims=True)
sigma = np.sqrt(var)
s = np.sqrt(var + eps) if placement == "variance" else sigma + eps
x_hat = (x - mean) / s
c0 = 1.0 if placement == "variance" else s / sigma
dgamma = (g * x_hat).sum(0)
dx_hat = gamma * g
sum_gx = (dx_hat * x_hat).mean(1, keepdims=True)
dx = (dx_hat - dx_hat.mean(1, keepdims=True) - c0 * x_hat * sum_gx) / s
"""
