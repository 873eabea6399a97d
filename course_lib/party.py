"""Made-up parties: two small enough for paper, and one in the shape of MovieLens for when there is no network."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from course_lib.interactions import Interactions

GUESTS = ("Ada", "Ben", "Cleo", "Dev")
TOPICS = ("Alien", "Brazil", "Casablanca", "Dune", "Emma")


def paper_party() -> Interactions:
    """3 guests, 4 films, 6 raves: the graph of notebook 04, whose numbers fit on a page.

    Ada raved about Alien and Brazil, Ben about Alien, Brazil and Casablanca, Cleo about Casablanca. Nobody raved
    about Dune.
    """
    return Interactions(torch.tensor([0, 0, 1, 1, 1, 2]), torch.tensor([0, 1, 0, 1, 2, 2]), n_users=3, n_items=4)


def little_party() -> Interactions:
    """4 guests, 5 films, 9 raves: the party of notebook 01. From Dev to Ada gossip takes six rounds."""
    user = [0, 0, 1, 1, 1, 2, 2, 3, 3]
    item = [0, 1, 0, 1, 2, 2, 3, 3, 4]
    return Interactions(torch.tensor(user), torch.tensor(item), n_users=4, n_items=5)


def made_up_tables(genres: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Ratings, users and films in the schema of MovieLens: 300 guests with tastes for genres, 500 films of uneven fame.

    Nothing measured on it says anything about films or people.
    """
    n_users, n_films, n_genres = 300, 500, len(genres)
    rng = np.random.default_rng(0)
    film_genres = np.zeros((n_films, n_genres), dtype=bool)
    for film in range(n_films):
        film_genres[film, rng.choice(np.arange(1, n_genres), size=rng.integers(1, 4), replace=False)] = True
    fame = np.exp(rng.normal(0, 1.3, n_films))  # a long tail
    quality = rng.normal(0, 0.5, n_films)
    taste = rng.normal(0, 1.0, (n_users, n_genres))
    appeal = taste @ film_genres.T / np.sqrt(film_genres.sum(axis=1)) + quality  # (n_users, n_films)
    rows: list[tuple[int, int, int, int]] = []
    for user in range(n_users):
        count = int(np.clip(rng.lognormal(4.0, 0.7), 20, n_films // 2))
        weight = fame * np.exp(0.5 * appeal[user])
        chosen = rng.choice(n_films, size=count, replace=False, p=weight / weight.sum())
        score = 3.4 + 0.9 * appeal[user, chosen] + rng.normal(0, 0.7, count)
        stamps = 880_000_000 + rng.integers(0, 10_000_000) + np.arange(count) * 20
        rows += zip([user + 1] * count, chosen + 1, np.clip(np.rint(score), 1, 5).astype(int), stamps, strict=True)
    years = rng.integers(1930, 1999, n_films)
    users = pd.DataFrame(
        {
            "user_id": range(1, n_users + 1),
            "age": rng.integers(15, 70, n_users),
            "gender": rng.choice(["F", "M"], n_users),
            "occupation": rng.choice(["cook", "gardener", "musician", "other"], n_users),
            "zip_code": "00000",
        }
    )
    films = pd.DataFrame(film_genres, columns=list(genres))
    films.insert(0, "item_id", range(1, n_films + 1))
    films.insert(1, "title", [f"Made-up film {film} ({year})" for film, year in enumerate(years, start=1)])
    films.insert(2, "year", pd.Series(years, dtype="Int64"))
    ratings = pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "timestamp"])
    return ratings, users, films
