"""The questions of notebook 01."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "What does the machine know about a guest?",
        (
            (
                "age, gender and occupation",
                "They stand in the guest list, and no step reads them. Notebook 06 uses them to compare groups.",
            ),
            ("which films the guest raved about", None),
            ("how many stars each film got", "The stars decide what is a rave. After that they are gone."),
            ("the genres of the raved films", "No genre and no title is read; they are printed for you."),
        ),
        "Who raved about what: pairs of a user and an item, implicit positive interactions.",
    ),
    Question(
        "A film has a score of 6 for a guest. What is the 6 made of?",
        (
            (
                "the mean of the stars that similar guests gave it",
                "No star is averaged, and nobody looked for similar guests.",
            ),
            ("the probability of a rave, scaled", "A score is a dot product. It has no unit and may be negative."),
            ("the guest's own tag and one part per rave", None),
        ),
        "The parts sum to the score without remainder, because gossip only adds and scales tags.",
    ),
    Question(
        "Films carry colours, guests are empty. What has a guest heard after two rounds of gossip?",
        (
            ("the guest's own raves", None),
            ("the raves of everybody with a rave in common", "Those arrive in round 3: film, guest, film, guest."),
            ("nothing", "Round 1 brings the guest's own raves, and the mean of all rounds keeps them."),
            ("every film of the party", "In the little party Emma needs seven rounds to reach Ada."),
        ),
        "Films reach guests in odd rounds. Round 2 only mixes films.",
    ),
    Question(
        "Two runs of the same code print different numbers. What do you compare first?",
        (
            ("the learning rates", "The code is the same, so its settings are."),
            ("the number of epochs", "It stands in the code, and the code is the same."),
            (
                "nothing, random numbers differ",
                "Seeded random numbers do not. What you cannot repeat you cannot check.",
            ),
            ("seed, data source and versions", None),
        ),
        "What is not in the code: which raves are hidden, which data was found, which libraries ran. Then the device.",
    ),
    Question(
        "A notebook runs to the end without red text and prints ten films. What is shown?",
        (
            ("that the recommender works", "So did the run that took every film for its neighbour."),
            ("that no line raised an error", None),
            (
                "that the films suit the guest, for they are well known",
                "Popular films look right in any list, in wrong ones too.",
            ),
            ("nothing at all", "A little: the code ran, and on the data it names."),
        ),
        "Not that the numbers are right. Compare with popularity, and with a case whose answer you know.",
    ),
)
