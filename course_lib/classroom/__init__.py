"""What only lessons need: the check engine, the exercises and questions, the museum of bugs, the guest."""
