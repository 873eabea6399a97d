"""The questions of notebook 10."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 03: the 50 lines add n_users to every film index. What happens if you forget it?",
        (
            ("an IndexError", "Every index is still a valid row, so nothing stops."),
            ("the loss stays at log 2", "It falls: mixed tags can be trained too."),
            ("guest 5 and film 5 share a tag, and the numbers look plausible", None),
            ("nothing, films and guests are told apart by type", "Both are numbers of nodes in one table."),
        ),
        "Their raves and tags are mixed. All rows are valid, the code runs and prints a number.",
    ),
    Question(
        "From 05: the 50 lines draw a negative again while seen[u, j] holds. Why may seen not hold hidden raves?",
        (
            ("the sampler would learn from the test which films to spare", None),
            ("a hidden rave is a good negative", "It is a wrong one, and yet nobody may know that."),
            ("it would take too long to draw", "A few more draws cost nothing. What they know does."),
            ("hidden raves are masked in the ranking", "They must not be: that was the bug of notebook 06."),
        ),
        "Whoever knows which films to avoid knows the test.",
    ),
    Question(
        "Which peer carries most gossip from one film to one guest?",
        (
            ("one with very many raves", "Such a peer is on many walks, and each walk is softened by 1/d_B."),
            (
                "the one whose tag is closest to the guest's",
                "Walks are made of raves. Tags come in when they become a score.",
            ),
            ("one with few raves who shares some with the guest and raved about the film", None),
            ("the one who rated most like the guest", "Low ratings make no edge. Only shared raves count."),
        ),
        "The peer enters each walk twice, with 1/√d_B each time. Who raves about everything says little.",
    ),
    Question(
        "A peer's share of a score is +0.02. The peer leaves the party. What happens to the score?",
        (
            ("it falls by 0.02", "That is the estimate with all other weights as they were."),
            ("what the others then say louder has to be added", None),
            ("nothing until the model is trained again", "Gossip is computed from the graph; the graph has changed."),
            ("it falls by more, the peer's friends fall silent too", "They get louder: their films have a fan less."),
        ),
        "The films the peer raved about have one fan less, so every other edge there gets louder. The score may even "
        "rise.",
    ),
    Question(
        "What do everybody's lists tend to as the number of rounds grows?",
        (
            ("more and more personal lists", "More rounds collect more of the party, and it is the same party."),
            ("random lists", "The limit is a definite one: the eigenvector of the largest eigenvalue."),
            ("each guest's own raves, ranked", "One round finds those. They are masked."),
            ("the list of popularity", None),
        ),
        "Only the eigenvalues 1 and −1 of Â do not fade, and both eigenvectors hold √d, up to the sign. That is "
        "over-smoothing.",
    ),
)
