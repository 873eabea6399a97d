"""The questions of notebook 02."""

from course_lib.quizzes import Question

QUESTIONS = (
    Question(
        "From 01: what goes into the recommender, and what comes out?",
        (
            ("the guest's age and job; ten films", "No step of the recommender reads the guest list."),
            ("the guest's raves; films not shown before, ranked by a score", None),
            (
                "the guest's stars; predicted stars for other films",
                "That is rating prediction. Here stars are gone after the threshold, and a score has no unit.",
            ),
        ),
        "Raves in; out comes a ranking of the films the guest did not rave about, with reasons.",
    ),
    Question(
        "From 01: every film is taken for its neighbour in the table. How would you notice?",
        (
            ("an error is raised", "Every number is a valid row, so nothing is raised."),
            ("the list looks odd", "It held known titles, sorted by score. Nobody sees it in one list."),
            ("by comparing with popularity, or with a case whose answer you know", None),
            ("the scores fall to zero", "The shifted run still beat random lists: neighbours in the file are alike."),
        ),
        "It ran without red text and was far below the same popular films for everybody. Only a measurement tells.",
    ),
    Question(
        "You join the ratings with the films. Which column do you join by?",
        (
            ("the title", "Some titles stand on two ids: two films become one, or one rating becomes two."),
            ("title and year", "The title already holds the year, and both entries of a film carry the same."),
            ("the row number", "Ids start at 1, rows at 0. After sorting or filtering rows mean nothing at all."),
            ("film_id", None),
        ),
        "An id names one film in every table. Titles are for people.",
    ),
    Question(
        "You raise the threshold from 4 to 5 stars. Why do films vanish rather than guests?",
        (
            ("a film may have one rating, a guest has at least 20", None),
            (
                "guests are generous, films are not",
                "Stars belong to a guest and a film at once: both lose the same ratings.",
            ),
            (
                "there are more films than guests",
                "Then the shares would be alike. They are not: films lose many times as much.",
            ),
        ),
        "A film with one rating is gone when that one is too low. The guests' minimum is a rule of the collection.",
    ),
    Question(
        "Why does this course hide a random fifth of each guest's raves, not the last ones?",
        (
            ("random is always fairer", "Where order means something, hiding the future is the honest test."),
            ("the timestamps are wrong", "They are right. They say when a rating was typed, not when a film was seen."),
            ("most guests typed everything in one sitting", None),
            (
                "so that the model may use later raves",
                "That is the price, not the purpose: no live system can use them.",
            ),
        ),
        "Within one sitting the order says little. So read every score as filling gaps in the log.",
    ),
)
