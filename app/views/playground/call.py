"""The playground's call, as the REST API's reference tells of it."""

from app.web.view import Call

EXAMPLES = [
    {"query": "source=wine"},
    {"query": "source=normal&features=4&batch_size=32&activation=tanh&upstream=squared_error&seed=7"},
    {"query": "source=inline&values=1,10;2,30;4,20;5,40&eps=0&eps_placement=deviation&notation=lecture"},
    {"query": "source=digits&layer_width=8&mode=inference&running_steps=20"},
]
ANSWER = {
    "batch": {"title": "Wine", "shape": [178, 13], "feature_names": ["alcohol"], "warnings": [], "origin": None},
    "forward": {"mean": [13.0], "var": [0.655], "gamma": [1.0], "beta": [0.0], "x": {"mean": [13.0], "sd": [0.81]}},
    "backward": {"dgamma": [-11.1], "dbeta": [-1.12], "dx": {"mean": [0.0], "sd": [0.904]}},
    "findings": [{"id": "statistics_noise", "severity": "note", "title": "How noisy the statistics are at N = 178"}],
    "conventions": ["normalized by this batch's mean and biased variance (divided by N = 178)"],
    "headline": "Features' scales differ 2,530-fold; normalized, every feature has mean 0 and deviation 1.",
    "stage": {"shown": 178, "counted": "a dot is one example"},
    "figures": {"x": {"data": [], "layout": {}}},
}
REFUSED = "An unknown name or a value out of range; `errors` says what is allowed."

CALL = Call(
    name="playground",
    tag="playground",
    summary="A mini-batch through batch norm, forward and backward",
    help="Summaries of every stage, what was found, and the figures. The same query gives the same bytes. "
    "`parts=stage` answers with what the stage of its page shows, alone.",
    told="Per feature (the first 64, and the `selected` ones beyond): the statistics, a summary "
    "of each stage and of each path of dx; and the figures in Plotly's schema. Null parts the rows of a "
    "figure, and stands for what a view does not have. Of a large array of the server's, `everything` has the summary "
    "over all of its examples.",
    answer=ANSWER,
    refused=REFUSED,
    examples=EXAMPLES,
    progress='{"done":0,"of":1,"text":"waiting for its turn: 2 under way, 12 more waiting"}',
)
