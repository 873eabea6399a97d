"""The questions of notebook 05."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 04: what is a guest's final tag made of?",
        (
            ("the tags after the last round", "A much-copied slip. LightGCN takes the mean of all rounds."),
            ("the mean of the tags after 0 to K rounds", None),
            ("the mean of the raved films' tags", "A round divides by √(d_i d_j), and there are K + 1 of them."),
            ("64 numbers of its own", "That is round 0, and all of it only with K = 0: matrix factorisation."),
        ),
        "Rounds 0 to K, 1/(K + 1) each. So one pair moves the first tags of many nodes.",
    ),
    Question(
        "From 03: which row of the table of tags belongs to film i?",
        (
            ("i", "Row i is guest i. A loss that reads row i trains guests against guests."),
            ("n_items + i", "The shift is the number of guests: they come first."),
            ("n_users + i", None),
        ),
        "One index space, guests first.",
    ),
    Question(
        "The margin of a pair is -3, of another +4. Which one teaches more?",
        (
            ("the one with -3", None),
            ("the one with +4", "It is an easy pair: the push σ(-4) is about 0.02."),
            ("both the same", "A loss that is a straight line would say so. The push of BPR depends on the margin."),
            (
                "neither, the scores are not between 0 and 1",
                "Only the difference of the scores counts, not their range.",
            ),
        ),
        "The push is σ(-x): about 0.95 at -3 and 0.02 at +4.",
    ),
    Question(
        "A hidden rave is drawn as a random film. What do you do?",
        (
            ("draw again, it is a rave", "To know that, the sampler would have to know the test."),
            ("nothing", None),
            ("remove it from the test", "Then the test shrinks to films the training happened not to draw."),
            ("give it weight 0 in the loss", "That is the same leak: the weight tells the training what is hidden."),
        ),
        "Whoever avoids hidden raves knows them. Unseen means unknown, and some pairs are taught the wrong way round.",
    ),
    Question(
        "The loss is finite, and the worst pairs never improve. Where do you look?",
        (
            ("at the learning rate", "A rate moves all pairs. Here the pairs that are most wrong stand still."),
            ("at the number of rounds", "Depth changes which tags move, not whether a wrong pair pushes."),
            ("at a small number inside the logarithm", None),
            ("at the L2 penalty", "It pulls on every tag of a batch, right pairs and wrong ones alike."),
        ),
        "-log(σ(x) + 1e-10) has almost no gradient where σ(x) is far below 1e-10. Use softplus(-x).",
    ),
)
