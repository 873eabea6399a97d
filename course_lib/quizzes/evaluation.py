"""The questions of notebook 06."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 02: a guest gave a film 2 stars. What does the evaluation do with it?",
        (
            ("it hides it as a rave", "Only ratings of 4 and 5 are raves, and only raves are hidden."),
            ("it masks it, the guest has seen it", "The mask holds the raves learned from. A 2 never was a rave."),
            ("it leaves it among the candidates", None),
            ("it counts it as a dislike that was avoided", "The test knows no dislikes, only raves and the rest."),
        ),
        "A film rated 2 is neither learned from nor hidden. It stays a candidate, and to recommend it is a miss.",
    ),
    Question(
        "From 05: a random film may be one that the guest hides a rave for. Should the sampler avoid those?",
        (
            ("yes, they are wrong negatives", "They are, and only somebody who knows the test can tell which."),
            ("no", None),
            ("yes, but only when the number is reported", "Then the reported model has learned from the test."),
        ),
        "To avoid them the sampler would have to know the test, and that knowledge would leak into the training.",
    ),
    Question(
        "A guest hides 3 raves. The list has hits at ranks 1 and 3. What is NDCG@5?",
        (
            ("1.5 / 2.131 = 0.704", None),
            ("1.5 / 1.631 = 0.920", "You held it against a perfect list of the two raves found. Three were hidden."),
            ("1.5 / 2.948 = 0.509", "A perfect list has three hits here, not five: there are no more raves to find."),
            ("2 / 3 = 0.667", "That is recall@5: it does not see the ranks."),
        ),
        "DCG is 1/log2(2) + 1/log2(4) = 1.5. The perfect list earns 1 + 0.631 + 0.5 = 2.131.",
    ),
    Question(
        "An evaluation prints 0.0000 for a trained model. What do you do first?",
        (
            ("train longer", "A random scorer is above zero. Exactly zero is not a weak model, it is a broken test."),
            ("try another split", "The same broken test gives the same zero on every split."),
            ("give it an oracle and a random scorer", None),
            ("report it: honest numbers are low", "Low is what you can explain. Not one hit at all, nobody can."),
        ),
        "The oracle must score 1, the random scorer must be low but not exactly zero. Both take a second.",
    ),
    Question(
        "A beats B by 0.01 NDCG@10, and the paired interval runs from -0.002 to 0.022. What do you write?",
        (
            ("A is better: the mean difference is positive", "Another set of guests might have turned the sign."),
            ("A and B are equally good", "Not told from zero is not zero: 0.022 lies inside as well."),
            ("on these guests the difference is not told from zero", None),
            ("A is better with 95 % probability", "The interval is about draws of guests, not about the models."),
        ),
        "Zero lies inside. More guests or more splits may tell; one more decimal does not.",
    ),
)
