"""The course taught in a room: plans by the clock, the edition for the room, slides, the instructor's guide."""
