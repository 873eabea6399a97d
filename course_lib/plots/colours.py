"""The colours of every picture and what they mean. Nothing is imported, so that a first picture is quickly there."""

# petroff10 keeps its first eight colours apart under the three kinds of colour blindness.
PALETTE = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70")
GUEST, FILM, ACCENT, MUTED = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3]
GUEST_MARKER, FILM_MARKER = "o", "s"  # guests are circles, films are squares: never colour alone
INK, FAINT = "#222222", "#e4e7e7"
