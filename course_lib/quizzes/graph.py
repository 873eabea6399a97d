"""The questions of notebook 03."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 02: a guest gave a film 3 stars. What does the graph hold?",
        (
            (
                "an edge with weight 3",
                "Edges here carry no stars: a rave is there or not. Stars are explicit feedback.",
            ),
            ("an edge like any other", "A rating is not a like. Only 4 and 5 stars are raves."),
            ("no edge", None),
            ("an edge that counts as a dislike", "The graph has no dislikes. A missing edge is unknown, not a no."),
        ),
        "A rave is a rating of 4 or more. Lower ratings and films never seen look the same to the graph.",
    ),
    Question(
        "From 02: which raves may be in the graph that a model learns from?",
        (
            (
                "all of them, the split is for the metric",
                "A hidden rave that sits in the graph is not hidden: gossip carries it to the guest.",
            ),
            ("those of split.fit", None),
            ("those of split.test", "Then the model learns the answers and nothing else."),
            ("all, if the loss never uses the hidden ones", "The loss is not the only way in. Gossip uses every edge."),
        ),
        "Train and validation. The graph must have exactly twice as many entries as raves to learn from.",
    ),
    Question(
        "The edges lead from guests to films only, and every loudness becomes 0. What is trained then?",
        (
            ("nothing, it stops with an error", "No shape is wrong and no number is infinite, so nothing stops it."),
            ("a gossip of half the reach", "Not half of it: with a loudness of 0 no message arrives anywhere."),
            ("matrix factorisation", None),
            ("a list of random films", "The tags of round 0 are still trained. Only the gossip is gone."),
        ),
        "Guests hear nobody, so their degree is 0, and so is the loudness of each edge. What is left is round 0.",
    ),
    Question(
        "A guest with 4 raves and a film with 25 fans share an edge. How loud is it?",
        (
            ("1/100", "The square root is missing: 1/√(4 · 25)."),
            ("1/4", "That divides by the guest's degree alone: the row mean."),
            ("1/√29", "The degrees are multiplied, not added."),
            ("1/10", None),
        ),
        "1/√(4 · 25) = 1/10.",
    ),
    Question(
        "A matrix over all nodes is symmetric, and a model trained on it beats popularity. What do you look at first?",
        (
            (
                "nothing, it works",
                "A plausible number is no proof: training hides a wrong graph, because tags can move.",
            ),
            ("the two blocks on the diagonal", None),
            ("whether more rounds help", "Settings come after the graph. On a wrong graph no setting is right."),
            ("whether each row sums to 1", "It does not, in the right matrix either: the rule is no average."),
        ),
        "Any entry there joins two guests or two films. Symmetry and size say nothing about it.",
    ),
)
