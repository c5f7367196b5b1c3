"""What the training page says of its words and symbols."""

TERMS = {
    "playhead": "The update that everything on the page is of; step 0 is the network as it was initialized. Drag its "
    "mark, or go by arrow keys, to look at another one.",
    "loss": "The mean cross entropy of the step's batch, in training mode. All variants see the same examples in the "
    "same order.",
    "held_loss": "The mean cross entropy of examples that are not trained on, in inference mode; on every fourth "
    "record.",
    "rate": "η, the factor on the gradient in an update. Changed here, it holds from the shown step on, for all "
    "variants, and stands in the link.",
    "speed": "How many records a second are shown: each of the first 64 steps has one, then 32 an octave, and the "
    "last.",
    "accuracy": "The share of the step's batch that gets its own class, in training mode.",
    "held": "The share of the examples that are not trained on that get their own class, in inference mode.",
    "inputs": "What enters the activation f of a block (of the read-out: the logits), over all units and the batch. "
    "Each histogram is drawn to its own height: heights compare within it, places across.",
    "gradients": "How much the loss changes with each number that enters f, over all units and the batch.",
    "gradient": "The size of the gradient by all that is trained: the root of the sum of squares.",
    "block_gradient": "The size of the gradient by the block's weights alone.",
    "update": "How far the update that led to a step moved the block's weights, over how large they are: ‖ΔW‖/‖W‖.",
    "effective_rate": "η/‖W‖². Behind a norm the size of the weights does not change the function, so that this is the "
    "rate that counts.",
    "weight": "‖W‖, the root of the sum of squares of the block's weights.",
    "unit": "15 %, 50 % and 85 % of the batch have a smaller input to this unit's activation than the three lines say.",
    "gamma": "γ, the learned scale of each unit: 15 % of units lie below the band, 15 % above, half below the line.",
    "beta": "β, the learned shift of each unit: 15 % of units lie below the band, 15 % above, half below the line.",
    "running_mean": "How far the running mean, which inference uses, lies from the batch's mean, in the batch's "
    "deviations; the median over the units.",
    "running_variance": "The running variance over the batch's variance, the median over the units. At 1 they agree.",
    "surface": "The class that the network gives to each point of the plane, in inference mode: the stronger the "
    "colour, the larger its share of the softmax. Dots are training examples, rings are held out.",
    "diverged": "The loss or a parameter is infinite or not a number any more: the run ends there.",
    "true_gradient": "The derivative of the loss by every parameter, with mean and variance as functions of the batch. "
    "The dashed line is the loss that it promises for the update to first order, the full line the loss of the same "
    "batch behind the update. The size is the root of its sum of squares.",
    "constant_statistics": "The same with mean and variance taken for constants in the backward pass, as if they did "
    "not move with the weights. Its promise is along its own gradient; the cosine is that of its angle with the true "
    "one.",
    "sums": "Summed over the batch, what flows back to a unit's input is the gradient of a bias there. By the true "
    "gradient it is 0: the norm subtracts any bias again.",
}  # fmt: skip
