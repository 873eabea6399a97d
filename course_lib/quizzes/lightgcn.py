"""The questions of notebook 04."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 02: to the model, what is the difference between a film rated 1 and a film never seen?",
        (
            ("the first pushes its neighbours away", "There are no negative edges. Low ratings make no edge at all."),
            ("there is none", None),
            ("the first has a weaker edge", "Stars do not become weights: an edge is there or not."),
        ),
        "Ratings below 4 make no edge. Unseen is not disliked, and here disliked looks unseen.",
    ),
    Question(
        "From 03: why are two blocks of the adjacency matrix empty?",
        (
            ("the data is sparse", "The other two blocks are sparse, these are empty whatever the data."),
            ("self-loops were removed", "Self-loops would fill the diagonal only, not the whole blocks."),
            ("edges run only between guests and films", None),
            ("the split hides those edges", "The split hides raves, and every rave joins a guest and a film."),
        ),
        "Guest-guest and film-film blocks are empty: that is what bipartite says.",
    ),
    Question(
        "What is a node's tag after one round of gossip?",
        (
            (
                "the average of its neighbours' tags",
                "Row sums of the matrix are not 1: they run from far below 1 to almost 4.",
            ),
            (
                "its own tag plus its neighbours'",
                "A round forgets the own tag. Only the mean over rounds brings it back.",
            ),
            ("the sum of its neighbours' tags, each divided by √(d_i d_j)", None),
            ("a learned mix of its neighbours' tags", "Nothing in a round is learned. All that is learned is round 0."),
        ),
        "A weighted sum, with the degrees at both ends in the weight.",
    ),
    Question(
        "Untrained gossip ranks well with one-hot tags and like dice with 64 random numbers. Why?",
        (
            ("64 numbers overlap: films drown each other", None),
            ("the random tags were not trained", "Nor were the one-hot tags. The gossip is the same."),
            (
                "one-hot tags know which films are popular",
                "They know nothing: each is 1 at its own place. Counts enter through the gossip, in both cases.",
            ),
            (
                "64 numbers make gossip reach fewer films",
                "What is reached depends on the graph alone, not on the tags.",
            ),
        ),
        "Crosstalk: 2,625 directions in 64 dimensions overlap. Training must choose which: those of films that "
        "the same guests rave about.",
    ),
    Question(
        "A layer with a weight matrix and a ReLU ended with a higher training loss than LightGCN. What is that?",
        (
            ("overfitting", "Overfitting has a lower training loss and a worse test."),
            ("harder training", None),
            ("regularisation", "Nothing was penalised. The model has more parameters and fits its own data worse."),
            ("proof that weights are useless", "One layer, one split, four epochs, one learning rate: no proof."),
        ),
        "More parameters, and a worse fit to what it saw: it is harder to train. He et al. found the same for NGCF.",
    ),
)
