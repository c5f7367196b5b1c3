"""The sentences that follow the playhead. Which of them may stand is decided where the records are
(static/js/training/sentence.js); here is what it says. Names between braces are filled in: `first` where a variant's
name begins a sentence, `the_first` within one.
"""

SENTENCES = {
    "waits": "The run is on its way: its first step comes in a moment.",
    "start_one": "{first} starts with a loss of {first_loss}: nothing is learned yet.",
    "start": "Nothing is learned yet: {the_first} starts with a loss of {first_loss}, {the_second} with {second_loss}.",
    "all_diverged": "Diverged: no variant has a loss that is a number any more, the last one from step {last} on.",
    "one_diverged": "{first} diverged at step {at}: its curve ends there. {second} goes on, with a loss of "
    "{second_loss}.",
    "one_reached": "{second} first had {share} % of held-out examples right at step {at}; {the_first} has {held} %.",
    "some_reached": "{second} first had {share} % of held-out examples right (step {at}); last is {the_first}, "
    "{held} %.",
    "both_reached": "{first} first had {share} % of the held-out examples right at step {first_at}, {the_second} at "
    "{second_at}.",
    "all_reached": "{first} first had {share} % of held-out examples right (step {first_at}), {the_second} last "
    "({second_at}).",
    "both_reached_together": "{first} and {the_second} both first had {share} % of the held-out examples right at step "
    "{at}.",
    "all_reached_together": "All variants first had {share} % of the held-out examples right at step {at}.",
    "hopeless": "At step {step} nothing beats guessing, whose loss is {guess}: {the_first}, the best, has "
    "{first_loss}.",
    "ahead": "{first} is ahead at step {step}: its loss is {first_loss}, that of {the_second} is {second_loss}.",
    "leads": "{first} leads at step {step}: its loss is {first_loss}, the next, of {the_second}, {second_loss}.",
    "even": "At step {step} {the_first} has a loss of {first_loss}, {the_second} of {second_loss}: neither is ahead.",
    "range": "At step {step} the smallest loss is {first_loss}, of {the_first}, the largest {second_loss}, of "
    "{the_second}.",
    "alone": "{first} has a loss of {first_loss} at step {step}.",
}  # fmt: skip

SHARE = 90
"""Percent of the held-out examples whose first arrival is told."""

LOST = 5
"""Percent below that share, from which on an arrival is not told any more."""

LOOKED_AT, MOSTLY = 12, 11
"""Who is ahead has the smaller loss in 11 of the last 12 records; fair coins do so in one of 158 looks."""

LIMITS = {"share": SHARE, "lost": LOST, "looked_at": LOOKED_AT, "mostly": MOSTLY}

ATTEMPT = {
    "tried": "With constant statistics a loss of {promised} is promised, and {after} comes; the true gradient misses "
    "by {miss}.",
    "waits": "Where the playhead rests, the next update is tried by two gradients.",
    "computing": "The next update is tried by two gradients: computing…",
    "none": "No variant has batch norm or ghost batch norm, whose updates are tried here.",
    "sums": "With constant statistics up to {largest} would go into a bias in front of a norm. The norm subtracts that "
    "bias again: it grows, and the loss stays as it is.",
    "sums_alike": "Neither gradient has anything for a bias in front of a norm that differs from rounding.",
}  # fmt: skip
"""What the stage's second tab says (static/js/training/attempt/attempt.js)."""
